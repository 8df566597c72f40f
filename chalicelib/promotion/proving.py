"""Proves a published version before it has any traffic, and decides how its rollout goes on.

The version, asked by its number, has to answer as it was judged, and as fast as the live one. Then it gets its
traffic by the recipe's shares, or all at once; or first it waits until somebody approves it, and is proved again.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import layout
from chalicelib.approval import waiting
from chalicelib.approval.waiting import Terms, Waiting
from chalicelib.contracts.decisions import ROLLED_BACK, SHIFT, SWAP, WAITING
from chalicelib.contracts.rollout import ReplayTask, RolloutDecided
from chalicelib.cutting import amount, verb
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.promotion import replaying
from chalicelib.promotion.canary import Step
from chalicelib.promotion.replaying import Replayed, ReplayReport
from chalicelib.registry import registry
from chalicelib.registry.live import look
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.quarantine import Quarantine


def prove(edges: Edges, task: ReplayTask, *, steps: Sequence[Step], approval: Terms | None = None) -> RolloutDecided:
    """Replay the version; `steps` are the recipe's, none for a rollout all at once. Repeating it is harmless.

    With `approval` a version that nobody has approved yet waits, unless an operator has made it live already.

    Raises VersionUnknown, RegistryIncomplete, and the TransientErrors of the edges.
    """
    manifest = registry.manifest(edges, model=task.model, model_version=task.model_version)
    fingerprint = manifest.fingerprint
    quarantined = Quarantine(edges, task.model).find(fingerprint)
    if quarantined is not None and quarantined.who == task.run:  # an earlier try found problems, and they stand
        return _decided(task, ROLLED_BACK, quarantined.why)
    seen = look(edges, model=task.model)
    alias, live_number = seen.alias, seen.version()
    versions = {task.model_version: task.function_version}
    if alias and live_number and live_number != task.model_version:
        versions[live_number] = alias.function_version
    subjects = [
        replaying.subject(edges, model=task.model, model_version=number, function_version=function_version)
        for number, function_version in versions.items()
    ]
    candidate, *others = replaying.replay(edges, model=task.model, subjects=subjects)
    problems = replaying.doubts(candidate, live=others[0] if others else None)
    found = ReplayReport(versions=tuple(each.asked() for each in (candidate, *others)), problems=problems)
    edges.store.put(layout.run_document(task.run, "replayed"), found.encode())
    if problems:
        return _rolled_back(edges, task, problems, fingerprint=fingerprint, live=live_number)
    rows = amount(candidate.rows, "row")
    said = f"{rows} of the holdout {verb(candidate.rows, 'was', 'were')} answered as judged"
    if approval is not None and not task.is_approved and live_number != task.model_version:
        return _decided(task, WAITING, f"{said}; {_waits(edges, manifest, approval)}")
    why_at_once = _why_all_at_once(edges, task, alias=alias, live=live_number, steps=steps)
    if why_at_once is not None:
        return _decided(task, SWAP, f"{said}; all at once: {why_at_once}")
    return _decided(task, SHIFT, f"{said}{_beside(others)}")


def _waits(edges: Edges, manifest: Manifest, approval: Terms) -> str:
    """Write down that the version waits, and for how long; returns it in words."""
    judged = registry.report(edges, model=manifest.model, model_version=manifest.model_version)
    wanted = Waiting(
        run=manifest.run,
        model=manifest.model,
        model_version=manifest.model_version,
        function_version=manifest.function_version,
        fingerprint=manifest.fingerprint,
        champion=judged.champion_model_version,
        verdict=manifest.reason,
        since=documents.timestamp(edges.clock()),
        until=waiting.deadline(edges, approval),
        otherwise=approval.otherwise,
    )
    return waiting.propose(edges, wanted).words


def _rolled_back(
    edges: Edges, task: ReplayTask, problems: list[str], *, fingerprint: str, live: int | None
) -> RolloutDecided:
    why = f"the published version failed its replay: {'; '.join(problems[: replaying.PROBLEMS_SHOWN])}"
    if not registry.is_twin(
        edges, model=task.model, of=live, model_version=task.model_version, fingerprint=fingerprint
    ):
        Quarantine(edges, task.model).put(fingerprint, model_version=task.model_version, who=task.run, why=why)
    return _decided(task, ROLLED_BACK, why)


def _why_all_at_once(
    edges: Edges, task: ReplayTask, *, alias: Alias | None, live: int | None, steps: Sequence[Step]
) -> str | None:
    """Why there is no canary; None when there is one."""
    if alias is None:
        return "nothing is live yet"
    if live is None:
        return "what is live is not in the registry"
    if live == task.model_version:
        return "an operator made it live already"
    if not steps:
        return "the recipe has no steps"
    if len({_role(edges, model=task.model, model_version=each) for each in (task.model_version, live)}) > 1:
        return f"Lambda weights no alias over two roles, and version {live} has another"
    mine, theirs = (_columns(edges, model=task.model, model_version=each) for each in (task.model_version, live))
    differing = ", ".join(sorted(name for name in mine | theirs if mine.get(name) != theirs.get(name)))
    if not differing:
        return None
    return f"versions {live} and {task.model_version} do not take the same columns ({differing})"


def _role(edges: Edges, *, model: str, model_version: int) -> str:
    """The role that a version was published with."""
    return str(registry.manifest(edges, model=model, model_version=model_version).configuration["Role"])


def _columns(edges: Edges, *, model: str, model_version: int) -> dict[str, tuple[str, int]]:
    """The columns that a version demands of a request, with the kind of each, and how many an array stands for."""
    schema = registry.schema(edges, registry.manifest(edges, model=model, model_version=model_version))
    return {column["name"]: (column["kind"], column.get("size", 1)) for column in schema["columns"]}


def _beside(others: Sequence[Replayed]) -> str:
    """Which version it was measured against; one without rows of its own was only woken."""
    if not others:
        return ""
    live = others[0]
    return (
        f", beside version {live.model_version}" if live.calls_ms else "; the live version has none to compare with"
    )


def _decided(task: ReplayTask, decision: str, reason: str) -> RolloutDecided:
    return RolloutDecided(
        decision=decision, reason=reason, shift=0, bake_seconds=0, since="", revision_id=task.champion_revision_id
    )
