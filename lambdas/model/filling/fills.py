"""Finds what takes the place of a missing number of each column, and puts it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from chalicelib.errors import TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.filling.exactly import Total
from lambdas.model.filling.middle import medians
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.parts import MEAN, MEDIAN


@dataclass(frozen=True)
class Fills:
    """Of each numeric column what takes the place of a missing number; None where none is missing."""

    of_columns: tuple[float | None, ...] = ()

    def numbers(self, numbers: Floats) -> Floats:
        """(n, k), with a number in every place; the same array where none is missing."""
        filled = numbers
        for place, fill in enumerate(self.of_columns):
            missing = np.isnan(numbers[:, place]) if fill is not None else None
            if missing is not None and missing.any():
                filled = np.array(numbers) if filled is numbers else filled
                filled[missing, place] = fill
        return filled

    def part(self, part: Part) -> Part:
        return replace(part, numeric=self.numbers(part.numeric))

    def table(self, table: Table) -> Table:
        return replace(table, numeric=self.numbers(table.numeric))


NONE_MISSING = Fills()


def fills(recipe: Recipe, *, total: Callable[[Callable[[Part], Any]], Any]) -> Fills:
    """As the recipe says, of the rows whose parts `total` adds up; raises TrainingFailed for a column without any."""
    ways = [column.missing for column in recipe.numeric]
    found = {place: float(way) for place, way in enumerate(ways) if isinstance(way, int | float)}
    means = tuple(place for place, way in enumerate(ways) if way == MEAN)
    if means:
        every = total(partial(Total.of, columns=means)).means
        found |= {place: mean for place, mean in zip(means, every, strict=True) if mean is not None}
    middles = tuple(place for place, way in enumerate(ways) if way == MEDIAN)
    if middles:
        found |= medians(middles, total=total)
    for column, (place, way) in zip(recipe.numeric, enumerate(ways), strict=True):
        if way is not None and place not in found:
            raise TrainingFailed(
                f"column {column.name} has no number in any row of the training part, so it has no {way}: give a"
                f" number as its `missing`, or leave it out of recipe {recipe.model}",
                model=recipe.model,
            )
    return Fills(tuple(found.get(place) for place in range(len(ways))))
