"""Puts single objects into a data set and takes them out."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.cutting import listed, quoted
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.errors import BadRequest
from workflows.checking.file import File


def objects(edges: Edges, *, model: str) -> list[Listed]:
    return [each for each in edges.store.list(layout.dataset(model)) if not each.key.endswith("/")]


def name(found: Listed, *, model: str) -> str:
    return found.key.removeprefix(layout.dataset(model))


def put(edges: Edges, file: File, *, model: str) -> None:
    """Put a file into the data set, in the place of one of its name."""
    edges.store.put(layout.dataset(model, file.name), file.read())


def remove_object(edges: Edges, wanted: str, *, model: str) -> None:
    """Move an object out of the data set; harmless when it was moved before."""
    key = layout.dataset(model, wanted)
    if edges.store.find(key) is not None:
        edges.store.copy(key, layout.removed(model, wanted))
        edges.store.delete(key)


def unknown(wanted: list[str], *, known: list[str], model: str) -> BadRequest:
    return BadRequest(
        f"the data set of {model} has no file {', '.join(map(quoted, wanted[:3]))}; it has: {listed(known)}."
        " Nothing was removed"
    )
