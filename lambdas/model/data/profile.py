"""Describes a data set in figures: for the run's document, and to help explain a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.data.repeats import Counts, Repeats
from lambdas.model.data.sums import GROUPS_COUNTED, HASHED_ROWS, Sums
from lambdas.model.recipe import Date, Numeric, Recipe
from lambdas.serve.schema import ARRAY, DATE
from lambdas.serve.seldom.date_texts import text_of

TOP_CATEGORIES = 10


def profile(sums: Sums, *, recipe: Recipe, repeats: Counts | None = None) -> dict[str, Any]:
    """Ready for JSON. Ratios are 0..1; a column's summary is over training part and holdout together.

    The summary of a column of numbers is None where all of them are missing. Quartiles are exact while
    `quartiles_of_rows` is `rows`; else they are of a seeded sample of so many. `repeats` are of the same rows; the
    hashes of the sums tell the same.
    """
    if repeats is None and sums.hashes is not None:
        repeats = Repeats.of(*sums.hashes).counts()
    train_rows, holdout_rows = (int(side) for side in sums.classes.sum(axis=1))
    return {
        "rows": sums.rows,
        "train_rows": train_rows,
        "holdout_rows": holdout_rows,
        "classes": _classes(sums, recipe=recipe),
        "columns": {
            **_folded(
                {each.name: _numbers(sums, place, column=each) for place, each in enumerate(recipe.numeric)}, recipe
            ),
            **{
                each.name: _texts(sums.levels[place]) | _constant(sums, len(recipe.numeric) + place)
                for place, each in enumerate(recipe.categorical)
            },
        },
        "quartiles_of_rows": len(sums.places),
        "missing_cells": 0,
        **(
            _not_hashed(sums.rows)
            if repeats is None
            else _repeated(repeats, rows=sums.rows, holdout_rows=holdout_rows)
        ),
        **_groups(sums, recipe=recipe),
    }


def _groups(sums: Sums, *, recipe: Recipe) -> dict[str, Any]:
    """How many groups there are, and on which side; nothing where the recipe names no column of groups."""
    column = recipe.split.group
    if column is None:
        return {}
    if sums.groups is None:
        return {"groups": {"column": column, "not_counted": f"they are more than {GROUPS_COUNTED:,}"}}
    train, holdout = sums.groups
    both = len(np.intersect1d(train, holdout, assume_unique=True))
    counted = {"all": len(train) + len(holdout) - both, "holdout": len(holdout), "on_both_sides": both}
    return {"groups": {"column": column, **counted}}


def _classes(sums: Sums, *, recipe: Recipe) -> dict[str, dict[str, int]]:
    return {
        name: {"rows": train + holdout, "train": train, "holdout": holdout}
        for name, (train, holdout) in zip(recipe.class_names, sums.classes.T.tolist(), strict=True)
    }


def _numbers(sums: Sums, place: int, *, column: Numeric) -> dict[str, Any]:
    """Of dates all is a text."""
    drawn: Floats = sums.sample[:, place]
    drawn = drawn[~np.isnan(drawn)]
    quartiles = np.quantile(drawn, (0.25, 0.5, 0.75), method="nearest").tolist() if len(drawn) else [math.nan] * 3
    missing = sums.rows - int(sums.present[place])
    told = dict(zip(("quartile_1", "median", "quartile_3"), quartiles, strict=True))
    told |= {"minimum": sums.smallest[place], "maximum": sums.largest[place], "mean": sums.means[place]}
    kind, spelled = (DATE, text_of) if isinstance(column, Date) else ("number", float)
    return {
        "kind": kind,
        **({"missing": missing} if missing else {}),
        **_constant(sums, place),
        **{name: None if np.isnan(number) else spelled(number) for name, number in told.items()},
    }


def _constant(sums: Sums, place: int) -> dict[str, float]:
    """The share of the objects in which the column holds one value alone; nothing where there is none."""
    found = sums.constant[place]
    return {"constant_ratio": found / sums.objects} if found else {}


def _folded(columns: Mapping[str, dict[str, Any]], recipe: Recipe) -> dict[str, Any]:
    """Arrays as one column each: what all of its numbers are like, and the median of each."""
    found = {each.name: columns[each.name] for each in recipe.numeric if each.declared == each.name}
    for array in recipe.arrays:
        of_each = [columns[each.name] for each in array.elements]
        known = [each for each in of_each if each["median"] is not None]
        missing = sum(each.get("missing", 0) for each in of_each)
        found[array.name] = {
            "kind": ARRAY,
            "size": array.size,
            **({"missing": missing} if missing else {}),
            "minimum": min((each["minimum"] for each in known), default=None),
            "maximum": max((each["maximum"] for each in known), default=None),
            "medians": [each["median"] for each in of_each],
        }
    return found


def _texts(levels: Mapping[str, int]) -> dict[str, Any]:
    top = sorted(levels, key=lambda level: (-levels[level], level))[:TOP_CATEGORIES]
    return {"kind": "category", "levels": len(levels), "top": {level: levels[level] for level in top}}


def _not_hashed(rows: int) -> dict[str, Any]:
    return {
        "rows_not_compared": f"{rows:,} rows are more than the {HASHED_ROWS:,} that are compared with one another"
    }


def _repeated(found: Counts, *, rows: int, holdout_rows: int) -> dict[str, Any]:
    """How many rows occur before, and how many of the holdout, label included, occur in the training part too."""
    in_train = holdout_rows - found.holdout_alone
    return {
        "duplicate_rows": rows - found.different,
        "holdout_rows_in_train": in_train,
        "holdout_rows_in_train_ratio": in_train / holdout_rows if holdout_rows else None,
    }
