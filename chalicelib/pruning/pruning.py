"""Takes old model versions out of Lambda and out of the registry; claim, manifest and report stay on record.

    pruned.json -> is it wanted after all? -> function versions -> package, artifact, replay sample
       first, because a rollback checks it: a version that is half gone is never offered as a target

Repeating it after a crash goes on where it was. Lambda itself refuses to delete what an alias points to.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.ledger import history
from chalicelib.ledger.ledger import Ledger
from chalicelib.pruning.pruning_plan import Leftover, Plan, Report, parts, serving_now, way_back_now
from chalicelib.pruning.retention import LEFT_LIVE, Prunable
from chalicelib.registry import registry
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.pin import Pin
from chalicelib.values import Value


class Pruned(Value, kw_only=True):
    """What was deleted. `spared` became live, pinned or the rollback target after the plan was made."""

    model_versions: tuple[int, ...]
    function_versions: tuple[str, ...]
    spared: tuple[int, ...]
    freed_bytes: int


def carry_out(edges: Edges, plan: Plan, *, who: str, report: Report) -> Pruned:
    """Delete what the plan names. Repeating it is harmless."""
    for decision in plan.decisions:
        if decision.kept_because is not None and decision.version.is_begun:
            _unmark(edges, decision.version, model=plan.model)
    went: list[Prunable] = []
    total = len(plan.doomed) + len(plan.leftovers)
    for done, version in enumerate(plan.doomed):
        report(f"pruning {plan.model}", done, total)
        if _prune(edges, version, model=plan.model, who=who):
            went.append(version)
    dead: list[Leftover] = []
    for done, leftover in enumerate(plan.leftovers, start=len(plan.doomed)):
        report(f"pruning {plan.model}", done, total)
        if edges.functions.delete_version(plan.model, leftover.function_version):
            dead.append(leftover)
    return Pruned(
        model_versions=tuple(each.model_version for each in went),
        function_versions=(
            *(number for each in went for number in each.function_versions),
            *(each.function_version for each in dead),
        ),
        spared=tuple(each.model_version for each in plan.doomed if each not in went),
        freed_bytes=sum(each.size_bytes for each in went) + sum(each.size_bytes for each in dead),
    )


def _prune(edges: Edges, version: Prunable, *, model: str, who: str) -> bool:
    """False when it became live, pinned or the rollback target after the plan was made: then it stays whole."""
    if way_back_now(edges, model=model) == version.model_version:
        return False
    manifest = registry.manifest(edges, model=model, model_version=version.model_version)
    mark = registry.Pruned(at=documents.timestamp(edges.clock()), who=who, bytes=version.size_bytes)
    registry.mark_pruned(edges, mark, model=model, model_version=version.model_version)
    gone = not _is_wanted(edges, version, model=model) and all(
        edges.functions.delete_version(model, number) for number in _published(edges, manifest, model=model)
    )
    if not gone:
        _unmark(edges, version, model=model)
        return False
    for part in parts(manifest):
        edges.store.delete(_key(model, version, part))
    return True


def _published(edges: Edges, manifest: Manifest, *, model: str) -> list[str]:
    """Asked after the mark is there: an operator may have had it published again since the plan was made."""
    versions = edges.functions.versions(model)
    return [each.function_version for each in versions if each.code_sha256 == manifest.code_sha256]


def _is_wanted(edges: Edges, version: Prunable, *, model: str) -> bool:
    """Asked after the mark is there: whoever moves the alias from now on sees the mark."""
    pinned = Pin(edges, model).find()
    wanted = {*serving_now(edges, model=model), *([pinned.model_version] if pinned else [])}
    return version.model_version in wanted or _served_lately(edges, version, model=model)


def _served_lately(edges: Edges, version: Prunable, *, model: str) -> bool:
    """Whether it had a share of the traffic in the last day: it may have come and gone since the plan was made."""
    since = edges.clock() - LEFT_LIVE
    for entry in Ledger(edges, model).newest_first():
        if version.model_version in {each.model_version for each in history.shares(entry)}:
            return True
        if datetime.fromisoformat(entry.known_since) < since:
            return False  # what served when that day began was looked at just now
    return False


def _unmark(edges: Edges, version: Prunable, *, model: str) -> None:
    """Take the mark off what is whole. The package goes first of the parts: while it is there, nothing has gone."""
    if edges.store.find(_key(model, version, registry.PACKAGE)):
        edges.store.delete(_key(model, version, registry.PRUNED))


def _key(model: str, version: Prunable, part: str) -> str:
    return layout.version(model, version.model_version, part)
