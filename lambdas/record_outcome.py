"""RecordOutcome: records and announces how a run ended. RestoreAlias does so for RetrainFailed."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.runs import RecordOutcomeTask, RunOutcome
from chalicelib.edges import Edges
from chalicelib.endpoints import clearing
from chalicelib.notices import notices
from chalicelib.runs import outcomes
from chalicelib.settings.reading import ON
from chalicelib.settings.tasks import TaskSettings
from lambdas.step import Context, carry_out


def run(task: RecordOutcomeTask, edges: Edges, settings: TaskSettings) -> RunOutcome:
    wanted = RunOutcome(run=task.run, model=task.model, outcome=task.outcome, reason=task.reason, error=None)
    ended = outcomes.record(edges, wanted)
    if settings.endpoints == ON:
        clearing.at_the_end(edges, model=ended.model, run=ended.run)
    notices.stale(edges, run=ended.run, model=ended.model, outcome=ended.outcome, stale_days=settings.stale_days)
    return ended


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(RecordOutcomeTask, event, context, state="record_outcome", run=run)
