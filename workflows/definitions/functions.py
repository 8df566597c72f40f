"""The Lambda functions that the machine calls: what each takes and returns, and how the definition names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib import contracts
from chalicelib.names import state_name


@dataclass(frozen=True, order=True)
class Bound:
    """What bounds how often a function can make a decision in one run."""

    counts: str
    """The field of the task that counts the rounds: the function looks at it, and at some value decides otherwise."""
    reason: str


ONE_MORE_SHARE = Bound(counts="shift", reason="each bake follows one share more, and a recipe has SHIFTS_MAX at most")
JUDGES_TWICE = Bound(counts="judging", reason="only a run that has judged once says it")


@dataclass(frozen=True)
class Signature:
    """The contract of one function."""

    takes: type
    returns: type
    decisions: tuple[str, ...] = ()
    """All values of the result's field `decision`, if it has one."""
    repeats: Mapping[str, Bound] = field(default_factory=dict)
    """The decisions that may lead back to an earlier state, and what ends that. No others may."""


SIGNATURES: Mapping[str, Signature] = {
    "restore-alias": Signature(contracts.RestoreAliasTask, contracts.AliasRestored),
    "preprocess": Signature(
        contracts.PreprocessTask,
        contracts.Preprocessed,
        decisions=(contracts.TRAIN, contracts.NOTHING_NEW, contracts.SUPERSEDED),
    ),
    "train": Signature(contracts.TrainTask, contracts.Trained),
    "evaluate": Signature(contracts.EvaluateTask, contracts.Evaluated),
    "version-model": Signature(contracts.VersionModelTask, contracts.ModelVersioned),
    "replay": Signature(
        contracts.ReplayTask,
        contracts.RolloutDecided,
        decisions=(contracts.SHIFT, contracts.SWAP, contracts.ROLLED_BACK),
    ),
    "shift-traffic": Signature(
        contracts.ShiftTrafficTask,
        contracts.RolloutDecided,
        decisions=(
            *(contracts.BAKE, contracts.SWAP, contracts.REJUDGE),
            *(contracts.ROLLED_BACK, contracts.SUPERSEDED),
        ),
        repeats={contracts.BAKE: ONE_MORE_SHARE, contracts.REJUDGE: JUDGES_TWICE},
    ),
    "swap-alias": Signature(
        contracts.SwapAliasTask,
        contracts.AliasSwapped,
        decisions=(contracts.PROMOTED, contracts.REJUDGE, contracts.SUPERSEDED),
        repeats={contracts.REJUDGE: JUDGES_TWICE},
    ),
    "record-outcome": Signature(contracts.RecordOutcomeTask, contracts.RunOutcome),
}
"""By task, as in `chalicelib.names.TASKS`."""


def placeholder(task: str) -> str:
    """What stands in the definition for the function's ARN until the stack is deployed.

    >>> placeholder("version-model")
    '${VersionModel}'
    """
    return f"${{{state_name(task)}}}"
