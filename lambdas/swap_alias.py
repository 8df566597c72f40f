"""SwapAlias: makes the new version live."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.rollout import AliasSwapped, SwapAliasTask
from chalicelib.edges import Edges
from chalicelib.promotion import swap
from chalicelib.settings.tasks import TaskSettings
from lambdas.step import Context, carry_out


def run(task: SwapAliasTask, edges: Edges, _: TaskSettings) -> AliasSwapped:
    return swap.swap(edges, task)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(SwapAliasTask, event, context, state="swap_alias", run=run)
