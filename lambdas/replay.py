"""Replay: asks the published version for rows of the holdout before it gets any traffic."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.rollout import ReplayTask, RolloutDecided
from chalicelib.edges import Edges
from chalicelib.promotion import proving
from chalicelib.settings.reading import ON
from chalicelib.settings.tasks import TaskSettings
from lambdas import recipes
from lambdas.recipes import Approves, Planned
from lambdas.step import Context, carry_out


def run(
    task: ReplayTask,
    edges: Edges,
    settings: TaskSettings,
    *,
    planned: Planned = recipes.rollout,
    approves: Approves = recipes.approval,
) -> RolloutDecided:
    approval = approves(task.model, settings.approve == ON)
    return proving.prove(edges, task, steps=planned(task.model), approval=approval)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(ReplayTask, event, context, state="replay", run=run)
