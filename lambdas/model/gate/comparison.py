"""Compares the challenger with the champion in every ratio that the recipe compares, as one family.

A ratio is WORSE when that is proved: by more than its margin, at the sureness that the recipe asks for, all ratios
together considered. Anything else is not shown worse, which is no proof that it is as good: so each ratio tells which
fall these rows would notice. A recipe may demand that, or a proof that the challenger is no worse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from chalicelib.values import Value
from lambdas.model.arrays import Floats
from lambdas.model.gate.demands import PROPORTIONS, RATIOS, Demands
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.statistics.compared import Compared
from lambdas.model.gate.statistics.detectable import rows_to_notice, smallest_fall
from lambdas.model.gate.statistics.max_t import FamilyWise, family_wise
from lambdas.model.gate.statistics.score_test import ScoreTest, score_test
from lambdas.model.gate.statistics.tango import rows_to_prove, tango_z
from lambdas.model.gate.thresholds import GateRule

WORSE, NOT_SHOWN_WORSE, NO_WORSE = "worse", "not shown worse", "no worse"
NOT_PROVED, NOT_ENOUGH_ROWS = "not proved no worse", "not enough rows"
UNDEFINED, NOTHING_TO_COMPARE = "undefined", "nothing to compare"
PASSING = (NOT_SHOWN_WORSE, NO_WORSE, NOTHING_TO_COMPARE)


class Comparison(Value, kw_only=True):
    """One ratio. Differences are the challenger's less the champion's; None where either is undefined."""

    name: str
    metric: str
    of: str | None
    margin: float
    challenger: float | None
    champion: float | None
    difference: float | None
    low: float | None
    """The true difference is not less: at `sure`, all ratios together considered."""
    high: float | None
    """The true difference is not more: at `sure`, all ratios together considered."""
    z: float
    p: float
    """The chance that chance makes any of the ratios look so bad, where none is worse than its margin."""
    against: int
    """Rows that speak against the challenger."""
    in_favour: int
    verdict: str
    is_proved: bool
    """Whether it is proved no worse than the margin allows."""
    notices: float | None
    """The smallest fall, 0..1, that is found WORSE with a chance of `statistics.detectable.POWER`."""
    copies: float
    """How often a row of the ratio occurs on average, as rows see it: 1 without copies."""
    rows_needed: int | None
    """Where the rows are not enough for what the recipe demands: how many would be."""

    @property
    def passed(self) -> bool:
        return self.verdict in PASSING


class Comparisons(Value, kw_only=True):
    """The comparisons of a verdict, in the order of the recipe's thresholds."""

    demands: Demands
    rows: int
    critical: float
    """How many deviations a difference has to be below its margin to be found worse."""
    comparisons: tuple[Comparison, ...]

    def of(self, threshold: GateRule) -> Comparison:
        """Raises KeyError for a threshold that is not comparable."""
        return {(each.metric, each.of): each for each in self.comparisons}[threshold.metric, threshold.of]


def is_comparable(threshold: GateRule) -> bool:
    """Whether the threshold's metric is compared by the joint counts; the areas under curves are not."""
    return threshold.compares_with_champion and threshold.metric in RATIOS


def compare_jointly(
    joint: JointCounts, thresholds: Sequence[GateRule], *, labels: Sequence[str], demands: Demands
) -> Comparisons:
    """Compare the ratios of all thresholds that are comparable; a recipe's order of them does not matter."""
    in_order = [threshold for threshold in thresholds if is_comparable(threshold)]
    ordered = compared_ratios(thresholds, labels=labels)
    if not ordered:
        normal = NormalDist().inv_cdf(demands.sure)
        return Comparisons(demands=demands, rows=joint.total, critical=normal, comparisons=())
    test = score_test(joint, [ratio for _, ratio in ordered])
    found = _Found(test, family_wise(test.z, covariance=test.covariance, sure=demands.sure), joint.total, demands)
    judged = {_key(threshold): found.comparison(place, threshold) for place, (threshold, _) in enumerate(ordered)}
    return Comparisons(
        demands=demands,
        rows=joint.total,
        critical=found.family.critical,
        comparisons=tuple(judged[_key(threshold)] for threshold in in_order),
    )


def compared_ratios(thresholds: Sequence[GateRule], *, labels: Sequence[str]) -> list[tuple[GateRule, Compared]]:
    """The comparable thresholds, each with its ratio, in an order of their own."""

    def ratio(of: GateRule) -> Compared:
        return Compared(of.metric, None if of.of is None else list(labels).index(of.of), of.margin or 0.0)

    return [(each, ratio(each)) for each in sorted(filter(is_comparable, thresholds), key=_key)]


