"""Counts rows by their true class, the champion's answer and the challenger's, all that a paired comparison needs.

Only the cells that hold rows are kept: with many classes most of the K x K x K are empty.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.values import Value
from lambdas.model.arrays import Integers
from lambdas.model.metrics.ratios import Proportion

Places = NDArray[np.integer[Any]]

CELLS_MAX = 10_000
"""Of a document: all that 21 classes can have. A hundred classes have up to a million, which are 48 MB there, and the
API's answer is limited to `limits.LAMBDA_PAYLOAD_BYTES`."""


class JointCounts(Value):
    """The m cells that hold rows, in ascending order. Classes are positions, 0..n_classes - 1."""

    n_classes: int
    true: Integers
    """(m,)"""
    champion: Integers
    """(m,): the class that the champion answers."""
    challenger: Integers
    """(m,): the class that the challenger answers."""
    rows: Integers
    """(m,): how many rows a cell holds, 1 or more."""
    squares: Integers
    """(m,): the sum over a cell's distinct rows of the square of their copies; equal to `rows` without copies.

    Copies of a row get the same answers, so w of them are one observation that counts w times: its variance is w * w
    and not w. Source: Obuchowski, On the comparison of correlated proportions for clustered data, Statistics in
    Medicine 17 (1998) 1495-1507, but for the factor (k - 1) / k of k distinct rows.
    """

    @property
    def total(self) -> int:
        """How many rows were counted."""
        return int(self.rows.sum())

    @property
    def distinct(self) -> float:
        """How many rows without copies would be as much evidence: total / mean copies of a row, as rows see it.

        Source: the effective sample size of Kish, Survey Sampling (1965).
        """
        return float(self.total**2 / self.squares.sum()) if self.total else 0.0

    @property
    def flipped(self) -> Proportion:
        """The rows that the two answer differently."""
        differ = self.champion != self.challenger
        copies = Fraction(int(self.squares.sum()), self.total) if self.total else Fraction(1)
        return Proportion(int(self.rows[differ].sum()), self.total, copies)

    def matrices(self) -> tuple[Integers, Integers]:
        """(K, K) each, rows true, columns predicted: the challenger's confusion matrix, and the champion's."""
        return self._matrix(self.challenger), self._matrix(self.champion)

    def _matrix(self, predicted: Integers) -> Integers:
        counted = np.zeros((self.n_classes, self.n_classes), dtype=np.int64)
        np.add.at(counted, (self.true, predicted), self.rows)
        return counted

    def to_document(self) -> dict[str, Any]:
        """Ready for JSON: who is right on how many rows, and `cells` of true, champion, challenger, rows, squares.

        There are no cells where they are more than CELLS_MAX.
        """
        mine, theirs = self.challenger == self.true, self.champion == self.true
        columns = (self.true, self.champion, self.challenger, self.rows, self.squares)
        cells = [list(cell) for cell in zip(*(column.tolist() for column in columns), strict=True)]
        return {
            "cells": cells if len(cells) <= CELLS_MAX else [],
            "only_challenger_right": int(self.rows[mine & ~theirs].sum()),
            "only_champion_right": int(self.rows[theirs & ~mine].sum()),
            "both_right": int(self.rows[mine & theirs].sum()),
            "both_wrong": int(self.rows[~mine & ~theirs].sum()),
        }


def count_jointly(
    true: Places,
    *,
    champion: Places,
    challenger: Places,
    n_classes: int,
    alike: Places,
    times: NDArray[np.uint32],
) -> JointCounts:
    """(m,) each: of a row the places of its class and of both answers among the classes, a number that is equal for
    copies of one row alone, and for how many copies it stands.

    >>> ants = np.array([0, 0])
    >>> alike, times = np.array([7, 8]), np.array([2, 1])
    >>> counted = count_jointly(ants, champion=ants, challenger=ants, n_classes=2, alike=alike, times=times)
    >>> counted.rows.tolist(), counted.squares.tolist()
    ([3], [5])
    """
    n = n_classes
    cells = (true.astype(np.int64) * n + champion) * n + challenger
    order = np.lexsort((alike, cells))
    cells, alike = cells[order], alike[order]
    is_first = np.ones(len(cells), dtype=np.bool_)
    is_first[1:] = (cells[1:] != cells[:-1]) | (alike[1:] != alike[:-1])
    begins = np.flatnonzero(is_first)
    if not len(begins):
        return JointCounts(n, *(np.zeros(0, dtype=np.int64) for _ in range(5)))
    copies, cells = np.add.reduceat(times[order], begins, dtype=np.int64), cells[begins]
    firsts = np.flatnonzero(np.diff(cells, prepend=-1))
    found = cells[firsts]
    rows, squares = (np.add.reduceat(each, firsts) for each in (copies, copies * copies))
    return JointCounts(n, found // (n * n), found // n % n, found % n, rows, squares)
