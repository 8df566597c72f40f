"""Adds up the sums of all packs, and keeps those of all but the last: from night to night they stay the same.

    packs that an earlier run added up, packs that ended since, the last pack, which grows -> the sums of all

They are added one after another in their order, so the digits do not depend on which night added them up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid
from chalicelib.log import log
from lambdas import reader
from lambdas.kept import KeptPack, KeptTotal
from lambdas.model.data.repeats import Counts, Repeats
from lambdas.model.data.sums import HASHED_ROWS, Sums, hashes_of
from lambdas.parts import StoredPart, files_of, stored

Known = Callable[[KeptPack], Sums | None]
"""The sums of a pack where they are in memory, with the hashes of its rows."""


@dataclass(frozen=True)
class Total:
    """Of the rows of all packs."""

    sums: Sums
    repeats: Counts | None
    """None where there are too many rows to be compared with one another."""
    kept: KeptTotal | None
    """For the next run; None of one pack alone."""


@dataclass(frozen=True)
class _Part:
    """Of the rows of some packs."""

    sums: Sums
    repeats: Repeats | None
    """None where nobody asks."""

    def __add__(self, other: _Part) -> _Part:
        both = (self.repeats, other.repeats)
        return _Part(self.sums + other.sums, both[0] + both[1] if both[0] and both[1] else None)


def add_up(
    edges: Edges,
    packs: Sequence[KeptPack],
    *,
    found: KeptTotal | None,
    model: str,
    known: Known = lambda _: None,
) -> Total:
    """What one pack or more have together. `found` is what an earlier run kept.

    Raises ArtifactInvalid for a pack that is gone.
    """
    before, last = packs[:-1], _of_pack(edges, packs[-1], known=known, is_counted=_is_counted(packs))
    if not before:
        return Total(last.sums, last.repeats.counts() if last.repeats else None, None)
    kept = found if found is not None and found.digest == _digest(before[: found.packs]) else None
    begun = None if kept is None else _of_kept(edges, kept, is_counted=_is_counted(before), model=model)
    if kept is None or begun is None or kept.packs < len(before):
        left = before[kept.packs :] if kept and begun else before
        others = (_of_pack(edges, pack, known=known, is_counted=_is_counted(before)) for pack in left)
        begun = reduce(add, others, *([begun] if begun else []))
        kept = _keep(edges, begun, before, model=model)
    counts = begun.repeats.counts(last.repeats) if begun.repeats and last.repeats else None
    return Total(begun.sums + last.sums, counts, kept)


def _is_counted(packs: Sequence[KeptPack]) -> bool:
    """Whether their rows are few enough to be compared with one another."""
    return sum(pack.sums.rows for pack in packs) <= HASHED_ROWS


def _of_pack(edges: Edges, pack: KeptPack, *, known: Known, is_counted: bool) -> _Part:
    sums = known(pack)
    hashes = sums.hashes if sums else None
    if is_counted and hashes is None:
        hashes = hashes_of(files_of(edges, pack.hashes))
    return _Part(
        sums or Sums.from_files(files_of(edges, pack.sums)), Repeats.of(*hashes) if is_counted and hashes else None
    )


def _of_kept(edges: Edges, kept: KeptTotal, *, is_counted: bool, model: str) -> _Part | None:
    """None where it is damaged, or gone since it was listed."""
    try:
        sums = Sums.from_files(files_of(edges, kept.sums))
        repeats = None
        if is_counted and kept.repeats is not None:
            repeats = Repeats.from_files(files_of(edges, kept.repeats))
    except (ArtifactInvalid, KeyError, ValueError) as damage:
        log("kept_parts_damaged", model=model, reason=f"{damage}")
        return None
    return _Part(sums, repeats)


def _keep(edges: Edges, part: _Part, packs: Sequence[KeptPack], *, model: str) -> KeptTotal:
    def write(what: Sums | Repeats) -> StoredPart:
        return stored(edges, what.to_files(), rows=part.sums.rows, model=model)

    repeats = {} if part.repeats is None else {"repeats": write(part.repeats)}
    return KeptTotal(digest=_digest(packs), packs=len(packs), sums=write(part.sums), **repeats)


def _digest(packs: Sequence[KeptPack]) -> str:
    """Of what is added up, and of the code that does it."""
    parts = [[pack.sums.sha256, pack.hashes.sha256] for pack in packs]
    return hashlib.sha256(documents.in_one_line([reader.sha256(), parts])).hexdigest()
