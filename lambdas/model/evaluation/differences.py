"""Finds the rows of the holdout on which champion and challenger differ most, for a person who wants to see why."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.exact import PROBABILITY_TOLERANCE
from lambdas.model.arrays import Floats
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe

ROWS_MAX = 10


def differences(recipe: Recipe, *, holdout: Table, challenger: Answers, champion: Answers) -> list[dict[str, Any]]:
    """Up to ROWS_MAX rows, ordered by the distance of the two probabilities of the true class, largest first.

    Rows alike are told once, by the first of them and how many they are. A row counts as different only beyond
    rounding; one that either scores with NaN is left out, because the gate's other rules speak of it.
    """
    mine, theirs = (of_true_class(holdout, answers=answers) for answers in (challenger, champion))
    apart = np.abs(mine - theirs)
    apart[~np.isfinite(apart)] = 0.0
    told: list[dict[str, Any]] = []
    while len(told) < ROWS_MAX and apart.max(initial=0.0) > PROBABILITY_TOLERANCE:
        row = int(apart.argmax())
        alike = _alike(holdout, row=row)
        apart[alike] = 0.0
        told.append(
            {
                "row": row,
                "rows_alike": int(alike.sum()),
                "features": {name: column[row].item() for name, column in holdout.features(recipe).items()},
                "true": str(holdout.labels[row]),
                "challenger": {"label": str(challenger.labels[row]), "probability": float(mine[row])},
                "champion": {"label": str(champion.labels[row]), "probability": float(theirs[row])},
            }
        )
    return told


def of_true_class(holdout: Table, *, answers: Answers) -> Floats:
    """(n,): the answers' probability of each row's true class."""
    names, places = np.unique(holdout.labels, return_inverse=True)
    found = np.zeros(len(holdout))
    for place, name in enumerate(names.tolist()):
        of_class = places == place
        found[of_class] = answers.of(name)[of_class]
    return found


def _alike(holdout: Table, *, row: int) -> NDArray[np.bool_]:
    """(n,): which rows have the features and the label of this one."""
    same: NDArray[np.bool_] = holdout.labels == holdout.labels[row]
    same &= (holdout.numeric == holdout.numeric[row]).all(axis=1)
    same &= (holdout.categorical == holdout.categorical[row]).all(axis=1)
    return same
