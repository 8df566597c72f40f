"""Finds what takes the place of a missing number of each column, and puts it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.features import imputers, missing
from lambdas.model.filling.commonest import Numbers
from lambdas.model.filling.exactly import Total
from lambdas.model.filling.middle import medians
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.elements import IMPUTER, KEPT, MEAN, MEDIAN

MOST_FREQUENT = "most_frequent"
"""As SimpleImputer calls it."""


@dataclass(frozen=True)
class Fills:
    """Of each numeric column what takes the place of a missing number; None where none is missing, or stays so."""

    of_columns: tuple[float | None, ...] = ()

    def numbers(self, numbers: Floats) -> Floats:
        """(n, k), with a number in every place; the same array where none is missing."""
        filled = numbers
        for place, fill in enumerate(self.of_columns):
            holes = np.isnan(numbers[:, place]) if fill is not None else None
            if holes is not None and holes.any():
                filled = np.array(numbers) if filled is numbers else filled
                filled[holes, place] = fill
        return filled

    def part(self, part: Part) -> Part:
        return replace(part, numeric=self.numbers(part.numeric))

    def table(self, table: Table) -> Table:
        return replace(table, numeric=self.numbers(table.numeric))


NONE_MISSING = Fills()


def fills(recipe: Recipe, *, total: Callable[[Callable[[Part], Any]], Any], estimator: Any = None) -> Fills:
    """As the recipe says, of the rows whose parts `total` adds up. `estimator` is the recipe's, unfitted.

    Raises TrainingFailed for a column without any number, EstimatorUnsupported for one that the estimator is to fill,
    and does not.
    """
    ways = _ways(recipe, estimator)
    found = {place: float(way) for place, way in ways.items() if isinstance(way, int | float)}
    for way, numbers in ((MEAN, _means), (MEDIAN, medians), (MOST_FREQUENT, partial(_commonest, recipe=recipe))):
        places = tuple(place for place, each in ways.items() if each == way)
        found |= numbers(places, total=total) if places else {}
    for place, lacking in ways.items():
        if place not in found:
            raise TrainingFailed(
                f"column {recipe.numeric[place].name} has no number in any row of the training part, so it has no"
                f" {lacking}: give a number as its `missing`, or leave it out of recipe {recipe.model}",
                model=recipe.model,
            )
    return Fills(tuple(found.get(place) for place in range(len(recipe.numeric))))


def _ways(recipe: Recipe, estimator: Any) -> dict[int, float | str]:
    """Of the columns that take a missing value, by place: a number, or how it is found."""
    wanted = {place: each.missing for place, each in enumerate(recipe.numeric) if each.missing not in (None, KEPT)}
    kept = [each.name for each in recipe.numeric if each.missing == KEPT]
    if kept and missing.why_not(estimator):
        raise EstimatorUnsupported(
            f"column {kept[0]} says missing={KEPT!r}, so that the estimator sees missing numbers, and"
            f" {missing.why_not(estimator)}: write missing={MEDIAN!r}, or take HistGradientBoostingClassifier()"
        )
    if IMPUTER not in wanted.values():
        return wanted
    positions = recipe.positions
    ways = imputers.ways(estimator, columns=len(positions.numeric) + len(positions.categorical))
    of_x = {place: ways[number] for number, (place, _) in enumerate(recipe.numbers_of_x)}
    return {
        place: _of_imputer(recipe.numeric[place].name, of_x[place]) if way == IMPUTER else way
        for place, way in wanted.items()
    }


def _of_imputer(column: str, way: imputers.Way | None) -> float | str:
    if way is None:
        raise EstimatorUnsupported(
            f"column {column} says missing={IMPUTER!r}, and the estimator does not fill it first, or not everywhere"
            f" alike: put SimpleImputer() before all else that sees the column, or write missing={MEDIAN!r}"
        )
    strategy, number = way
    return number if strategy == "constant" else strategy


def _means(columns: tuple[int, ...], *, total: Callable[[Callable[[Part], Any]], Any]) -> dict[int, float]:
    every = total(partial(Total.of, columns=columns)).means
    return {place: mean for place, mean in zip(columns, every, strict=True) if mean is not None}


def _commonest(
    columns: tuple[int, ...], *, total: Callable[[Callable[[Part], Any]], Any], recipe: Recipe
) -> dict[int, float]:
    names = [each.name for each in recipe.numeric]
    each = {place: total(partial(Numbers.of, column=place, name=names[place])).commonest for place in columns}
    return {place: number for place, number in each.items() if number is not None}