def _key(threshold: GateRule) -> tuple[str, str]:
    return threshold.metric, threshold.of or ""


class _Found:
    """What was found of all ratios, in arrays; of each it makes a comparison."""

    def __init__(self, test: ScoreTest, family: FamilyWise, rows: int, demands: Demands) -> None:
        self.test, self.family, self.rows, self.demands = test, family, rows, demands
        self.variances = test.covariance.diagonal()
        self.intervals = test.interval(family.critical)
        self.falls: Floats = smallest_fall(
            family.critical, variance=self.variances, of_rows=test.of_rows, margins=test.family.margins
        )

    def comparison(self, place: int, threshold: GateRule) -> Comparison:
        values = self.test.family
        challenger = _ratio(values.a1[place], values.b1[place])
        champion = _ratio(values.a2[place], values.b2[place])
        is_defined = challenger is not None and champion is not None
        ends = sorted(float(values.signs[place] * end[place]) for end in self.intervals)
        is_proved = is_defined and self._proved(place, threshold)
        verdict, rows_needed = self._verdict(place, challenger=challenger, champion=champion, is_proved=is_proved)
        return Comparison(
            name=threshold.name,
            metric=threshold.metric,
            of=threshold.of,
            margin=float(values.margins[place]),
            challenger=challenger,
            champion=champion,
            difference=float(values.signs[place] * values.difference[place]) if is_defined else None,
            low=ends[0] if is_defined else None,
            high=ends[1] if is_defined else None,
            z=float(self.test.z[place]),
            p=float(self.family.p[place]),
            against=int(self.test.against[place]) if is_defined else 0,
            in_favour=int(self.test.in_favour[place]) if is_defined else 0,
            verdict=verdict,
            is_proved=is_proved,
            notices=float(self.falls[place]) if is_defined else None,
            copies=float(self.test.copies[place]),
            rows_needed=rows_needed,
        )

    def _verdict(
        self, place: int, *, challenger: float | None, champion: float | None, is_proved: bool
    ) -> tuple[str, int | None]:
        """The verdict; and where rows are lacking, how many would be enough, None where nobody can tell."""
        if challenger is None:
            return (UNDEFINED if champion is not None else NOT_ENOUGH_ROWS), None
        if champion is None:
            return NOTHING_TO_COMPARE, None
        if self.test.z[place] < -self.family.critical:
            return WORSE, None
        needed = max(self._to_notice(place), self._to_prove(place), 0)
        if needed > self.rows:
            return NOT_ENOUGH_ROWS, needed
        if self.demands.proved and not is_proved:
            return NOT_PROVED, None
        return (NO_WORSE if is_proved else NOT_SHOWN_WORSE), None

    def _to_notice(self, place: int) -> int:
        """The rows that notice the fall that the recipe demands; 0 where it demands none."""
        fall = self.demands.detectable
        if fall is None or self.falls[place] <= fall:
            return 0
        return rows_to_notice(
            fall,
            self.family.critical,
            rows=self.rows,
            variance=float(self.variances[place]),
            of_rows=float(self.test.of_rows[place]),
            margin=float(self.test.family.margins[place]),
        )

    def _to_prove(self, place: int) -> int:
        """The rows that could prove the challenger no worse if no row spoke against it; 0 where none is demanded."""
        least = rows_to_prove(float(self.test.family.margins[place]), z=self._z()) if self.demands.proved else 0
        share = self.test.of_rows[place] * self.rows
        return math.ceil(least * share) if least else 0

    def _proved(self, place: int, threshold: GateRule) -> bool:
        """By Tango's score, where the ratio is a proportion. No other family matters: all have to be proved.

        Copies of a row are discounted: all counts are divided by the mean copies of a row, as rows see it, of the
        ratio's rows or of those that tell the two apart, whichever is more.
        """
        if threshold.metric not in PROPORTIONS:
            return False
        lost, won, rows = self.test.against[place], self.test.in_favour[place], self.test.family.b1[place]
        at_0 = self.test.variance(np.zeros(len(self.falls)))[place]
        copies = max(self.test.copies[place], at_0 * rows * rows / (lost + won) if lost + won else 0.0)
        z = tango_z(
            lost=lost / copies, won=won / copies, rows=rows / copies, margin=float(self.test.family.margins[place])
        )
        return bool(z >= self._z())

    def _z(self) -> float:
        return NormalDist().inv_cdf(self.demands.sure)


def _ratio(a: float, b: float) -> float | None:
    return float(a / b) if b > 0 else None
