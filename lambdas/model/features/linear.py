"""Describes the features that transformers make, as exact functions of one input column each.

Scalers and one-hot encoders look at one column at a time, so every feature that they make is either affine in a
numeric column or a table over the levels of a categorical one: a plain feature. A projection such as PCA mixes
columns, and makes weighted sums of plain features. A function such as log1p makes another number of a column: what it
is put through stands beside the column. A linear model of sums is one of plain features, which `spread`
finds; that is what a scorecard can hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Integers
from lambdas.serve import number_functions

Step = tuple[Any, ...]
"""A name of `lambdas/serve/number_functions.py`, and numbers."""


@dataclass(frozen=True)
class NumberFeature:
    """(x - centre) * scale + offset, where x is the column's number, put through steps where there are any."""

    column: int
    centre: float = 0.0
    scale: float = 1.0
    offset: float = 0.0
    through: tuple[Step, ...] = ()
    since: tuple[Step, ...] = field(default=(), compare=False)
    """The same as centre, scale and offset, in the order in which scikit-learn computes it: so that a function that
    comes next sees the same bits."""

    def minus(self, number: float) -> NumberFeature:
        """A first subtraction becomes the centre, where it costs no digits."""
        since = (*self.since, ("minus", float(number)))
        if (self.centre, self.scale, self.offset) == (0.0, 1.0, 0.0):
            return replace(self, centre=float(number), since=since)
        return replace(self, offset=self.offset - float(number), since=since)

    def over(self, number: float) -> NumberFeature:
        since = (*self.since, ("over", float(number)))
        return replace(self, scale=self.scale / float(number), offset=self.offset / float(number), since=since)

    def times(self, number: float) -> NumberFeature:
        since = (*self.since, ("times", float(number)))
        return replace(self, scale=self.scale * float(number), offset=self.offset * float(number), since=since)

    def put_through(self, step: Step) -> NumberFeature:
        return NumberFeature(self.column, through=(*self.through, *self.since, step))

    def each_of(self, values: int) -> list[LevelFeature]:
        """Of a number that is 0, 1 and so on, for each of them whether it is that."""
        through = (*self.through, *self.since)
        return [
            LevelFeature(self.column, values + 1, np.array([place]), np.array([1.0]), through=through)
            for place in range(values)
        ]


@dataclass(frozen=True, eq=False)
class LevelFeature:
    """A value for each level of the column, and last the value of an unknown one: NaN where that is refused.

    Kept as `values` at `places` and `rest` at all others: of 100,000 levels each one-hot feature is 1 at one.
    """

    column: int
    """A categorical one; a numeric one, where it is put through steps whose last gives the place."""
    size: int
    """levels + 1"""
    places: Integers
    """In ascending order."""
    values: Floats
    rest: float = 0.0
    through: tuple[Step, ...] = ()

    def minus(self, number: float) -> LevelFeature:
        return replace(self, values=self.values - number, rest=self.rest - float(number))

    def over(self, number: float) -> LevelFeature:
        return replace(self, values=self.values / number, rest=self.rest / float(number))

    def times(self, number: float) -> LevelFeature:
        return replace(self, values=self.values * number, rest=self.rest * float(number))

    def put_through(self, step: Step) -> LevelFeature:
        function = number_functions.through([step])
        values = np.array([function(each) for each in self.values.tolist()], dtype=np.float64)
        return replace(self, values=values, rest=function(self.rest))

    def each_of(self, values: int) -> list[LevelFeature]:
        """Of a table of 0, 1 and so on, for each of them whether it is that."""
        table = self.everywhere
        return [
            replace(
                self, places=np.arange(self.size), values=np.where(np.isnan(table), np.nan, table == each), rest=0.0
            )
            for each in range(values)
        ]

    @property
    def everywhere(self) -> Floats:
        """(size,)"""
        filled = np.full(self.size, self.rest)
        filled[self.places] = self.values
        return filled

    @property
    def refuses_unknown(self) -> bool:
        has_own = len(self.places) > 0 and self.places[-1] == self.size - 1
        return bool(np.isnan(self.values[-1] if has_own else self.rest))

    def add_to(self, total: Floats, *, weight: float) -> None:
        """Add the feature times `weight` to `total`, touching its own places alone where the rest is nothing."""
        if self.rest * weight:
            total += self.everywhere * weight
        else:
            total[self.places] += self.values * weight


PlainFeature = NumberFeature | LevelFeature


@dataclass(frozen=True, eq=False)
class SumFeature:
    """The sum of features, each times its weight, and of the offset."""

    of: Sequence[Feature]
    """Sums that one step made share this one list."""
    weights: Floats
    """(k,)"""
    offset: float = 0.0

    def minus(self, number: float) -> SumFeature:
        return replace(self, offset=self.offset - float(number))

    def over(self, number: float) -> SumFeature:
        return replace(self, weights=self.weights / number, offset=self.offset / float(number))

    def times(self, number: float) -> SumFeature:
        return replace(self, weights=self.weights * number, offset=self.offset * float(number))


Feature = PlainFeature | SumFeature


def sums(features: Sequence[Feature], *, weights: Floats) -> list[Feature]:
    """A sum of the features for each row of weights, (sums, features)."""
    return [SumFeature(features, of_one) for of_one in np.asarray(weights, dtype=np.float64)]


def spread(features: Sequence[Feature], *, weights: Floats) -> tuple[list[PlainFeature], Floats, Floats]:
    """Linear scores of weights (s, features), over plain features: these, their weights, and the constants (s,)."""
    found: list[PlainFeature] = []
    places: list[int] = []
    mixed: dict[int, list[tuple[int, SumFeature]]] = {}
    for place, feature in enumerate(features):
        if isinstance(feature, SumFeature):
            mixed.setdefault(id(feature.of), []).append((place, feature))
        else:
            found.append(feature)
            places.append(place)
    parts, constants = [weights[:, places]], np.zeros(len(weights))
    for of_one_list in mixed.values():
        here = weights[:, [place for place, _ in of_one_list]]
        inner = here @ np.array([feature.weights for _, feature in of_one_list])
        more, of_more, offsets = spread(of_one_list[0][1].of, weights=inner)
        found += more
        parts.append(of_more)
        constants += here @ np.array([feature.offset for _, feature in of_one_list]) + offsets
    return found, np.hstack(parts), constants


def inputs(numeric: int, *, levels: tuple[tuple[str, ...], ...]) -> list[PlainFeature]:
    """The columns of X before any transformer: numbers as they are, categories as codes, -1 for unknown."""
    return [
        *(NumberFeature(column) for column in range(numeric)),
        *(_codes(column, levels=len(names)) for column, names in enumerate(levels)),
    ]


def _codes(column: int, *, levels: int) -> LevelFeature:
    values = np.append(np.arange(levels, dtype=np.float64), -1.0)
    return LevelFeature(column, levels + 1, places=np.arange(levels + 1), values=values)
