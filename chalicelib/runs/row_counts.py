"""What of `parts/MODEL/kept.json` tells the rows of a file: the part of `lambdas.kept`'s records that lists read."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib import layout
from chalicelib.documents.frozen import Document, holds, holds_many
from chalicelib.documents.shapes import count, table_of, text
from chalicelib.edges import Edges


class CountedObject(Document):
    """An object as Preprocess counted it."""

    etag: str | None = holds(text, default=None)
    """None of a release that did not keep it, as `classes`."""
    train: int = holds(count)
    holdout: int = holds(count)
    """Its rows."""
    classes: Mapping[str, int] | None = holds(table_of(count), default=None)
    """Its rows of each class."""

    @property
    def rows(self) -> int:
        return self.train + self.holdout


class _Pack(Document):
    objects: tuple[CountedObject, ...] = holds_many(CountedObject)


class _Counted(Document):
    packs: tuple[_Pack, ...] = holds_many(_Pack)


def by_etag(edges: Edges, *, model: str) -> Mapping[str, CountedObject]:
    """The objects of the last run, by their entity tags. Raises RegistryIncomplete for a damaged list."""
    found = _Counted.find(edges.store, layout.kept_parts(model))
    return {each.etag: each for pack in found.packs for each in pack.objects if each.etag} if found else {}
