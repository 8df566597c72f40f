"""What was erased on purpose, told for good: `evidence-erased/MODEL/000001.json`, one document for each erasure.

A part of a version that lost rows is not what its evidence says any more. The erasure names the SHA-256 that it had,
and that of what was left in its place: so whoever reads the part tells what was erased from what is damaged. It is
written before anything goes, and the bucket's policy lets nobody overwrite or delete it, as with the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.documents import documents
from chalicelib.documents.shapes import Record, count, list_of, maybe, moment, number_from_1, sha256, text
from chalicelib.edges import Edges

Erasure = Mapping[str, Any]
LookedUp = Mapping[str, Any]

_OBJECT = Record({"key": text, "version_id": text, "etag": text, "sha256": sha256})
_PART = Record(
    {"model_version": number_from_1, "name": text, "was": sha256, "left": maybe(sha256), "rows": maybe(count)}
)
ERASURE = Record(
    {
        "files": list_of(text),
        "who": text,
        "at": moment,
        "objects": list_of(_OBJECT),
        "parts": list_of(_PART),
    }
)
"""`objects` are the versions of the files; of a part, `left` is None where nothing stands in its place, and `rows`
is how many it lost, None where it went whole."""

LOOKED_UP = Record({"files": list_of(text), "etags": list_of(text), "runs": list_of(text)})
"""That of these contents of the files every row went from the documents of these runs and of their versions. It is
written before the contents go. Of what no such document tells, nothing is known once the contents are gone."""

FORMATS_WITHOUT_ROWS = frozenset({"scorecard"})
"""Formats of which an artifact is weights and the names of categories. One of any other format is taken for rows."""


def entries(edges: Edges, *, model: str) -> list[Erasure]:
    """All erasures of a model, oldest first. Raises RegistryIncomplete for a damaged one."""
    return [documents.find(edges.store, key, ERASURE) for key in _keys(edges, model=model)]


def readable(edges: Edges, *, model: str, told: list[str]) -> list[Erasure]:
    """The same without the damaged ones, which are told."""
    found = (
        documents.readable(partial(documents.find, edges.store, key, ERASURE), told=told)
        for key in _keys(edges, model=model)
    )
    return [each for each in found if each is not None]


def keep(edges: Edges, erasure: Erasure, *, model: str) -> None:
    """Tell an erasure that is about to be carried out."""
    number = len(_keys(edges, model=model))
    while True:
        number += 1
        if edges.store.put_if_absent(layout.erasure(model, number), documents.encode(erasure)):
            return


def _keys(edges: Edges, *, model: str) -> list[str]:
    found = (each.key for each in edges.store.list(layout.erasures(model)))
    return [key for key in found if not key.startswith(layout.looked_up(model))]


def looked_up(edges: Edges, *, model: str) -> list[LookedUp]:
    """A damaged one is as good as none: rows that might have gone then are taken now."""
    keys = [each.key for each in edges.store.list(layout.looked_up(model))]
    found = (documents.readable(partial(documents.find, edges.store, key, LOOKED_UP), told=[]) for key in keys)
    return [each for each in found if each is not None]


def keep_looked_up(edges: Edges, looked_up: LookedUp, *, model: str) -> None:
    body = documents.encode(looked_up)
    edges.store.put_if_absent(f"{layout.looked_up(model)}{hashlib.sha256(body).hexdigest()}.json", body)


def of_part(told: Sequence[Erasure], *, model_version: int, name: str, left: str | None) -> Erasure | None:
    """The latest erasure that left the part so: with this SHA-256, or not at all."""
    for erasure in reversed(told):
        for each in erasure["parts"]:
            if (each["model_version"], each["name"], each["left"]) == (model_version, name, left):
                return erasure
    return None


def in_words(erasure: Erasure) -> str:
    """
    >>> in_words({"files": ["night-1.csv"], "who": "ada", "at": "2026-11-26T03:00:00.000Z"})
    'erased with night-1.csv by ada at 2026-11-26T03:00:00.000Z'
    """
    return f"erased with {listed(erasure['files'])} by {erasure['who']} at {erasure['at']}"


def took(erasure: Erasure, *, model: str, there: Collection[str]) -> str:
    """What it took of the versions, for whoever verifies the record. `there` are the keys of what they have now.

    >>> note = {"files": ["night-1.csv"], "who": "ada", "at": "2026-11-26T03:00:00.000Z"}
    >>> parts = [{"model_version": 1, "left": "ab", "rows": 3}]
    >>> parts += [{"model_version": 2, "name": "package.zip", "left": None, "rows": None}]
    >>> took({**note, "parts": parts}, model="m", there=[]).partition(": ")[2]
    'version 1 lost 3 rows of its record, version 2 went whole'
    """
    of: dict[int, list[Mapping[str, Any]]] = {}
    for each in erasure["parts"]:
        of.setdefault(each["model_version"], []).append(each)
    told = ", ".join(
        f"version {number} {_loss(parts, model=model, there=there)}" for number, parts in sorted(of.items())
    )
    return f"{listed(erasure['files'])} was erased by {erasure['who']} at {erasure['at']}{told and ': '}{told}"


def _loss(parts: Sequence[Mapping[str, Any]], *, model: str, there: Collection[str]) -> str:
    """A version that came to be live or pinned in that moment was spared, though it was told before that it goes."""
    whole = {layout.version(model, each["model_version"], each["name"]) for each in parts if each["left"] is None}
    if whole and whole.isdisjoint(there):
        return "went whole"
    lost = f"lost {sum(each['rows'] or 0 for each in parts)} rows of its record"
    return f"{lost}, and stays itself" if whole else lost
