"""Records of which dates the rows of each object are, as Preprocess read them in a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import layout
from chalicelib.dates.nights import DATE, Span, is_date
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import sha256, table_of
from chalicelib.edges import Edges


def _span(value: Any) -> str | None:
    is_span = isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value)
    if not is_span or not all(DATE.fullmatch(each) and is_date(each) for each in value):
        return " is no list of two dates"
    return None if value[0] <= value[1] else " ends before it begins"


class Dates(Document):
    """`parts/MODEL/dates.json`: of the objects of the last run, so that none is read again for its dates."""

    IN_ONE_LINE = True

    reader: str = holds(sha256)
    """Of the code that read them."""
    columns: Mapping[str, Mapping[str, list[str]]] = holds(table_of(table_of(_span)))
    """By column and entity tag: the first date and the last one."""

    def spans(self, column: str) -> dict[str, Span]:
        """By entity tag."""
        return {etag: (first, last) for etag, (first, last) in self.columns.get(column, {}).items()}


def find_dates(edges: Edges, *, model: str) -> Dates | None:
    """Raises RegistryIncomplete for a damaged document."""
    return Dates.find(edges.store, layout.kept_dates(model))


def keep_dates(edges: Edges, found: Dates, *, model: str) -> None:
    edges.store.put(layout.kept_dates(model), found.encode())
