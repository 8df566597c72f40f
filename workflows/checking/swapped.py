"""Tells where two columns of a file look swapped, by the data that the live version was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.registry import run_documents
from chalicelib.registry.live import look
from lambdas.model.recipe import Recipe

if TYPE_CHECKING:
    from lambdas.model.reading.table import Table

Profiles = Mapping[str, Mapping[str, Any]]
"""By column, as its run's profile describes it."""


def earlier(edges: Edges, *, model: str) -> Profiles:
    """What the columns of the live version's data were like; nothing where nobody can tell."""
    live = documents.readable(lambda: look(edges, model=model).version(), told=[])
    return run_documents.columns_of_version(edges, model=model, model_version=live)


def warning(table: Table, *, name: str, recipe: Recipe, before: Profiles) -> str:
    """Of the file's rows, in a sentence; empty where no columns look so."""
    from lambdas.model.data.swapped import in_words, swapped

    pairs = swapped(table, recipe=recipe, earlier=before)
    return in_words(pairs, name=name) if pairs else ""
