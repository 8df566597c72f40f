"""Draws rows of the holdout, with the artifact's answers, for the replay of the published version.

Rows on which champion and challenger disagree come first, because they reveal a version that serves the wrong
artifact; then the classes take turns, so that a rare class is asked as often as the data allows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Integers
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.serve.schema import Schema

ROWS_MAX = 200
DISAGREEING_MAX = 50


def replay_sample(
    recipe: Recipe, *, schema: Schema, holdout: Table, scored: Answers, champion: Answers | None
) -> dict[str, Any]:
    """`instances`, as a request has them, and `expected`: of each its label and probabilities by class.

    The same inputs draw the same rows. `scored` is what the artifact says of the holdout, `schema` what it takes. A
    row that it scores with NaN or an infinity is left out: serving refuses it, and the gate does not pass it. No
    other row would be refused: Preprocess and the scoring before this would have raised.
    """
    rows = _drawn(holdout, scored=scored, champion=champion, seed=recipe.split.seed)
    drawn = holdout.take(rows).features(recipe)
    names = [column.name for column in schema.columns]
    columns = [drawn[name].tolist() for name in names]
    answers = zip(scored.labels[rows].tolist(), scored.probabilities[rows].tolist(), strict=True)
    return {
        "instances": [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)],
        "expected": [
            {"label": label, "probabilities": dict(zip(scored.classes, shares, strict=True))}
            for label, shares in answers
        ],
    }


def _drawn(holdout: Table, *, scored: Answers, champion: Answers | None, seed: int) -> Integers:
    """Positions, in ascending order."""
    shuffled: Integers = np.random.RandomState(seed).permutation(len(holdout))
    shuffled = shuffled[np.isfinite(scored.probabilities[shuffled]).all(axis=1)]
    disagrees = np.zeros(len(shuffled), dtype=np.bool_)
    if champion is not None:
        disagrees = champion.labels[shuffled] != scored.labels[shuffled]
    is_first = disagrees & (np.cumsum(disagrees) <= DISAGREEING_MAX)
    first, rest = shuffled[is_first], shuffled[~is_first]
    in_turns = rest[_turns(holdout.labels[rest])]
    return np.sort(np.concatenate([first, in_turns[: ROWS_MAX - len(first)]]))


def _turns(labels: NDArray[np.str_]) -> Integers:
    """Positions of the labels, with the classes taking turns."""
    _, places = np.unique(labels, return_inverse=True)
    order = np.argsort(places, kind="stable")
    begins = np.searchsorted(places[order], places)
    ranks = np.empty(len(labels), dtype=np.int64)
    ranks[order] = np.arange(len(labels))
    return np.lexsort((places, ranks - begins))
