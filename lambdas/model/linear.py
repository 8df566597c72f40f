"""The features that transformers make, as exact functions of one input column each.

Scalers and one-hot encoders look at one column at a time, so every feature that reaches the classifier is either
affine in a numeric column or a table over the levels of a categorical one. That is what a scorecard can hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lambdas.model.arrays import Floats


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
    """A value for each level of the column, and last the value of an unknown one: NaN where that is refused."""

    column: int
    values: Floats
    """(levels + 1,)"""

    def minus(self, number: float) -> LevelFeature:
        return replace(self, values=self.values - number)

    def over(self, number: float) -> LevelFeature:
        return replace(self, values=self.values / number)

    def times(self, number: float) -> LevelFeature:
        return replace(self, values=self.values * number)


Feature = NumberFeature | LevelFeature


def inputs(numeric: int, *, levels: tuple[tuple[str, ...], ...]) -> list[Feature]:
    """The columns of X before any transformer: numbers as they are, categories as codes, -1 for unknown."""
    codes = [np.append(np.arange(len(names), dtype=np.float64), -1.0) for names in levels]
    return [
        *(NumberFeature(column) for column in range(numeric)),
        *(LevelFeature(column, values) for column, values in enumerate(codes)),
    ]
