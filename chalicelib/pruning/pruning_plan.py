"""Gathers the facts for the policy in `retention`: what pruning a model would delete, and why the rest stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from chalicelib import layout
from chalicelib.approval.waiting import Approvals
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import FunctionVersion
from chalicelib.errors import ModelUnknown
from chalicelib.interventions import rollback_target
from chalicelib.ledger import history
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion.lease import Lease, is_running
from chalicelib.pruning.retention import Decision, Policy, Prunable, decide
from chalicelib.registry import catalog, judged, models, publishing, registry
from chalicelib.registry.live import look
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from chalicelib.values import Value

Report = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""

DEAD_AFTER = timedelta(days=1)
"""From a claim until what its run published is taken for a dead run's; no task lasts longer than 15 minutes."""
LAMBDA_STORAGE_BYTES = 75 * 2**30
"""Lambda's default quota for an account and region: 75 GB for all versions of all functions, and layers.

Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""


class Leftover(Value, kw_only=True):
    """A function version that a dead run published and no complete model version refers to."""

    function_version: str
    run: str
    size_bytes: int


class Plan(Value, kw_only=True):
    model: str
    decisions: tuple[Decision, ...]
    """On every complete version that is not pruned, newest first."""
    leftovers: tuple[Leftover, ...]
    stored_bytes: int
    """Of all published versions of the stage's serving functions."""

    @property
    def doomed(self) -> tuple[Prunable, ...]:
        return tuple(each.version for each in self.decisions if each.kept_because is None)

    @property
    def freed_bytes(self) -> int:
        return sum(each.size_bytes for each in self.doomed) + sum(each.size_bytes for each in self.leftovers)


def parts(manifest: Manifest) -> tuple[str, ...]:
    """The parts that pruning deletes; claim, manifest and report stay."""
    data = (registry.MODEL_DATA,) if manifest.endpoint else ()
    return (registry.PACKAGE, *data, manifest.artifact_file, registry.REPLAY)


def make(edges: Edges, *, model: str, policy: Policy, report: Report, named: int | None = None) -> Plan:
    """Reads all that decides, and changes nothing. `named` is the version that the recipe names as the anchor."""
    published = edges.functions.versions(model)  # before the manifests: what is published later is not looked at
    others = [each for name in catalog.models(edges.store) if name != model for each in _published(edges, model=name)]
    codes, versions = set(), []
    for version, code_sha256 in _versions(edges, model=model, published=published, report=report, named=named):
        codes.add(code_sha256)
        if version is not None:
            versions.append(version)
    strangers = [each for each in published if each.code_sha256 not in codes]
    return Plan(
        model=model,
        decisions=tuple(decide(versions, policy=policy, now=edges.clock())),
        leftovers=tuple(_leftovers(edges, model=model, strangers=strangers)),
        stored_bytes=sum(each.size_bytes for each in (*published, *others)),
    )


def _published(edges: Edges, *, model: str) -> Sequence[FunctionVersion]:
    """None of a model whose function is gone, which is nothing to this one."""
    try:
        return edges.functions.versions(model)
    except ModelUnknown:
        return ()


def serving_now(edges: Edges, *, model: str) -> set[int]:
    """The model versions that the alias sends traffic to."""
    seen = look(edges, model=model)
    return {number for number in (seen.version(), seen.candidate()) if number is not None}


def _versions(
    edges: Edges, *, model: str, published: Sequence[FunctionVersion], report: Report, named: int | None
) -> Iterator[tuple[Prunable | None, str]]:
    """Every complete version, None when nothing of it is left to go, with its code's checksum."""
    kept = registry.Kept(edges, model)
    entries = Ledger(edges, model).entries()
    held, left_at = _held(edges, model=model, entries=entries, named=named), history.left_at(entries)
    numbers = kept.numbers()
    for done, number in enumerate(numbers):
        report(f"versions of {model}", done, len(numbers))
        manifest = registry.manifest(edges, model=model, model_version=number)
        mine = [each for each in published if each.code_sha256 == manifest.code_sha256]
        version = Prunable(
            model_version=number,
            created_at=datetime.fromisoformat(manifest.created_at),
            function_versions=tuple(each.function_version for each in mine),
            size_bytes=sum(each.size_bytes for each in mine),
            held_because=held.get(number) or held.get(manifest.run),
            left_live_at=left_at.get(number),
            is_begun=kept.has(number, registry.PRUNED),
        )
        has_parts = bool(mine) or any(kept.has(number, part) for part in parts(manifest))
        yield (version if has_parts or not version.is_begun else None), manifest.code_sha256


def _held(edges: Edges, *, model: str, entries: Sequence[Entry], named: int | None) -> dict[int | str, str]:
    """What must be kept at any age, by model version or by run, with the reason."""
    quarantined = Quarantine(edges, model).model_versions()
    pinned = Pin(edges, model).find()
    serving = serving_now(edges, model=model)
    back = {history.previous(entries, but=serving), way_back_now(edges, model=model)}
    anchors = [each for each in (named, models.anchor(edges, model=model)) if each is not None]
    holder = Lease(edges, model).holder()
    held: dict[int | str, str] = {} if holder is None else {holder: "its run is going"}
    held |= dict.fromkeys(anchors, "the anchor: new models are compared with it")
    held |= {number: "live before: the next to go back to" for number in back if number is not None}
    held |= dict.fromkeys(history.serving_last(entries), "live by the ledger")
    held |= {number: "quarantined: the evidence stays" for number in quarantined}
    last = judged.find(edges, model=model) if pinned else None
    held |= {last.waits_as: "waits until the pin is gone"} if last and last.waits_as else {}
    held |= {pinned.model_version: "pinned"} if pinned else {}
    waiting = Approvals(edges, model).on_its_way()
    held |= {waiting.model_version: "waits for approval"} if waiting else {}
    return held | dict.fromkeys(serving, "live")


def way_back_now(edges: Edges, *, model: str) -> int | None:
    """Where a rollback would go now."""
    return rollback_target.find_any(edges, model=model, live=look(edges, model=model).version())


def _leftovers(edges: Edges, *, model: str, strangers: Sequence[FunctionVersion]) -> Iterator[Leftover]:
    """Of the function versions without a complete model version, those whose claim says that a dead run made them.

    Versions that no run claims were published by hand, and are not ours to delete.
    """
    if not strangers:
        return
    kept = registry.Kept(edges, model)
    for number in kept.numbers(registry.CLAIM):
        is_complete = kept.has(number, registry.MANIFEST)
        package = None if is_complete else edges.store.find(layout.version(model, number, registry.PACKAGE))
        claim = registry.find_claim(edges, model=model, model_version=number)
        if package is None or claim is None or not _is_dead(edges, claim):
            continue
        code_sha256 = publishing.code_sha256(package.body)
        for each in strangers:
            if each.code_sha256 == code_sha256:
                yield Leftover(function_version=each.function_version, run=claim.holder, size_bytes=each.size_bytes)


def _is_dead(edges: Edges, claim: registry.Claim) -> bool:
    if claim.claimed_at is None:
        return False
    age = edges.clock() - datetime.fromisoformat(claim.claimed_at)
    return age > DEAD_AFTER and not is_running(edges, claim.holder)
