"""Made-up worlds of two models whose true quality is known, to see how often a verdict is right."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

import numpy as np

from lambdas.model.arrays import Floats, Integers
from lambdas.model.gate.joint import JointCounts

CLASSES = ("normal", "attack")
RECALL, PRECISION = 0.95, 0.9
TOGETHER = 0.7
"""The correlation of the errors of two models that were trained on nearly the same rows."""


def joint(counts: Integers, squares: Integers | None = None) -> JointCounts:
    """From all K x K x K counts, [true, champion, challenger]."""
    n = counts.shape[0]
    rows = counts.ravel()
    places = np.flatnonzero(rows)
    of_copies = rows if squares is None else squares.ravel()
    cells = (places // (n * n), places // n % n, places % n)
    return JointCounts(n, *cells, rows[places], of_copies[places])


def chances(
    *, prevalence: float, recall: float = RECALL, precision: float = PRECISION, together: float = TOGETHER
) -> Floats:
    """(2, 2, 2): of each cell, where the champion has RECALL and PRECISION and the challenger has these."""
    found = np.zeros((2, 2, 2))
    for true, share, errors in (
        (1, prevalence, (1 - RECALL, 1 - recall)),
        (
            0,
            1 - prevalence,
            (false_alarms(prevalence, RECALL, PRECISION), false_alarms(prevalence, recall, precision)),
        ),
    ):
        theirs, mine = errors
        both = theirs * mine + together * math.sqrt(theirs * (1 - theirs) * mine * (1 - mine))
        both = min(max(both, theirs + mine - 1, 0.0), theirs, mine)
        found[true, 1 - true, 1 - true] = share * both
        found[true, 1 - true, true] = share * (theirs - both)
        found[true, true, 1 - true] = share * (mine - both)
        found[true, true, true] = share * (1 - theirs - mine + both)
    return found


def nights(cells: Floats, *, rows: int, count: int, seed: int) -> Iterator[JointCounts]:
    """`count` holdouts of that many rows, drawn from the chances."""
    rng = np.random.default_rng(seed)
    for drawn in rng.multinomial(rows, cells.ravel() / cells.sum(), size=count):
        yield joint(drawn.reshape(cells.shape))


def copied_nights(cells: Floats, *, rows: int, copies: int, count: int, seed: int) -> Iterator[JointCounts]:
    """Holdouts of about that many rows, in which each row occurs `copies` times on average."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        times = rng.geometric(1 / copies, rows // copies)
        drawn = rng.choice(cells.size, len(times), p=cells.ravel() / cells.sum())
        counts, squares = np.zeros(cells.size, dtype=np.int64), np.zeros(cells.size, dtype=np.int64)
        np.add.at(counts, drawn, times)
        np.add.at(squares, drawn, times * times)
        yield joint(counts.reshape(cells.shape), squares.reshape(cells.shape))


def tell(figure: str) -> None:
    """Write what was measured; pytest shows it with -s, and where a test fails."""
    sys.stdout.write(f"{figure}\n")


def false_alarms(prevalence: float, recall: float, precision: float) -> float:
    """The false positive rate of a model with this recall and precision."""
    return recall * prevalence * (1 - precision) / (precision * (1 - prevalence))
