"""The rows that a run's Preprocess handed on."""

from __future__ import annotations

from chalicelib.edges import Edges
from lambdas.model.reading.table import Table
from lambdas.parts import Parts


def rows_at(edges: Edges, uri: str | None) -> Table:
    """All rows of one side."""
    with Parts(edges, uri or "", task="Train") as parts:
        return parts.table()
