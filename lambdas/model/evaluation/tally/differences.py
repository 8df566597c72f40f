"""Finds the rows of the holdout on which champion and challenger differ most, for a person who wants to see why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.exact import PROBABILITY_TOLERANCE
from chalicelib.values import Value
from lambdas.model.arrays import Integers
from lambdas.model.artifact import Features, as_json
from lambdas.model.evaluation.tally.answered import Answered
from lambdas.model.recipe import Date, Recipe
from lambdas.serve.seldom.array_columns import as_request

ROWS_MAX = 10


class Difference(Value):
    """A row, which stands for all rows that are alike in features and class."""

    row: int
    """Its position in the holdout."""
    hash: int
    apart: float
    """The distance of the two probabilities of its true class."""
    told: dict[str, Any]
    """What else a document says of it, ready for JSON."""

    def to_document(self, *, rows_alike: int) -> dict[str, Any]:
        return {"row": self.row, "rows_alike": rows_alike, **self.told}


def differences(
    true: Integers,
    hashes: NDArray[np.uint64],
    features: Features,
    *,
    begin: int,
    recipe: Recipe,
    challenger: Answered,
    champion: Answered,
) -> list[Difference]:
    """Up to ROWS_MAX of n rows, ordered by `apart`, largest first. The first of the n is row `begin` of the holdout.

    Rows alike are told once, by the first of those that are farthest apart. A row counts as different only beyond
    rounding; one that either scores with NaN is left out, because the gate's other rules speak of it.
    """
    arrays = {array.name: [each.name for each in array.elements] for array in recipe.arrays}
    classes, dates = recipe.class_names, {each.name for each in recipe.columns if isinstance(each, Date)}
    mine, theirs = (each.of_true_class(true, classes=classes) for each in (challenger, champion))
    apart = np.abs(mine - theirs)
    apart[~np.isfinite(apart)] = 0.0
    rows = np.flatnonzero(apart > PROBABILITY_TOLERANCE)
    rows = rows[np.argsort(-apart[rows], kind="stable")]
    _, firsts = np.unique(hashes[rows], return_index=True)
    return [
        Difference(
            begin + row,
            int(hashes[row]),
            float(apart[row]),
            {
                "features": as_request(
                    {
                        name: as_json(column[row : row + 1], is_date=name in dates)[0]
                        for name, column in features.items()
                    },
                    arrays,
                ),
                "true": classes[true[row]],
                "challenger": {"label": str(challenger.answers.labels[row]), "probability": float(mine[row])},
                "champion": {"label": str(champion.answers.labels[row]), "probability": float(theirs[row])},
            },
        )
        for row in rows[np.sort(firsts)[:ROWS_MAX]].tolist()
    ]


def merged(many: Sequence[Sequence[Difference]]) -> list[Difference]:
    """Of all rows; no row is in two of them."""
    ordered = sorted((each for found in many for each in found), key=lambda each: (-each.apart, each.row))
    told: dict[int, Difference] = {}
    for each in ordered:
        told.setdefault(each.hash, each)
    return list(told.values())[:ROWS_MAX]
