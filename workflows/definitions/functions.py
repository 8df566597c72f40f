"""The Lambda functions that the machine calls: what each takes and returns, and how the definition names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib import contracts


@dataclass(frozen=True)
class Signature:
    """The contract of one function."""

    takes: type
    returns: type
    decisions: tuple[str, ...] = ()
    """All values of the result's field `decision`, if it has one."""


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
    "swap-alias": Signature(
        contracts.SwapAliasTask,
        contracts.AliasSwapped,
        decisions=(contracts.PROMOTED, contracts.SUPERSEDED),
    ),
    "record-outcome": Signature(contracts.RecordOutcomeTask, contracts.RunOutcome),
}
"""By task, as in `chalicelib.names.TASKS`."""


def state_name(task: str) -> str:
    """The state that calls the task, which is also what the stack's DefinitionSubstitutions call its function.

    >>> state_name("version-model")
    'VersionModel'
    """
    return "".join(word.capitalize() for word in task.split("-"))


def placeholder(task: str) -> str:
    """What stands in the definition for the function's ARN until the stack is deployed.

    >>> placeholder("version-model")
    '${VersionModel}'
    """
    return f"${{{state_name(task)}}}"
