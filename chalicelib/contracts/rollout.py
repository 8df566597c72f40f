"""Payloads of the states that take a judged model live: VersionModel, Replay, ShiftTraffic, SwapAlias."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VersionModelTask:
    run: str
    model: str
    fingerprint: str
    artifact_uri: str
    artifact_sha256: str
    report_uri: str
    replay_uri: str
    serving_sha256: str


@dataclass(frozen=True, kw_only=True)
class ModelVersioned:
    model_version: int
    function_version: str


@dataclass(frozen=True, kw_only=True)
class ReplayTask:
    run: str
    model: str
    model_version: int
    function_version: str
    champion_revision_id: str | None


@dataclass(frozen=True, kw_only=True)
class RolloutDecided:
    """How the rollout goes on; Replay says it first, then every ShiftTraffic."""

    decision: str
    """SHIFT, BAKE, SWAP, REJUDGE, ROLLED_BACK or SUPERSEDED."""
    reason: str
    shift: int
    """How many shares have been shifted."""
    bake_seconds: int
    """How long to wait before the next look; 0 where the decision is not BAKE."""
    since: str
    """When the last share was shifted, an ISO 8601 timestamp; empty before."""
    revision_id: str | None
    """The alias's RevisionId as the run last saw or left it: the next move replaces exactly that."""


@dataclass(frozen=True, kw_only=True)
class ShiftTrafficTask:
    run: str
    model: str
    model_version: int
    function_version: str
    fingerprint: str
    judging: int
    shift: int
    since: str
    revision_id: str | None


@dataclass(frozen=True, kw_only=True)
class SwapAliasTask:
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


@dataclass(frozen=True, kw_only=True)
class AliasSwapped:
    decision: str
    """PROMOTED, REJUDGE or SUPERSEDED."""
    reason: str
