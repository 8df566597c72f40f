"""ShiftTraffic: one step of the canary, by the recipe's shares."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.rollout import RolloutDecided, ShiftTrafficTask
from chalicelib.edges import Edges
from chalicelib.promotion import shift
from chalicelib.settings.tasks import TaskSettings
from lambdas import recipes
from lambdas.recipes import Planned
from lambdas.step import Context, carry_out


def run(
    task: ShiftTrafficTask, edges: Edges, _: TaskSettings, *, planned: Planned = recipes.rollout
) -> RolloutDecided:
    return shift.shift(edges, task, steps=planned(task.model))


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(ShiftTrafficTask, event, context, state="shift_traffic", run=run)
