"""Payloads of the states that take a judged model live: VersionModel, Replay, ShiftTraffic, SwapAlias."""

from __future__ import annotations

from chalicelib.contracts.decisions import REPLAY
from chalicelib.contracts.endpoints import EndpointPlan
from chalicelib.values import Value


class VersionModelTask(Value, kw_only=True):
    run: str
    model: str
    fingerprint: str
    artifact_uri: str
    artifact_sha256: str
    report_uri: str
    replay_uri: str
    serving_sha256: str


class ModelVersioned(Value, kw_only=True):
    model_version: int
    function_version: str
    decision: str = REPLAY
    """REPLAY, or MAKE_ENDPOINT first."""
    endpoint: EndpointPlan | None = None
    """Where the version has one."""


class ReplayTask(Value, kw_only=True):
    run: str
    model: str
    model_version: int
    function_version: str
    champion_revision_id: str | None
    is_approved: bool
    """Whether somebody has approved the version already."""


class RolloutDecided(Value, kw_only=True):
    """How the rollout goes on; Replay says it first, then every ShiftTraffic."""

    decision: str
    """SHIFT, BAKE, SWAP, REJUDGE, WAITING, ROLLED_BACK or SUPERSEDED."""
    reason: str
    shift: int
    """How many shares have been shifted."""
    bake_seconds: int
    """How long to wait before the next look: the share's time, or until its newest minutes count; 0 but for BAKE."""
    since: str
    """When the first share was shifted, an ISO 8601 timestamp; empty before."""
    revision_id: str | None
    """The alias's RevisionId as the run last saw or left it: the next move replaces exactly that."""


class ShiftTrafficTask(Value, kw_only=True):
    run: str
    model: str
    model_version: int
    function_version: str
    fingerprint: str
    judging: int
    shift: int
    since: str
    revision_id: str | None
    who: str
    why: str
    """Whom its moves are by, and why the version was approved; as in Preprocessed."""


class SwapAliasTask(Value, kw_only=True):
    run: str
    model: str
    model_version: int
    function_version: str
    fingerprint: str
    judging: int
    shift: int
    revision_id: str | None
    rollout: str
    """What replay and canary found, in words."""
    who: str
    why: str
    """As in ShiftTrafficTask."""


class AliasSwapped(Value, kw_only=True):
    decision: str
    """PROMOTED, REJUDGE or SUPERSEDED."""
    reason: str
