"""Records the last model that was judged and did not go live, so that the next run need not train it again:
`judged.json`.

Its gate rejected it, or a pin keeps it waiting. The fingerprint identifies data, recipe and code.
"""

from __future__ import annotations

from chalicelib import layout
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import maybe, number_from_1, text
from chalicelib.edges import Edges


class Judged(Document):
    run: str = holds(text)
    fingerprint: str = holds(text)
    champion: int | None = holds(maybe(number_from_1))
    """The model version that it was judged against, or that is pinned; None where nothing was live."""
    anchor: int | None = holds(maybe(number_from_1), default=None)
    """The model version that was the anchor by the ledger; None where none was looked at, or the recipe named one."""
    waits_as: int | None = holds(maybe(number_from_1), default=None)
    """The number of a version that waits until the pin is gone; None for one that was rejected."""


def find(edges: Edges, *, model: str) -> Judged | None:
    return Judged.find(edges.store, layout.judged(model))


def put(edges: Edges, judged: Judged, *, model: str) -> None:
    """In place of the one before."""
    edges.store.put(layout.judged(model), judged.encode())
