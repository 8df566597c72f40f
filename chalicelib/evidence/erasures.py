"""Records for good what was erased on purpose: `evidence-erased/MODEL/000001.json`, one document for each erasure.

A part of a version that lost rows no longer matches its evidence. The erasure names the SHA-256 that the part had,
and that of what was left; so a reader can tell an erased part from a damaged one. It is written before anything is
deleted, and the bucket's policy lets nobody overwrite or delete it, as with the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import partial

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds, holds_many
from chalicelib.documents.shapes import count, list_of, maybe, moment, number_from_1, sha256, text
from chalicelib.edges import Edges
from chalicelib.registry.report import Erased

FORMATS_WITHOUT_ROWS = frozenset({"scorecard"})
"""Formats of which an artifact is weights and the names of categories. One of any other format is taken for rows: a
leaf of `trees` may be a single row, between whose values and the next its thresholds lie, and a graph of the format
`onnx` holds all of them where it looks for neighbours."""


class ErasedObject(Document):
    """A version of a file, as S3 kept it."""

    key: str = holds(text)
    version_id: str = holds(text)
    etag: str = holds(text)
    sha256: str = holds(sha256)


class ErasedPart(Document):
    """A part of a model version, by the SHA-256 that it had."""

    model_version: int = holds(number_from_1)
    name: str = holds(text)
    was: str = holds(sha256)
    left: str | None = holds(maybe(sha256))
    """The SHA-256 of what was left in its place; None where nothing was."""
    rows: int | None = holds(maybe(count))
    """How many rows it lost; None where it went whole."""


class Erasure(Document):
    """What was erased with these files, by whom and when."""

    files: Sequence[str] = holds(list_of(text))
    who: str = holds(text)
    at: str = holds(moment)
    objects: tuple[ErasedObject, ...] = holds_many(ErasedObject)
    parts: tuple[ErasedPart, ...] = holds_many(ErasedPart)

    def in_words(self) -> str:
        return in_words(self)


class LookedUp(Document):
    """That of these contents of the files every row went from the documents of these runs and of their versions.

    It is written before the contents go. Of what no such document tells, nothing is known once the contents are gone.
    """

    files: Sequence[str] = holds(list_of(text))
    etags: Sequence[str] = holds(list_of(text))
    runs: Sequence[str] = holds(list_of(text))

    def is_told_by(self, other: LookedUp) -> bool:
        """Whether the other one says all that this one does."""
        pairs = ((self.files, other.files), (self.etags, other.etags), (self.runs, other.runs))
        return all(set(mine) <= set(theirs) for mine, theirs in pairs)


class Erasures:
    """All erasures of one model."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._store, self._model = edges.store, model

    def entries(self) -> list[Erasure]:
        """Oldest first. Raises RegistryIncomplete for a damaged one."""
        found = (Erasure.find(self._store, key) for key in self._keys())
        return [each for each in found if each is not None]

    def readable(self, *, told: list[str]) -> list[Erasure]:
        """The same without the damaged ones, which are told."""
        found = (documents.readable(partial(Erasure.find, self._store, key), told=told) for key in self._keys())
        return [each for each in found if each is not None]

    def keep(self, erasure: Erasure) -> None:
        """Tell an erasure that is about to be carried out."""
        number = len(self._keys())
        while True:
            number += 1
            if self._store.put_if_absent(layout.erasure(self._model, number), erasure.encode()):
                return

    def looked_up(self) -> list[LookedUp]:
        """A damaged one is as good as none: rows that might have gone then are taken now."""
        keys = [each.key for each in self._store.list(layout.looked_up(self._model))]
        found = (documents.readable(partial(LookedUp.find, self._store, key), told=[]) for key in keys)
        return [each for each in found if each is not None]

    def keep_looked_up(self, looked_up: LookedUp) -> None:
        body = looked_up.encode()
        self._store.put_if_absent(f"{layout.looked_up(self._model)}{hashlib.sha256(body).hexdigest()}.json", body)

    def _keys(self) -> list[str]:
        found = (each.key for each in self._store.list(layout.erasures(self._model)))
        return [key for key in found if not key.startswith(layout.looked_up(self._model))]


def of_part(told: Sequence[Erasure], *, model_version: int, name: str, left: str | None) -> Erasure | None:
    """The latest erasure that left the part so: with this SHA-256, or not at all."""
    for erasure in reversed(told):
        for each in erasure.parts:
            if (each.model_version, each.name, each.left) == (model_version, name, left):
                return erasure
    return None


def in_words(erased: Erasure | Erased) -> str:
    """Of an erasure, or of the word of one in a document that lost rows.

    >>> in_words(Erased(files=["night-1.csv"], who="ada", at="2026-11-26T03:00:00.000Z", rows=1))
    'erased with night-1.csv by ada at 2026-11-26T03:00:00.000Z'
    """
    return f"erased with {listed(erased.files)} by {erased.who} at {erased.at}"


def took(erasure: Erasure, *, model: str, there: Collection[str]) -> str:
    """What it took of the versions, for whoever verifies the record. `there` are the keys of what they have now.

    >>> lost = ErasedPart(model_version=1, name="replay.json", was=64 * "a", left=64 * "b", rows=3)
    >>> parts = [lost, lost.but(model_version=2, name="package.zip", left=None, rows=None)]
    >>> note = {"files": ["night-1.csv"], "who": "ada", "at": "2026-11-26T03:00:00.000Z"}
    >>> took(Erasure(**note, objects=(), parts=tuple(parts)), model="m", there=[]).partition(": ")[2]
    'version 1 lost 3 rows of its record, version 2 went whole'
    """
    of: dict[int, list[ErasedPart]] = {}
    for each in erasure.parts:
        of.setdefault(each.model_version, []).append(each)
    told = ", ".join(
        f"version {number} {_loss(parts, model=model, there=there)}" for number, parts in sorted(of.items())
    )
    return f"{listed(erasure.files)} was erased by {erasure.who} at {erasure.at}{told and ': '}{told}"


def _loss(parts: Sequence[ErasedPart], *, model: str, there: Collection[str]) -> str:
    """A version that came to be live or pinned in that moment was spared, though it was told before that it goes."""
    whole = {layout.version(model, each.model_version, each.name) for each in parts if each.left is None}
    if whole and whole.isdisjoint(there):
        return "went whole"
    lost = f"lost {sum(each.rows or 0 for each in parts)} rows of its record"
    return f"{lost}, and stays itself" if whole else lost
