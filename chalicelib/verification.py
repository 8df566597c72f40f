"""Re-reads a model's whole record: ledger, alias, registry, published versions, quarantine, pin. It changes nothing.

Every problem says what to do about it. A missing last entry is one that the next move writes from the alias's stamp;
any other gap stays a gap, because nothing knows what was there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import continuity, documents, layout, publishing, registry, stamp, standing
from chalicelib.edges import Alias, Edges, Listed
from chalicelib.errors import RegistryIncomplete

Report = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""

MOMENT_SECONDS, MOMENTS = 1.0, 3
"""A move that is under way writes its entry a moment after it took effect."""
ALWAYS = (registry.CLAIM, registry.REPORT)
"""What a version keeps beside its manifest, pruned or not."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    model: str
    entries: int
    versions: int
    problems: tuple[str, ...]


def verify(edges: Edges, *, model: str, report: Report) -> Verified:
    """Read it all and compare; `problems` is empty when all is in order."""
    listed, alias = _at_rest(edges, model=model)
    entries, problems = [], []
    for done, each in enumerate(listed):
        report(f"ledger of {model}", done, len(listed))
        entry = _read(edges, each.key)
        if continuity.is_entry(entry, model=model, number=_number(each.key, model=model)):
            entries.append(entry)
        else:
            problems.append(f"{each.key} is no entry of the ledger of {model}: look who wrote it, nightswap did not")
    problems += continuity.problems(entries, model=model)
    problems += continuity.alias_problems(entries[-1] if entries else None, alias=alias, model=model)
    numbers = sorted({*registry.numbers(edges, model=model, complete=True), *_named(entries)})
    kept = {each.key for each in edges.store.list(layout.versions(model))}
    for done, number in enumerate(numbers):
        report(f"versions of {model}", done, len(numbers))
        problems += _version_problems(edges, model=model, model_version=number, kept=kept)
    problems += standing.problems(edges, model=model, alias=alias)
    return Verified(model=model, entries=len(entries), versions=len(numbers), problems=tuple(problems))


def _at_rest(edges: Edges, *, model: str) -> tuple[Sequence[Listed], Alias | None]:
    """The ledger and the alias with no move between them, if there is such a moment."""
    for _ in range(MOMENTS):
        alias = edges.functions.alias(model)
        listed = edges.store.list(layout.ledger(model))
        left = stamp.of(alias) if alias else None
        written = left is None or layout.ledger_entry(model, left.entry) in {each.key for each in listed}
        if written and edges.functions.alias(model) == alias:
            break
        edges.sleep(MOMENT_SECONDS)
    return listed, alias


def _version_problems(edges: Edges, *, model: str, model_version: int, kept: set[str]) -> Iterator[str]:
    where = f"version {model_version} of {model}"
    manifest = _read(edges, layout.version(model, model_version, registry.MANIFEST))
    if not isinstance(manifest, dict):
        yield f"{where} was live by the ledger, and the registry has no complete version of that number"
        return
    for name in ALWAYS:
        if layout.version(model, model_version, name) not in kept:
            yield f"{layout.version(model, model_version, name)} is missing: {where} is not whole"
    if layout.version(model, model_version, registry.PRUNED) in kept:
        return
    for name, checksum, wanted in (
        (registry.PACKAGE, publishing.code_sha256, manifest["code_sha256"]),
        (registry.ARTIFACT, _sha256, manifest["artifact_sha256"]),
    ):
        key = layout.version(model, model_version, name)
        stored = edges.store.find(key)
        if stored is None or checksum(stored.body) != wanted:
            yield (
                f"{key} is {'not what the manifest says' if stored else 'gone'}: {where} cannot be put back any more;"
                f" if it is live, {standing.another_way(model)}"
            )


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _named(entries: Sequence[dict[str, Any]]) -> set[int]:
    """The versions that the ledger speaks of."""
    named = {each.get(name) for each in entries for name in ("model_version", "candidate_model_version")}
    return {number for number in named if number is not None}


def _read(edges: Edges, key: str) -> Any:
    """The document; None when it is gone or is no document."""
    try:
        return documents.find(edges.store, key)
    except RegistryIncomplete:
        return None


def _number(key: str, *, model: str) -> int:
    """0, which no entry has, for what is named otherwise."""
    name = key.removeprefix(layout.ledger(model)).removesuffix(".json")
    return int(name) if name.isdecimal() and layout.ledger_entry(model, int(name)) == key else 0
