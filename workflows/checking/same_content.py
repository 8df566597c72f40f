"""Finds files that hold the same rows, by the SHA-256 of their text, whatever their names, line ends or compression.

To know the rows of an object one has to fetch it, so the digests are kept in a document, by the object's entity tag.
That document only saves work: where it is lost or malformed, the objects are fetched again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.shapes import table_of, text
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.errors import DataError, RegistryIncomplete, TransientError
from lambdas.model.reading import unpacking

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and of how many."""


def digest(body: bytes) -> str:
    """SHA-256, in hexadecimal, of a file's rows; of its bytes where it is no text."""
    try:
        return unpacking.digest(unpacking.unpack("", content=body, model=""))
    except DataError:
        return unpacking.digest(body)


def digests(edges: Edges, objects: Sequence[Listed], *, model: str, progress: Progress) -> Mapping[str, str]:
    """The digest of each object, by its key."""
    found = known(edges, model=model)
    fresh = [each for each in objects if each.etag not in found]
    for done, each in enumerate(fresh):
        progress("comparing with the files that are there", done, len(fresh))
        stored = edges.store.find(each.key)
        if stored is not None:
            found[stored.etag] = digest(stored.body)
    if fresh:
        _keep(edges, {each.etag: found[each.etag] for each in objects if each.etag in found}, model=model)
    return {each.key: found[each.etag] for each in objects if each.etag in found}


def known(edges: Edges, *, model: str) -> dict[str, str]:
    """The digests that were found before, by entity tag; reads one document."""
    try:
        return documents.find(edges.store, layout.contents(model), table_of(text)) or {}
    except RegistryIncomplete:
        return {}


def etag(body: bytes) -> str:
    """The entity tag that S3 gives an object of this content."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def remember(edges: Edges, made: Mapping[str, str], *, model: str) -> None:
    """Keep the digests of newly written objects, by entity tags."""
    if made:
        _keep(edges, {**known(edges, model=model), **made}, model=model)


def _keep(edges: Edges, digests: Mapping[str, str], *, model: str) -> None:
    with suppress(TransientError):
        edges.store.put(layout.contents(model), documents.encode(digests))
