"""Finds what a file has lost: columns that tell nothing, texts that are all others than before, and classes without a
row.

In a few rows each of these may be chance. So the share of the earlier rows that told something else has to make it
rarer than CHANCE; where no earlier rows are known, ROWS_MIN rows have to be alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chalicelib.cutting import all_of, listed, quoted, verb
from lambdas.model.arrays import Floats, Texts
from lambdas.model.data.swapped import FEW, MOST, QUARTILES, ROWS_MIN, Profiles
from lambdas.model.reading.table import Reading
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe
from lambdas.model.recipe.elements import MEAN, MEDIAN

CHANCE = 1e-4
"""How often a column or a class may be told of in which nothing has changed."""
OFTEN = 0.1
"""Of the earlier files: where so many held one value alone in a column, or lacked a class, it is so by nature."""
QUARTER = 0.25
"""At least this share of rows does not hold a value that is not each of the quartiles."""
TEXTS_TOLD = 3
TEXT_CHARACTERS = 40


@dataclass(frozen=True)
class Before:
    """What is known of earlier data; by itself nothing."""

    columns: Profiles = field(default_factory=dict)
    rows: int = 0
    classes: Mapping[str, int] = field(default_factory=dict)
    """The rows of each class, as far as they were counted."""
    absent: Mapping[str, float] = field(default_factory=dict)
    """The share of the earlier files without a row of a class."""


NOTHING = Before()


def lost_columns(reading: Reading, *, recipe: Recipe, before: Before = NOTHING) -> Iterator[str]:
    """In words, each without the file's name."""
    for column in recipe.columns:
        changed = reading.changed.get(column.name, {})
        profile = before.columns.get(column.name)
        if isinstance(column, Categorical):
            texts = reading.table.categorical[:, recipe.categorical.index(column)]
            said = _of_texts(texts, column, missing=changed.get("missing", 0), profile=profile, rows=before.rows)
        else:
            of_it = [each.declared == column.name for each in recipe.numeric]
            numbers = reading.table.numeric[:, of_it]
            said = _of_numbers(numbers, column, clipped=changed.get("clipped", 0), profile=profile, rows=before.rows)
        if said:
            yield f"column {column.name} {said}"


def lost_classes(reading: Reading, *, recipe: Recipe, before: Before) -> Iterator[str]:
    """In words too; nothing where no earlier rows were counted."""
    rows, labels = sum(before.classes.values()), reading.table.labels
    for name in recipe.class_names if rows else ():
        share = before.classes.get(name, 0) / rows
        by_nature = before.absent.get(name, 0) >= OFTEN
        if not by_nature and not (labels == name).any() and _is_no_chance(len(labels), otherwise=share):
            yield f"no row is of the class {name}, and {100 * share:.3g} % of the rows before were"


def _of_numbers(
    numbers: Floats, column: Numeric, *, clipped: int, profile: Mapping[str, Any] | None, rows: int
) -> str:
    """Of one column, (n, 1), or of all of an array, (n, size)."""
    there = numbers[~np.isnan(numbers)]
    if not len(there):
        before = None if profile is None or not rows else 1 - profile.get("missing", 0) / (rows * numbers.shape[1])
        fails = profile is None and column.missing in (MEDIAN, MEAN)
        alone = f", and a run of this file alone fails, for there is no {column.missing}" if fails else ""
        return f"{_no_value(numbers.size, otherwise=before)}{alone}"
    if clipped == len(there):
        return f"has no value in its range: {all_of(clipped, 'number')} became the nearest bound"
    value = float(there[0])
    by_nature = isinstance(column, Date) or _often_constant(profile)  # a night's file may be of one day
    is_alone = not by_nature and bool((there == value).all())
    is_news = is_alone and _is_no_chance(len(numbers), otherwise=_otherwise(value, profile))
    return f"holds {value:.6g} alone" if is_news else ""


def _of_texts(
    texts: Texts, column: Categorical, *, missing: int, profile: Mapping[str, Any] | None, rows: int
) -> str:
    """(n,): the place of a missing one has the text that the recipe says."""
    top: Mapping[str, int] = profile.get("top", {}) if profile else {}
    text = str(texts[0])
    otherwise = 1 - top.get(text, 0) / rows if profile and rows else None
    if missing == len(texts):
        return _no_value(missing, otherwise=otherwise)
    if _often_constant(profile):
        return ""
    if (texts == text).all() and _is_no_chance(len(texts), otherwise=otherwise):
        return f"holds {quoted(text, TEXT_CHARACTERS)} alone"
    return _other_texts(texts[texts != (column.missing or "")], usual=_without(top, column.missing), rows=rows)


def _often_constant(profile: Mapping[str, Any] | None) -> bool:
    return profile is not None and profile.get("constant_ratio", 0) >= OFTEN


def _other_texts(texts: Texts, *, usual: Mapping[str, int], rows: int) -> str:
    """Whether hardly one of the texts is among those that nearly all earlier rows had, which were so many."""
    if not usual or len(texts) < ROWS_MIN or sum(usual.values()) < MOST * rows:
        return ""
    if np.isin(texts, [*usual]).mean() > FEW:
        return ""
    levels, counts = np.unique(texts, return_counts=True)
    now = levels[np.argsort(-counts, kind="stable")].tolist()
    return f"has other texts than before: {_some(now)}, and not {_some([*usual])}"


def _without(top: Mapping[str, int], missing: str | None) -> dict[str, int]:
    return {text: count for text, count in top.items() if text != missing}


def _no_value(cells: int, *, otherwise: float | None) -> str:
    """Of cells that are all missing."""
    if otherwise is not None and not _is_no_chance(cells, otherwise=otherwise):
        return ""
    return f"has no value: {all_of(cells, 'cell')} {verb(cells, 'is', 'are')} missing"


def _otherwise(value: float, profile: Mapping[str, Any] | None) -> float | None:
    """The least share of the earlier rows that had another value; None where that is not known."""
    if profile is None or profile.get("minimum") is None or isinstance(profile["minimum"], str):
        return None
    if profile["minimum"] == profile["maximum"] == value:
        return 0.0
    if profile.get("mean") is None:
        return None
    if any(profile[each] != value for each in QUARTILES):
        return QUARTER
    farthest = max(profile["maximum"] - value, value - profile["minimum"])
    return float(abs(profile["mean"] - value) / farthest)


def _is_no_chance(rows: int, *, otherwise: float | None) -> bool:
    """Whether so many rows, none of which is as this share of the earlier ones, are rarer than CHANCE."""
    return rows >= ROWS_MIN if otherwise is None else bool((1 - otherwise) ** rows < CHANCE)


def _some(texts: list[str]) -> str:
    return listed([quoted(text, TEXT_CHARACTERS) for text in texts], most=TEXTS_TOLD)
