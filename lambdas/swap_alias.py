"""SwapAlias: makes the new version live, if `live` is still what the model was judged against."""

from __future__ import annotations

from typing import Any

from chalicelib import commitment, documents, layout, promotion, registry
from chalicelib.contracts import PROMOTED, SUPERSEDED, AliasSwapped, SwapAliasTask
from chalicelib.edges import AliasMoved, Edges
from chalicelib.promotion import Move
from chalicelib.settings import TaskSettings
from lambdas.step import Context, carry_out


def run(task: SwapAliasTask, edges: Edges, _: TaskSettings) -> AliasSwapped:
    holder = (documents.find(edges.store, layout.lease(task.model)) or {}).get("holder")
    if holder != task.run:  # the run was stopped or given up while this task went on
        return AliasSwapped(
            decision=SUPERSEDED, reason=f"the lease is no longer this run's but {holder or 'nobody'}'s"
        )
    manifest = registry.manifest(edges, model=task.model, model_version=task.model_version)
    move = Move(
        model=task.model,
        run=task.run,
        step=promotion.SWAP,
        kind=promotion.PROMOTED,
        function_version=task.function_version,
        model_version=task.model_version,
        expected=task.champion_revision_id,
        who=task.run,
        why=manifest["reason"],
    )
    if not commitment.commit(edges, move):
        return AliasSwapped(decision=SUPERSEDED, reason="the run was recorded as failed before its swap")
    try:
        promotion.move_alias(edges, move)
    except AliasMoved as exc:
        return AliasSwapped(decision=SUPERSEDED, reason=str(exc))
    reason = f"model version {task.model_version} is live as function version {task.function_version}"
    return AliasSwapped(decision=PROMOTED, reason=reason)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(SwapAliasTask, event, context, state="swap_alias", run=run)
