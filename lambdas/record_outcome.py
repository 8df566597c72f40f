"""The end of a run that did not break: Promoted, NothingNew, ModelRejected or Superseded is recorded."""

from __future__ import annotations

from typing import Any

from chalicelib import outcomes
from chalicelib.contracts import RecordOutcomeTask, RunOutcome
from chalicelib.edges import Edges
from chalicelib.settings import TaskSettings
from lambdas.step import Context, carry_out


def run(task: RecordOutcomeTask, edges: Edges, _: TaskSettings) -> RunOutcome:
    ended = RunOutcome(run=task.run, model=task.model, outcome=task.outcome, reason=task.reason, error=None)
    return outcomes.record(edges, ended)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(RecordOutcomeTask, event, context, state="record_outcome", run=run)
