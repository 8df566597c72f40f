"""Judges a metric by its declared bound: by the value as it was measured, or, with `sure`, by what the rows prove.

What is measured on a few rows may be luck. A rule with `sure` therefore has three ends:

    PASS              so many right rows would be rarer than 1 - sure if the true ratio did not reach the bound
    FAIL              so few would be as rare if it did
    NOT ENOUGH ROWS   neither; the rule fails, and says how many rows would do

Precision is judged by the rows that were predicted as the class, F1 by those that are of it or were predicted as it:
given how many there are, the right ones among them are binomial, so the probability holds for any number of them.

Copies of a row get the same answer, so they tell less than as many distinct rows. They count as the number of rows
without copies that would tell as much; this is an approximation, rounded against the claim that is to be proved.
Source: to divide the counts by a design effect, Rao and Scott, A simple method for the analysis of clustered binary
data, Biometrics 48 (1992) 577-585; for the effect of weights, sum(w * w) / sum(w), Kish, Survey Sampling (1965).
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from chalicelib.exact import Number, between, exact, fewer
from chalicelib.values import Value
from lambdas.model.gate import bounds
from lambdas.model.gate.thresholds import AT_MOST, MORE_ROWS, GateRule, Interval, RuleResult, check
from lambdas.model.metrics.ratios import ROWS_OF, WHY_UNDEFINED, Proportion

SURE = 0.95
"""Of the interval beside a value whose rule does not say how sure it has to be."""
NOT_ENOUGH_ROWS = "NOT ENOUGH ROWS"


def judge(threshold: GateRule, *, value: Number | None, proportion: Proportion | None = None) -> RuleResult:
    """The metric's value against its declared bound. `proportion` are the rows that the value is a share of; a metric
    that is no such share has none, and no interval."""
    result = check(
        threshold.name,
        value=value,
        direction=threshold.direction,
        bound=threshold.bound,
        undefined=WHY_UNDEFINED.get(threshold.metric, "it was not measured"),
    )
    rows = proportion or Proportion(0, 0)
    if rows.whole:
        result = replace(result, interval=_interval(threshold, rows))
    if threshold.sure is None:
        return replace(result, reason=f"{result.reason}{_beside(result.interval)}")
    return _proved(result, threshold=threshold, rows=rows, sure=threshold.sure)


class Evidence(Value):
    """What the rows tell: of `whole` rows without copies, `least` to `most` have the property."""

    least: int
    most: int
    whole: int
    copies: Fraction

    @classmethod
    def of(cls, rows: Proportion) -> Evidence:
        whole = math.floor(rows.whole / rows.copies)
        others = math.ceil((rows.whole - rows.part) / rows.copies)
        return cls(max(whole - others, 0), min(math.ceil(rows.part / rows.copies), whole), whole, rows.copies)

    @property
    def turned(self) -> Evidence:
        """Of the rows that do not have the property."""
        return Evidence(self.whole - self.most, self.whole - self.least, self.whole, self.copies)


def _proved(result: RuleResult, *, threshold: GateRule, rows: Proportion, sure: float) -> RuleResult:
    found, bound = Evidence.of(rows), _share_at(threshold)
    if threshold.direction == AT_MOST:  # at most so many wrong is at least so many right
        found, bound = found.turned, 1 - bound
    passed = result.passed and bounds.proves_more(found.least, found.whole, than=float(bound), sure=sure)
    if passed or bounds.proves_less(found.most, found.whole, than=float(bound), sure=sure):
        return replace(result, passed=passed, reason=f"{result.reason}, proved{_beside(result.interval)}")
    way_on = _what_would_do(threshold, found, rows=rows.whole, bound=bound, sure=sure)
    reason = f"{NOT_ENOUGH_ROWS}: {result.reason}{_beside(result.interval)}; {way_on}"
    return replace(result, passed=False, reason=reason, enough_rows=False)


def _what_would_do(threshold: GateRule, found: Evidence, *, rows: int, bound: Fraction, sure: float) -> str:
    """How many rows of which kind, how many more that is, and what to change."""
    rate, kind = "at this rate" if rows else "without an error", ROWS_OF[threshold.metric]
    if threshold.of is not None:
        kind = kind.replace("the class", threshold.of)
    if found.whole and Fraction(found.least, found.whole) <= bound:
        return f"{rate} no number of {kind} would do: it takes a better model, or another bound"
    needed = bounds.rows_to_prove(found.least, found.whole, more_than=float(bound), sure=sure)
    if needed is None:
        return f"{rate} more than {bounds.ROWS_NAMED_MAX:,} {kind} would do: take another bound"
    would_do = math.ceil(needed * found.copies)
    return f"{rate} about {would_do:,} {kind} would do, {would_do - rows:,} more than the holdout has: {MORE_ROWS}"


def _interval(threshold: GateRule, rows: Proportion) -> Interval:
    sure, found = threshold.sure or SURE, Evidence.of(rows)
    low, _ = bounds.interval(found.least, found.whole, sure=sure)
    _, high = bounds.interval(found.most, found.whole, sure=sure)
    if threshold.metric == "f1":
        low, high = (2 * share / (1 + share) for share in (low, high))
    return Interval(low, high, sure=sure, rows=rows.whole, distinct=found.whole)


def _share_at(threshold: GateRule) -> Fraction:
    """The share of the rows at which the metric is its bound: F1 is 2 J / (1 + J)."""
    bound = exact(threshold.bound)
    return bound / (2 - bound) if threshold.metric == "f1" else bound


def _beside(interval: Interval | None) -> str:
    if interval is None:
        return ""
    ends = between(interval.low, interval.high, sure=interval.sure)
    copies = fewer(interval.rows, distinct=interval.distinct)
    return f" ({ends}, where {copies})" if copies else f" ({ends})"
