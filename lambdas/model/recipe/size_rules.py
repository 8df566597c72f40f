"""Limits the size of each part of a recipe, before slower rules look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib import limits
from chalicelib.cutting import quoted
from lambdas.model.recipe.elements import Array, Categorical, Numeric
from lambdas.model.recipe.fields import Fields

MISSING_VALUES = 20
"""Texts that stand for a missing value."""


def size_problems(recipe: Fields) -> Iterator[str]:
    """Every part that is too long or has too many entries, with the limit."""
    yield from _columns(recipe)
    yield from _count("raw labels in classes", len(recipe.classes), limits.LABELS)
    yield from _count("classes", len(recipe.class_names), limits.CLASSES)
    yield from _count("thresholds", len(recipe.thresholds), limits.THRESHOLDS)
    for column in recipe.categorical:
        allowed = column.allowed or ()
        yield from _count(f"allowed categories of column {quoted(column.name)}", len(allowed), limits.LEVELS)
        yield from _lengths("allowed category", allowed, limits.CATEGORY_CHARACTERS)
        yield from _lengths("category of a missing text", [column.missing or ""], limits.CATEGORY_CHARACTERS)
    yield from _count("missing_values", len(recipe.missing_values), MISSING_VALUES)
    yield from _lengths("text of missing_values", recipe.missing_values, limits.CATEGORY_CHARACTERS)
    names = [*(_longest_name(column) for column in recipe.columns), recipe.label]
    others = (recipe.split.group, recipe.split.column, recipe.window.column if recipe.window else None)
    names += [each for each in others if each is not None]
    yield from _lengths("column's name", names, limits.NAME_CHARACTERS)
    yield from _lengths("class's name", recipe.class_names, limits.CLASS_CHARACTERS)
    yield from _lengths("raw label", recipe.classes, limits.CATEGORY_CHARACTERS)


def _columns(recipe: Fields) -> Iterator[str]:
    """Counted before an array's columns are made."""
    for array in recipe.arrays:
        if array.size < 1:
            yield f"size of column {quoted(array.name)} is {array.size:,}: expected 1 to {limits.COLUMNS:,}"
    sizes = [array.size for array in recipe.arrays]
    yield from _count("columns", len(recipe.columns) - len(sizes) + sum(sizes), limits.COLUMNS)


def _longest_name(column: Numeric | Categorical) -> str:
    return f"{column.name}_{column.size - 1}" if isinstance(column, Array) else column.name


def _count(what: str, number: int, most: int) -> Iterator[str]:
    if number > most:
        yield f"{number:,} {what}: {most:,} are the most"


def _lengths(what: str, texts: Iterable[str], most: int) -> Iterator[str]:
    long = [text for text in texts if len(text) > most]
    if long:
        others = f", as have {len(long) - 1:,} more" if len(long) > 1 else ""
        yield f"the {what} {quoted(long[0])} has {len(long[0]):,} characters{others}: {most} are the most"
