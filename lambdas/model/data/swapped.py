"""Finds columns of a file whose values stand under each other's names, by what earlier data were like.

Of each column the earlier profile has the quartiles, or the most frequent texts. Two columns look swapped if both are
far from their own profile and near the other's. Columns that are alike, such as two shares, cannot be told apart so;
and a source that changes moves a column away from its own profile, but hardly two of them to each other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.elements import Element

ROWS_MIN = 30
"""Of fewer rows the quartiles are far off by chance."""
FAR, NEAR = 1.0, 0.5
"""In interquartile ranges of before: how far off a quartile is at least under its own name, and at most under the
other's."""
FEW, MOST = 0.1, 0.9
"""Shares of a file's texts that are among the most frequent earlier ones of a column."""
QUARTILES = ("quartile_1", "median", "quartile_3")

Profiles = Mapping[str, Mapping[str, Any]]
"""By column, as `profile` describes it."""


def swapped(table: Table, *, recipe: Recipe, earlier: Profiles) -> list[tuple[str, str]]:
    """Pairs of names, in the order of the recipe; none of a few rows, and of columns without an earlier profile."""
    if len(table) < ROWS_MIN:
        return []
    numbers = {
        each.name: _quartiles(table.numeric[:, place])
        for place, each in enumerate(recipe.numeric)
        if not isinstance(each, Element)  # those of an array are alike
    }
    texts = {each.name: table.categorical[:, place] for place, each in enumerate(recipe.categorical)}
    return [
        *((one, other) for one, other in combinations(numbers, 2) if _look_swapped(numbers, one, other, earlier)),
        *((one, other) for one, other in combinations(texts, 2) if _share_swapped(texts, one, other, earlier)),
    ]


def in_words(pairs: Iterable[Sequence[str]], *, name: str) -> str:
    """
    >>> in_words([("age", "income")], name="day.csv")
    'columns age and income of day.csv look swapped: the values of each are as those of the other were before'
    """
    named = ", ".join(f"{one} and {other}" for one, other in pairs)
    return f"columns {named} of {name} look swapped: the values of each are as those of the other were before"


def _quartiles(column: Floats) -> Floats:
    """(3,); empty where most are missing."""
    there = column[~np.isnan(column)]
    return np.quantile(there, (0.25, 0.5, 0.75)) if len(there) >= ROWS_MIN else np.empty(0)


def _look_swapped(found: Mapping[str, Floats], one: str, other: str, earlier: Profiles) -> bool:
    own = [_off(found[name], earlier.get(name)) for name in (one, other)]
    crossed = [_off(found[one], earlier.get(other)), _off(found[other], earlier.get(one))]
    return all(off is not None and off > FAR for off in own) and all(
        off is not None and off <= NEAR for off in crossed
    )


def _off(found: Floats, profile: Mapping[str, Any] | None) -> float | None:
    """How far the quartiles are off, in interquartile ranges; None where that is not known."""
    if profile is None or profile.get("kind") != "number" or profile.get("median") is None or not len(found):
        return None
    then = np.array([profile[name] for name in QUARTILES], dtype=np.float64)
    scale = (then[2] - then[0]) or (profile["maximum"] - profile["minimum"]) or 1.0
    return float(np.abs(found - then).max() / scale)


def _share_swapped(found: Mapping[str, Any], one: str, other: str, earlier: Profiles) -> bool:
    tops = {name: earlier.get(name, {}).get("top") or {} for name in (one, other)}

    def share(of: str, among: str) -> float:
        return float(np.isin(found[of], list(tops[among])).mean())

    own, crossed = (share(one, one), share(other, other)), (share(one, other), share(other, one))
    return max(own) <= FEW and min(crossed) >= MOST
