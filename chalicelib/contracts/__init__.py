"""One frozen dataclass for every payload that crosses a boundary of the state machine.

`XTask` is what the state X hands to its Lambda function, and `...ed` what comes back, put at `$.x` of the state.
Every field is always there (None where it has nothing to say), because a missing path fails an execution on AWS.
The definition takes each state's parameters from these fields, so that a name exists in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from chalicelib.cutting import cut
from chalicelib.errors import ContractBroken

PROMOTED = "Promoted"
NOTHING_NEW = "NothingNew"
MODEL_REJECTED = "ModelRejected"
ROLLED_BACK = "RolledBack"
SUPERSEDED = "Superseded"
RETRAIN_FAILED = "RetrainFailed"
OUTCOMES = (PROMOTED, NOTHING_NEW, MODEL_REJECTED, ROLLED_BACK, SUPERSEDED, RETRAIN_FAILED)
"""How a run can end. All but RetrainFailed end the execution SUCCEEDED."""

TRAIN = "train"
"""Preprocessed.decision: there is something to train on; the other decisions are NothingNew and Superseded."""
SHIFT, BAKE, SWAP = "Shift", "Bake", "Swap"
"""RolloutDecided.decision: shift the next share, wait and look, or go live; the others are outcomes and REJUDGE."""
REJUDGE = "Rejudge"
"""The champion changed after the judging: judge again, once, against the one that is live now."""


@dataclass(frozen=True, kw_only=True)
class RetrainInput:
    """The input of an execution."""

    model: str
    force: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a Catch puts into the state: the error's name and its cause, named as Step Functions names them."""

    Error: str
    Cause: str


@dataclass(frozen=True, kw_only=True)
class RestoreAliasTask:
    run: str
    model: str | None
    """None when the execution-status rule calls, which knows the run alone."""
    failure: Mapping[str, Any] | None
    """None at the start of a run; the run's own failure, as in Failure, at its end."""


@dataclass(frozen=True, kw_only=True)
class AliasRestored:
    function_version: str | None
    """What `live` points to, or None."""
    repairs: list[str]
    """What had to be put right, in words."""


@dataclass(frozen=True, kw_only=True)
class PreprocessTask:
    run: str
    model: str
    force: bool


@dataclass(frozen=True, kw_only=True)
class Preprocessed:
    decision: str
    """TRAIN, NOTHING_NEW or SUPERSEDED."""
    reason: str
    fingerprint: str | None
    """SHA-256 over data, recipe, code and serving configuration; None where Superseded."""
    train_uri: str | None
    holdout_uri: str | None


@dataclass(frozen=True, kw_only=True)
class TrainTask:
    run: str
    model: str
    train_uri: str
    holdout_uri: str


@dataclass(frozen=True, kw_only=True)
class Trained:
    artifact_uri: str
    artifact_sha256: str
    answers_uri: str
    """The estimator's own labels and probabilities for the holdout, which the artifact has to equal."""


@dataclass(frozen=True, kw_only=True)
class EvaluateTask:
    run: str
    model: str
    holdout_uri: str
    artifact_uri: str
    artifact_sha256: str
    answers_uri: str
    judging: int
    """1, or 2 when the champion changed and the run judges again."""


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    passed: bool
    reason: str
    report_uri: str
    replay_uri: str
    """Rows of the holdout with the artifact's answers, which the published version has to give too."""
    judging: int
    champion_revision_id: str | None
    """The alias's RevisionId when the champion was scored; None when there was no alias."""
    serving_sha256: str
    """SHA-256 of the serving configuration that was judged."""


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


@dataclass(frozen=True, kw_only=True)
class RecordOutcomeTask:
    run: str
    model: str
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MoveAliasTask:
    """What an operator asks of the alias, through the API or the command line."""

    name: str
    """Of the request: the same name is the same request. Becomes the `run` of the move in alias and ledger."""
    action: str
    """rollback, promote, pin or unpin."""
    model: str
    model_version: int | None
    """The wanted version; None for a rollback to the one before, and for unpin."""
    reason: str
    who: str
    lift_quarantine: bool


@dataclass(frozen=True, kw_only=True)
class MoveAnswered:
    """As an HTTP answer."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """The output of an execution, and the content of the run's `outcome.json`."""

    run: str
    model: str
    outcome: str
    reason: str
    error: str | None
    """The name of the error, where the outcome is RetrainFailed."""


Contract = TypeVar("Contract")


def from_event(contract: type[Contract], event: Mapping[str, Any]) -> Contract:
    """Read a payload; raises ContractBroken when a field is missing or unknown.

    >>> from_event(PreprocessTask, {"run": "r", "model": "m"})
    Traceback (most recent call last):
    chalicelib.errors.ContractBroken: PreprocessTask: missing force
    """
    wanted = {field.name for field in fields(contract)}  # type: ignore[arg-type]
    wrong = [f"missing {name}" for name in sorted(wanted - set(event))]
    wrong += [f"unknown {name}" for name in sorted(set(event) - wanted)]
    if wrong:
        raise ContractBroken(f"{contract.__name__}: {', '.join(wrong)}")
    return contract(**event)


def to_event(payload: Any) -> dict[str, Any]:
    """The payload as JSON-ready types; its texts are cut, so that no state's input grows with what was said."""
    return {name: cut(value) if isinstance(value, str) else value for name, value in asdict(payload).items()}
