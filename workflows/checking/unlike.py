"""Tells what of a file is unlike the data that the live version was trained on: columns that look swapped, columns
that tell nothing any more, texts that are all others, classes without a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.cutting import amount
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.registry import run_documents
from chalicelib.registry.live import look
from chalicelib.runs import row_counts
from lambdas.model.recipe import Recipe

if TYPE_CHECKING:
    from lambdas.model.data.lost_values import Before
    from lambdas.model.reading.table import Reading

TOLD = 5
"""Columns and classes of a file, in one sentence."""


def earlier(edges: Edges, *, model: str) -> Before:
    """What the live version's data were like; nothing where nobody can tell."""
    from lambdas.model.data.lost_values import NOTHING, Before

    live = documents.readable(lambda: look(edges, model=model).version(), told=[])
    profile = run_documents.profile_of_version(edges, model=model, model_version=live)
    if profile is None:
        return NOTHING
    objects = documents.readable(lambda: row_counts.by_etag(edges, model=model), told=[]) or {}
    counted = [each.classes for each in objects.values() if each.classes]
    classes, found = Counter[str](), Counter[str]()
    for each in counted:
        classes.update(each)
        found.update(name for name, rows in each.items() if rows)
    absent = {name: 1 - found[name] / len(counted) for name in classes}
    return Before(profile.columns, profile.rows, classes, absent)


def warnings(reading: Reading, *, name: str, recipe: Recipe, before: Before) -> Iterator[str]:
    """Of the file's rows, each in a sentence."""
    from lambdas.model.data.lost_values import lost_classes
    from lambdas.model.data.swapped import in_words, swapped

    pairs = swapped(reading.table, recipe=recipe, earlier=before.columns)
    if pairs:
        yield in_words(pairs, name=name)
    lost = [*of_columns(reading, recipe=recipe, before=before)] if not pairs else []
    lost += lost_classes(reading, recipe=recipe, before=before)
    if lost:
        more = f"; and {amount(len(lost) - TOLD, 'more thing')}" if len(lost) > TOLD else ""
        yield f"in {name} {'; '.join(lost[:TOLD])}{more}"


def of_columns(reading: Reading, *, recipe: Recipe, before: Before | None = None) -> list[str]:
    """What its columns have lost, in words, without the file's name; by the file alone where nothing is known."""
    from lambdas.model.data.lost_values import NOTHING, lost_columns

    return [*lost_columns(reading, recipe=recipe, before=before or NOTHING)]
