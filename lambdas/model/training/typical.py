"""A typical row of the training: of each number the lower median, of each category the one that most rows have.

It stands for no row that there was. What it is for is told in `lambdas/serve/seldom/why/by_turns.py`.
"""

from __future__ import annotations

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.formats.fitted import Levels
from lambdas.model.recipe import Recipe


def typical_row(recipe: Recipe, *, numbers: Floats, codes: Floats, levels: Levels) -> tuple[float | str | None, ...]:
    """In the order of the recipe's single columns; None for a number that is missing in every row.

    `numbers` are (rows, numeric columns), NaN where one is missing, and `codes` (rows, categorical columns or more),
    of `levels`. Of equally frequent categories it is the first one by the alphabet.
    """
    of_names: dict[str, float | str | None] = {
        column.name: _median(numbers[:, place]) for place, column in enumerate(recipe.numeric)
    }
    for place, column in enumerate(recipe.categorical):
        counts = np.bincount(codes[:, place].astype(np.intp))
        of_names[column.name] = levels.of_columns[place][int(counts.argmax())]
    return tuple(of_names[column.name] for column in recipe.single_columns)


def _median(column: Floats) -> float | None:
    known = column[~np.isnan(column)]
    return float(np.quantile(known, 0.5, method="lower")) if len(known) else None
