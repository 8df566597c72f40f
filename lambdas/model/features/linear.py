"""Describes the features that transformers make, as exact functions of one input column each.

Scalers and one-hot encoders look at one column at a time, so every feature that reaches the classifier is either
affine in a numeric column or a table over the levels of a categorical one. That is what a scorecard can hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lambdas.model.arrays import Floats, Integers


@dataclass(frozen=True)
class NumberFeature:
    """(x - centre) * scale + offset"""

    column: int
    centre: float = 0.0
    scale: float = 1.0
    offset: float = 0.0

    def minus(self, number: float) -> NumberFeature:
        """A first subtraction becomes the centre, where it costs no digits."""
        if (self.centre, self.scale, self.offset) == (0.0, 1.0, 0.0):
            return replace(self, centre=float(number))
        return replace(self, offset=self.offset - float(number))

    def over(self, number: float) -> NumberFeature:
        return replace(self, scale=self.scale / float(number), offset=self.offset / float(number))

    def times(self, number: float) -> NumberFeature:
        return replace(self, scale=self.scale * float(number), offset=self.offset * float(number))


@dataclass(frozen=True, eq=False)
class LevelFeature:
    """A value for each level of the column, and last the value of an unknown one: NaN where that is refused.

    Kept as `values` at `places` and `rest` at all others: of 100,000 levels each one-hot feature is 1 at one.
    """

    column: int
    size: int
    """levels + 1"""
    places: Integers
    """In ascending order."""
    values: Floats
    rest: float = 0.0

    def minus(self, number: float) -> LevelFeature:
        return replace(self, values=self.values - number, rest=self.rest - float(number))

    def over(self, number: float) -> LevelFeature:
        return replace(self, values=self.values / number, rest=self.rest / float(number))

    def times(self, number: float) -> LevelFeature:
        return replace(self, values=self.values * number, rest=self.rest * float(number))

    @property
    def everywhere(self) -> Floats:
        """(size,)"""
        filled = np.full(self.size, self.rest)
        filled[self.places] = self.values
        return filled

    @property
    def refuses_unknown(self) -> bool:
        return len(self.places) > 0 and self.places[-1] == self.size - 1 and bool(np.isnan(self.values[-1]))

    def add_to(self, total: Floats, *, weight: float) -> None:
        """Add the feature times `weight` to `total`, touching its own places alone where the rest is nothing."""
        if self.rest * weight:
            total += self.everywhere * weight
        else:
            total[self.places] += self.values * weight


Feature = NumberFeature | LevelFeature


def inputs(numeric: int, *, levels: tuple[tuple[str, ...], ...]) -> list[Feature]:
    """The columns of X before any transformer: numbers as they are, categories as codes, -1 for unknown."""
    return [
        *(NumberFeature(column) for column in range(numeric)),
        *(_codes(column, levels=len(names)) for column, names in enumerate(levels)),
    ]


def _codes(column: int, *, levels: int) -> LevelFeature:
    values = np.append(np.arange(levels, dtype=np.float64), -1.0)
    return LevelFeature(column, levels + 1, places=np.arange(levels + 1), values=values)
