"""RestoreAlias: repairs what a dead run left. First state of every run, and last one of a run that fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.contracts.runs import AliasRestored, RestoreAliasTask
from chalicelib.edges import Edges
from chalicelib.endpoints import clearing
from chalicelib.errors import ContractBroken
from chalicelib.notices import notices
from chalicelib.runs import cleanup, outcomes
from chalicelib.settings.reading import ON
from chalicelib.settings.tasks import TaskSettings
from lambdas.step import Context, carry_out


def run(task: RestoreAliasTask, edges: Edges, settings: TaskSettings) -> AliasRestored:
    if task.failure is not None:
        return _after(task, edges, settings, failure=task.failure)
    if task.model is None:
        raise ContractBroken("RestoreAliasTask: a run that has not failed names its model")
    return cleanup.before(edges, run=task.run, model=task.model)


def _after(
    task: RestoreAliasTask, edges: Edges, settings: TaskSettings, *, failure: Mapping[str, Any]
) -> AliasRestored:
    restored = cleanup.after(edges, run=task.run, model=task.model, failure=failure)
    ended = outcomes.find(edges, run=task.run)  # recorded just now, or before
    if ended is not None:
        if settings.endpoints == ON:
            clearing.at_the_end(edges, model=ended.model, run=task.run)
        days = settings.stale_days
        notices.stale(edges, run=task.run, model=ended.model, outcome=ended.outcome, stale_days=days)
    return restored


def state(event: Mapping[str, Any]) -> str:
    """The name of the state. After a failure it is another one, so that it keeps the first one's document."""
    return "restore_alias" if event.get("failure") is None else "restore_after_failure"


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(RestoreAliasTask, event, context, state=state(event), run=run)
