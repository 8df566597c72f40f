"""Finds how an unfitted estimator fills missing values: the SimpleImputer that each column comes to first.

A run puts the same values there before the estimator sees its rows. What an imputer then sees has no missing value,
and it changes nothing: so it needs no place in an artifact, and no fit on all rows together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lambdas.model.features.steps import class_name

IMPUTER = "SimpleImputer"
Way = tuple[str, float]
"""The strategy, and for `constant` the number."""
Seen = list[set[Way | None]]
"""Of each column the ways of the imputers that it comes to first; None where another step sees it as it is."""


def ways(estimator: Any, *, columns: int) -> list[Way | None]:
    """Of each column of X; None where no SimpleImputer fills it, or not all alike."""
    seen: Seen = [set() for _ in range(columns)]
    if _passes(estimator, range(columns), seen):
        _see(range(columns), seen, None)
    return [next(iter(each)) if len(each) == 1 else None for each in seen]


def why_not(step: Any) -> str:
    """Why a SimpleImputer cannot be served; empty where it can."""
    if step.add_indicator:
        return "add_indicator=True needs the missing values, which no estimator sees: write a column of their own"
    if not (isinstance(step.missing_values, float) and math.isnan(step.missing_values)):
        return "missing_values is set: list the texts that stand for a missing value in the recipe's missing_values"
    return ""


def _passes(step: Any, places: Sequence[int], seen: Seen) -> bool:
    """Whether the columns at these places come out of the step as they went in; else it is noted what fills them."""
    kind = class_name(step)
    if step is None or isinstance(step, str):
        return step != "drop"
    if kind in OF_MANY:
        return OF_MANY[kind](step, places, seen)
    if kind == "FunctionTransformer" and step.func is None:
        return True
    _see(places, seen, _way(step) if kind == IMPUTER else None)
    return False


def _of_steps(step: Any, places: Sequence[int], seen: Seen) -> bool:
    return all(_passes(inner, places, seen) for _, inner in step.steps)


def _of_union(step: Any, places: Sequence[int], seen: Seen) -> bool:
    for _, inner in step.transformer_list:
        if _passes(inner, places, seen):
            _see(places, seen, None)
    return False


def _of_columns(step: Any, places: Sequence[int], seen: Seen) -> bool:
    left = set(places)
    for _, inner, columns in step.transformers:
        try:
            chosen = [places[place] for place in np.atleast_1d(np.arange(len(places))[columns]).tolist()]
        except (IndexError, TypeError):  # a function, which only a fit can ask
            _see(places, seen, None)
            return False
        left -= set(chosen)
        if _passes(inner, chosen, seen):
            _see(chosen, seen, None)
    rest = sorted(left)
    if _passes(step.remainder, rest, seen):
        _see(rest, seen, None)
    return False


OF_MANY: Mapping[str, Callable[[Any, Sequence[int], Seen], bool]] = {
    "Pipeline": _of_steps,
    "ColumnTransformer": _of_columns,
    "FeatureUnion": _of_union,
}


def _see(places: Sequence[int], seen: Seen, way: Way | None) -> None:
    for place in places:
        seen[place].add(way)


def _way(step: Any) -> Way | None:
    if step.strategy != "constant":
        return (step.strategy, 0.0) if step.strategy in ("mean", "median", "most_frequent") else None
    if step.fill_value is None:
        return "constant", 0.0
    is_number = isinstance(step.fill_value, int | float) and math.isfinite(step.fill_value)
    return ("constant", float(step.fill_value)) if is_number else None
