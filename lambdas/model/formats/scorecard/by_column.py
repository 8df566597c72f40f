"""Scores many rows of a scorecard together, column by column, with the bits that the code which serves gives each.

Numbers are added in the order of `Line.score`, and numpy's float64 rounds +, -, * and / as Python's floats do. What
numpy might round otherwise is left to Python: `math.exp`, links of more than two classes, functions of values. And
the code that serves judges: in each call it scores some rows itself, and an answer that differs from its own is
refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import ArtifactInvalid
from lambdas.model.arrays import Floats, Integers
from lambdas.model.predictions import Answers
from lambdas.model.splitting.row_hashes import mixed
from lambdas.serve.scorecard import OF_MANY_SCORES, Line, Scorecard

Columns = Sequence[NDArray[np.generic]]
"""(n,) each, as the scorecard takes them, in the order of its schema."""
ASKED_PER = 256
"""Of so many rows the code that serves scores one, chosen at random by a seed, besides those that may be special."""


def score(scorecard: Scorecard, columns: Columns) -> Answers:
    """Of n rows. Raises ArtifactInvalid where the code that serves answers otherwise."""
    answers = _answers(scorecard, columns)
    asked = to_ask(columns, answers.probabilities)
    rows = zip(*(column[asked].tolist() for column in columns), strict=True)
    served = [scorecard.score(row) for row in rows]
    check(answers, asked=asked, served=served)
    return answers


def check(answers: Answers, *, asked: Integers, served: Sequence[tuple[str, Sequence[float]]]) -> None:
    """Raises ArtifactInvalid unless the answers for the rows at the places `asked` are these, to the last bit."""
    labels = np.array([label for label, _ in served], dtype=np.str_)
    probabilities = np.array([shares for _, shares in served]).reshape(len(asked), len(answers.classes))
    found = answers.probabilities[asked]
    alike = (found == probabilities) | (np.isnan(found) & np.isnan(probabilities))
    differs = asked[~alike.all(axis=1) | (answers.labels[asked] != labels)]
    if len(differs):
        raise ArtifactInvalid(
            f"scored with many others, row {differs[0]} of these gets another answer than from the code that serves:"
            " this release cannot judge the model on such a machine, and nothing goes live. Report it"
        )


@np.errstate(all="ignore")  # values too large for any score make NaN, as they do where it serves
def _answers(scorecard: Scorecard, columns: Columns) -> Answers:
    rows, classes = len(columns[0]) if columns else 0, scorecard.classes
    made = [
        _each(function, np.asarray(columns[position], dtype=np.float64)) for position, function, _ in scorecard.values
    ]
    scores = [_scores(line, [*columns, *made], rows=rows) for line in scorecard.lines]
    if scorecard.link == "sigmoid":
        seconds = _sigmoids(scores[0])
        places, probabilities = (scores[0] > 0).astype(np.int64), np.column_stack([1.0 - seconds, seconds])
    else:
        by_row = np.column_stack(scores).tolist()
        places = np.array([each.index(max(each)) for each in by_row], dtype=np.int64)
        shares = [OF_MANY_SCORES[scorecard.link](each) for each in by_row]
        probabilities = np.array(shares, dtype=np.float64).reshape(rows, len(classes))
    return Answers(classes, np.array(classes, dtype=np.str_)[places], probabilities)


def _scores(line: Line, columns: Columns, *, rows: int) -> Floats:
    """(n,): as `Line.score`."""
    total = np.full(rows, line.intercept)
    for position, centre, weight in line.numbers:
        total += (np.asarray(columns[position], dtype=np.float64) - centre) * weight
    for position, weights, unknown in line.categories:
        total += _made((weights.get(level, unknown) for level in columns[position].tolist()), rows=rows)
    return total


def _sigmoids(scores: Floats) -> Floats:
    """(n,): as `links.sigmoid`."""
    powers = _made(map(math.exp, (-np.abs(scores)).tolist()), rows=len(scores))
    found: Floats = np.where(scores >= 0, 1.0, powers) / (1.0 + powers)
    return found


def _each(function: Callable[[float], float], numbers: Floats) -> Floats:
    """(n,): the function of each number; it is asked once for numbers of the same bits."""
    bits, places = np.unique(np.ascontiguousarray(numbers).view(np.int64), return_inverse=True)
    found: Floats = _made(map(function, bits.view(np.float64).tolist()), rows=len(bits))[places]
    return found


def _made(numbers: Iterable[float], *, rows: int) -> Floats:
    return np.fromiter(numbers, dtype=np.float64, count=rows)


def to_ask(columns: Columns, probabilities: Floats) -> Integers:
    """Places of rows: some at random, those without an answer, and the lowest and the highest of each column."""
    rows = len(probabilities)
    if not rows:
        return np.empty(0, dtype=np.int64)
    chosen = ~np.isfinite(probabilities).all(axis=1)
    chosen |= mixed(np.arange(rows, dtype=np.uint64)) % np.uint64(ASKED_PER) == 0
    for column in columns:
        if column.dtype.kind != "U":
            chosen[[column.argmin(), column.argmax()]] = True
    return np.flatnonzero(chosen)
