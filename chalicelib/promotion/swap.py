"""Makes a run's version live, if `live` is still the version that the model was judged against."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED, REJUDGE, SUPERSEDED
from chalicelib.contracts.rollout import AliasSwapped, SwapAliasTask
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.promotion import commitment, fencing, obstacles, promotion
from chalicelib.promotion.promotion import Move
from chalicelib.registry import registry
from chalicelib.registry.report import Report


def swap(edges: Edges, task: SwapAliasTask) -> AliasSwapped:
    """Repeating it is harmless. Raises VersionUnknown, RegistryIncomplete, and the TransientErrors of the edges."""
    stop = obstacles.obstacle(
        edges, run=task.run, model=task.model, model_version=task.model_version, fingerprint=task.fingerprint
    )
    if stop is not None:
        return _superseded(edges, task, stop)
    manifest = registry.manifest(edges, model=task.model, model_version=task.model_version)
    move = Move(
        model=task.model,
        run=task.run,
        step=promotion.swap_step(judging=task.judging),
        kind=promotion.PROMOTED,
        function_version=task.function_version,
        model_version=task.model_version,
        expected=task.revision_id,
        anchor=_anchor(edges, task),
        who=task.who,
        why=manifest.reason
        + ("; judged again, for the champion had changed" if task.judging > 1 else "")
        + (f"; approved: {task.why}" if task.why else ""),
    )
    if not commitment.commit(edges, move, what=commitment.SWAP, judging=task.judging):
        return _superseded(edges, task, "the run had been given up before its swap")
    try:
        promotion.move_alias(edges, move)
    except AliasMoved as exc:
        if task.shift == 0 and task.judging == 1:
            return AliasSwapped(decision=REJUDGE, reason=str(exc))
        return _superseded(edges, task, str(exc))
    reason = f"version {task.model_version} is live as function version {task.function_version}: {task.rollout}"
    return AliasSwapped(decision=PROMOTED, reason=reason)


def _anchor(edges: Edges, task: SwapAliasTask) -> int | None:
    """The anchor once the version is live, by the judging that let it pass; None where that looked at none.

    A run that took an approved version up has not judged it: the version's own report tells.
    """
    judged = Report.find(edges.store, layout.run_document(task.run, "report")) or Report.find(
        edges.store, layout.version(task.model, task.model_version, registry.REPORT)
    )
    if judged is None or judged.anchor is None or judged.judging != task.judging:
        return None
    return task.model_version if judged.anchor.advances else judged.anchor.model_version


def _superseded(edges: Edges, task: SwapAliasTask, why: str) -> AliasSwapped:
    fencing.stop(edges, model=task.model, run=task.run, why=why, finishing=False)
    return AliasSwapped(decision=SUPERSEDED, reason=why)
