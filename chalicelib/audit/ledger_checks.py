"""Checks the ledger: no number missing, each move from where the one before went, the last one the alias's own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.ledger import stamp
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.stamp import Stamp
from chalicelib.promotion import promotion
from chalicelib.registry import registry

KINDS = {
    promotion.PROMOTED,
    promotion.SHIFTED,
    promotion.ROLLED_BACK,
    promotion.RESTORED,
    promotion.PINNED,
    promotion.UNPINNED,
}
OF_THE_STAMP = ("run", "step", "kind", "from_function_version", "to_function_version", "model_version", "weights")
"""The fields in which an entry and the alias's stamp must agree."""


def problems(entries: Sequence[Entry], *, model: str, damaged: Collection[int] = ()) -> Iterator[str]:
    """The problems between the entries, which are in order; damaged ones are reported elsewhere."""
    before: Entry | None = None
    for entry in entries:
        number, last = entry.entry, before.entry if before else 0
        if {*range(last + 1, number)} - {*damaged}:
            yield (f"{_lost(last + 1, number - 1, model=model)}; else no move between {last} and {number} is known")
        elif number == last + 1 and not _follows(entry, before):
            yield (
                f"entry {number} of {model} moves the alias from function version"
                f" {entry.from_function_version or 'none'}, where entry {last} had left it at"
                f" {before.to_function_version if before else 'none'}: somebody moved it by hand in between"
            )
        yield from _shape_problems(entry, model=model)
        before = entry


def code_problems(edges: Edges, entries: Sequence[Entry], *, model: str) -> Iterator[str]:
    """Of entries whose function version holds another code than the model version that they name.

    Those of before the function was lost tell of versions of another function, and what was deleted cannot be asked.
    """
    for entry in reversed(entries):
        number, function_version = entry.model_version, entry.to_function_version
        manifest = documents.readable(
            partial(registry.find_manifest, edges, model=model, model_version=number), told=[]
        )
        published = edges.functions.version(model, function_version)
        if manifest and published and published.code_sha256 != manifest.code_sha256:
            yield (
                f"entry {entry.entry} of {model} names version {number}, and function version {function_version} does"
                f" not hold its code: {documents.put_back(layout.ledger_entry(model, entry.entry))}"
            )
        if entry.kind == promotion.RESTORED or entry.from_function_version is None:
            return


def alias_problems(last: Entry | None, *, alias: Alias | None, model: str) -> Iterator[str]:
    """The problems between the last entry, which is not damaged, and the alias."""
    restore = f"put it back with nightswap restore {model}"
    left = stamp.of(alias)
    if alias is None:
        if last:
            yield (f"{model} has no alias, and by entry {last.entry} version {last.model_version} is live: {restore}")
    elif left is None:
        yield (
            f"somebody moved the alias of {model} by hand to function version {alias.function_version}, which no"
            f" entry records: {restore}"
        )
    elif last is None or left.entry > last.entry:
        first = last.entry + 1 if last else 1
        if first < left.entry:
            yield _lost(first, left.entry - 1, model=model)
        yield _unwritten(left.entry, model=model)
    elif left.entry < last.entry:
        yield (
            f"the alias of {model} is at entry {left.entry}, the ledger at {last.entry}: Lambda lost its side,"
            f" {restore}"
        )
    else:
        yield from _stamp_problems(last, left, alias=alias, model=model)


def _stamp_problems(last: Entry, left: Stamp, *, alias: Alias, model: str) -> Iterator[str]:
    told = Entry.of_stamp(left, model=model, weights=alias.weights)
    differing = [name for name in OF_THE_STAMP if getattr(told, name) != getattr(last, name)]
    if differing:
        yield (
            f"entry {last.entry} of {model} and the alias's stamp differ in {', '.join(differing)}: somebody wrote"
            " one of them by hand, and the alias is what serves"
        )


def _follows(entry: Entry, before: Entry | None) -> bool:
    """Whether an entry may follow. Restoring, and any move that found no alias, starts anew: the alias was lost."""
    expected = before.to_function_version if before else None
    return entry.from_function_version in (None, expected) or entry.kind == promotion.RESTORED


def _shape_problems(entry: Entry, *, model: str) -> Iterator[str]:
    kind, number, weights = entry.kind, entry.entry, entry.weights
    if kind not in KINDS:
        yield f"entry {number} of {model} is of kind {kind}, which no release of nightswap writes"
    elif (kind == promotion.SHIFTED) != bool(weights):
        yield f"entry {number} of {model} is {kind} with {len(weights)} shares: a shift alone has one"


def _unwritten(number: int, *, model: str) -> str:
    return (
        f"{_these(number, number, model=model)} missing, and the alias's stamp holds it: the next run or move writes"
        f" it, e.g. nightswap retrain --model {model}"
    )


def _lost(first: int, last: int, *, model: str) -> str:
    return f"{_these(first, last, model=model)} missing: {documents.put_back(layout.ledger_entry(model, first))}"


def _these(first: int, last: int, *, model: str) -> str:
    key = layout.ledger_entry(model, first)
    if first == last:
        return f"entry {first} of {model}, {key}, is"
    return f"entries {first} to {last} of {model}, {key} and on, are"
