"""Puts the parts of dates in the places of dates: rows as the estimator sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.elements import CATEGORIES_OF_A_DATE, SECONDS
from lambdas.serve.dates import DAY, PARTS


def spread(part: Part, *, recipe: Recipe) -> Part:
    """The same rows, with a column of X in the place of each column, as `Fields.positions` has them.

    No date of a part that is a category may be missing.
    """
    if all(tuple(date.parts) == (SECONDS,) for date in recipe.dates):
        return part
    numbers = [FUNCTIONS[name](part.numeric[:, place]) for place, name in recipe.numbers_of_x]
    codes = [
        (FUNCTIONS[name](part.numeric[:, place]) - CATEGORIES_OF_A_DATE[name].start).astype(np.uint8)
        for place, name in recipe.parts_of_x
    ]
    return replace(
        part,
        numeric=np.column_stack([np.empty((len(part), 0)), *numbers]),
        codes=np.column_stack([part.codes, *codes]),
        levels=(*part.levels, *(_names(name) for _, name in recipe.parts_of_x)),
    )


def _names(name: str) -> tuple[str, ...]:
    """In the order of their numbers, which is that of the alphabet too."""
    return tuple(f"{each:02}" for each in CATEGORIES_OF_A_DATE[name])


FUNCTIONS: Mapping[str, Callable[[Floats], Floats]] = {
    **PARTS,
    "seconds": lambda seconds: seconds,
    "days": lambda seconds: np.floor(seconds / DAY),
}
"""Each is what the steps of `features.dates` are in numpy."""
