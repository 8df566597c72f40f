"""Tests whether a ratio of the challenger is worse than the champion's on the same rows, by more than a margin.

A ratio is A / B, as `compared` has it. With 1 for the challenger, 2 for the champion and d for the margin, the
hypothesis is A1 / B1 = A2 / B2 - d. Both ratios are estimated under it, m1 = m2 - d, and each row contributes

    g = (a1 - m1 b1) / B1 - (a2 - m2 b2) / B2 = u - m1 v + m2 w

whose sum is the observed difference plus the margin, and whose squares sum to its variance. For a ratio of which less
is better, d and g change their signs. Without a margin z is McNemar's for accuracy, recall and false positive rate,
and that of Leisenring, Alonzo and Pepe for precision; margins and F1 follow from the same formula.

Source: Boos, On generalized score tests, The American Statistician 46 (1992) 327-333; McNemar, Note on the sampling
error of the difference between correlated proportions or percentages, Psychometrika 12 (1947) 153-157; Leisenring,
Alonzo and Pepe, Comparisons of predictive values of binary medical diagnostic tests for paired designs, Biometrics 56
(2000) 345-351.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.values import Value
from lambdas.model.arrays import Floats, Integers
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.statistics.compared import Compared

CELLS_AT_ONCE = 4_096
"""200 ratios of that many cells take 7 MB an array."""
HALVINGS = 60
"""Of an interval of 1: all the digits of a float."""


class Family(Value):
    """r ratios as arrays, and their values for both models. Everything is (r,) where nothing else is said."""

    a: NDArray[np.int8]
    """(r, K * K)"""
    b: NDArray[np.int8]
    """(r, K * K)"""
    is_f1: NDArray[np.bool_]
    signs: Floats
    margins: Floats
    a1: Floats
    """A of the challenger."""
    b1: Floats
    a2: Floats
    """A of the champion."""
    b2: Floats

    @classmethod
    def of(cls, joint: JointCounts, ratios: Sequence[Compared]) -> Family:
        parts = [ratio.parts(joint.n_classes) for ratio in ratios]
        a, b = (np.array(each, dtype=np.int8).reshape(len(ratios), -1) for each in zip(*parts, strict=True))
        sums = [(each @ matrix.ravel()).astype(np.float64) for matrix in joint.matrices() for each in (a, b)]
        return cls(
            a,
            b,
            np.array([ratio.metric == "f1" for ratio in ratios]),
            np.array([ratio.sign for ratio in ratios], dtype=np.float64),
            np.array([ratio.margin for ratio in ratios], dtype=np.float64),
            *sums,
        )

    @property
    def defined(self) -> NDArray[np.bool_]:
        """Whether both models have the ratio: B is not 0."""
        return (self.b1 > 0) & (self.b2 > 0)

    @property
    def difference(self) -> Floats:
        """Signed: less than 0 where the challenger is worse. 0 where undefined."""
        one, other = (
            np.divide(a, b, out=np.zeros(len(b)), where=self.defined)
            for a, b in ((self.a1, self.b1), (self.a2, self.b2))
        )
        signed: Floats = self.signs * (one - other)
        return signed

    def pooled(self, difference: Floats) -> tuple[Floats, Floats]:
        """m1 and m2, the two ratios where their signed true difference is this one; both 0..1."""
        d = -self.signs * difference
        m2 = np.divide(
            self.a1 + self.a2 + d * self.b1, self.b1 + self.b2, out=np.zeros(len(d)), where=self.b1 + self.b2 > 0
        )
        m2 = np.clip(m2, np.maximum(0.0, d), np.minimum(1.0, 1.0 + d))
        return m2 - d, m2


class ScoreTest(Value):
    """What came of the test of each ratio: (r,) where nothing else is said, 0 where a ratio is undefined."""

    family: Family
    z: Floats
    """Low values speak against the challenger; 0 where there is no variance."""
    covariance: Floats
    """(r, r): of the signed differences, where each is its margin."""
    moments: Floats
    """(6, r): sums over the rows of u u, v v, w w, u v, u w, v w."""
    of_rows: Floats
    """The variance that a true difference of 1 brings by itself, since some rows have to tell the two apart."""
    copies: Floats
    """How often a row of the ratio occurs on average, as rows see it: 1 without copies."""
    against: Integers
    """Rows that speak against the challenger."""
    in_favour: Integers

    def variance(self, difference: Floats) -> Floats:
        """Of the signed observed difference, where the true one is this."""
        m1, m2 = self.family.pooled(difference)
        uu, vv, ww, uv, uw, vw = self.moments
        found: Floats = uu + m1 * m1 * vv + m2 * m2 * ww - 2 * (m1 * uv - m2 * uw + m1 * m2 * vw)
        return np.maximum(found, 0.0)

    def interval(self, critical: float) -> tuple[Floats, Floats]:
        """The lowest and the highest true difference that the rows do not refute; signed, -1..1.

        A difference is refuted when it is more than `critical` deviations from the observed one. Between that and 0
        the deviation is the test's, so that the whole interval is below -margin exactly where the test says worse.
        Elsewhere the difference would bring rows of its own that tell the two apart; without these, two models that
        are right on the same rows would seem to be proved equal.
        """
        observed = self.family.difference
        sign, size = np.where(observed < 0, -1.0, 1.0), np.abs(observed)
        outer = size + reach(critical, variance=self.variance(observed), of_rows=self.of_rows)
        at_0 = self.variance(np.zeros(len(size)))
        beyond_0 = size - reach(critical, variance=at_0 - self.of_rows * size, of_rows=self.of_rows)
        inner = np.where(size > critical * np.sqrt(at_0), self._nearest(critical, sign=sign, size=size), beyond_0)
        low, high = np.sort([sign * inner, sign * outer], axis=0).clip(-1.0, 1.0)
        return low, high

    def _nearest(self, critical: float, *, sign: Floats, size: Floats) -> Floats:
        """The size of the smallest difference that is not refuted, where 0 is.

        Where nearly every row tells the two apart, the test finds hardly any variance for large differences; these
        have at least a proportion's.
        """
        refuted, kept = np.zeros(len(size)), size.copy()
        for _ in range(HALVINGS):
            middle = (refuted + kept) / 2
            of_its_rows = np.where(middle > 0.5, self.of_rows * middle * (1 - middle), 0.0)
            variance = np.maximum(self.variance(sign * middle), of_its_rows)
            is_far = size - middle > critical * np.sqrt(variance)
            refuted, kept = np.where(is_far, middle, refuted), np.where(is_far, kept, middle)
        return kept


def reach(critical: float, *, variance: Floats, of_rows: Floats) -> Floats:
    """How far a difference is when it is `critical` deviations away, and adds of_rows * distance to the variance.

    It solves x * x = critical * critical * (variance + of_rows * x).
    """
    square = critical * critical
    root: Floats = np.sqrt(np.maximum((square * of_rows) ** 2 + 4 * square * variance, 0.0))
    return (square * of_rows + root) / 2


def score_test(joint: JointCounts, ratios: Sequence[Compared]) -> ScoreTest:
    """Test each ratio, of which there is one or more, against its margin."""
    family = Family.of(joint, ratios)
    n = len(ratios)
    m1, m2 = (each[:, None] for each in family.pooled(-family.margins))
    m0 = family.pooled(np.zeros(n))[1]
    per_b1, per_b2 = (
        np.divide(1.0, b, out=np.zeros(n), where=family.defined)[:, None] for b in (family.b1, family.b2)
    )
    signs = family.signs[:, None]
    covariance, moments, weights = np.zeros((n, n)), np.zeros((6, n)), np.zeros((2, n))
    told = np.zeros((2, n), dtype=np.int64)
    for true, champion, challenger, rows, squares in _cut(joint):
        mine, theirs = true * joint.n_classes + challenger, true * joint.n_classes + champion
        a1, b1, a2, b2 = family.a[:, mine], family.b[:, mine], family.a[:, theirs], family.b[:, theirs]
        u, v, w = a1 * per_b1 - a2 * per_b2, b1 * per_b1, b2 * per_b2
        g = signs * (u - m1 * v + m2 * w)
        covariance += (g * squares) @ g.T
        moments += [(one * other) @ squares for one, other in ((u, u), (v, v), (w, w), (u, v), (u, w), (v, w))]
        gained = signs * ((a1 - a2) - m0[:, None] * (b1 - b2))
        told += [(gained < 0) @ rows, (gained > 0) @ rows]
        weights += [(b1 + b2) @ rows, (b1 + b2) @ squares]
    deviations = np.sqrt(np.diag(covariance))
    beyond = np.where(deviations > 0, family.difference + family.margins, 0.0)
    by_rows, by_squares = weights
    copies = np.divide(by_squares, by_rows, out=np.ones(n), where=by_rows > 0)
    # A row that changes sides moves its ratio by 1 / B at most, but F1 by (2 - F1) / B. Copies move together.
    moved = np.where(family.is_f1, 2 - m0, 1.0)
    return ScoreTest(
        family=family,
        z=beyond / np.where(deviations > 0, deviations, 1.0),
        covariance=covariance,
        moments=moments,
        of_rows=np.divide(2 * moved * copies, by_rows, out=np.zeros(n), where=by_rows > 0),
        copies=copies,
        against=told[0],
        in_favour=told[1],
    )


def _cut(joint: JointCounts) -> Iterator[list[Integers]]:
    """The cells in pieces, so that no array grows with ratios times cells."""
    for start in range(0, len(joint.rows), CELLS_AT_ONCE):
        columns = (joint.true, joint.champion, joint.challenger, joint.rows, joint.squares)
        yield [column[start : start + CELLS_AT_ONCE] for column in columns]
