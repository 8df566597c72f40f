"""RestoreAlias: puts right what a dead run left. Called first in every run, and last in one that breaks."""

from __future__ import annotations

from typing import Any

from chalicelib import restoring
from chalicelib.contracts import AliasRestored, RestoreAliasTask
from chalicelib.edges import Edges
from chalicelib.errors import ContractBroken
from chalicelib.settings import TaskSettings
from lambdas.step import Context, carry_out


def run(task: RestoreAliasTask, edges: Edges, _: TaskSettings) -> AliasRestored:
    if task.failure is not None:
        return restoring.after(edges, run=task.run, model=task.model, failure=task.failure)
    if task.model is None:
        raise ContractBroken("RestoreAliasTask: a run that has not failed names its model")
    return restoring.before(edges, run=task.run, model=task.model)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(RestoreAliasTask, event, context, state="restore_alias", run=run)
