"""Declares bounds, and holds values against them; the gate fails closed.

A value that is undefined, not a number or missing fails its rule, with the reason. A model passes if no rule fails.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from chalicelib.cutting import all_of, verb
from chalicelib.exact import Number, exact, reaches, shown
from chalicelib.values import Value
from lambdas.model.metrics.ratios import CLASS_RATIOS, COST, FLIPS, OVERALL_RATIOS, WHY_UNDEFINED

RATIO_MARGIN = 0.01
"""By how much a ratio may be worse than the champion's. The ratios of equally good models differ by about 0.005 from
night to night, and twice that tells them from a worse model. With 0.001 and 100,000 rows hardly a night would be
promoted: docs/gate.md tells more."""

AT_LEAST, AT_MOST = ">=", "<="


MORE_ROWS = "add files, or hold out a larger part"
"""The way on of a rule whose rows tell too little."""


class GateRule(Value):
    """A bound on one metric; make it with `at_least` and `at_most`."""

    metric: str
    of: str | None
    """The class, None for a metric over all classes."""
    direction: str
    bound: float
    margin: float | None
    """How much worse than the champion's value is still no worse; None not to compare with the champion."""
    sure: float | None = None
    """How sure (0..1) the rows must make that the true ratio keeps the bound; None to judge the measured value."""
    costs: Mapping[str, float] | None = None
    """Of a rule of costs: what one error of each kind costs."""

    @property
    def name(self) -> str:
        """
        >>> at_least("recall", of="attack", bound=0.98).name
        'recall of attack'
        """
        return self.metric if self.of is None else f"{self.metric} of {self.of}"

    @property
    def compares_with_champion(self) -> bool:
        """Counts depend on the holdout more than on the model, so ratios alone are compared."""
        return self.margin is not None and self.metric in CLASS_RATIOS + OVERALL_RATIOS


def at_least(
    metric: str,
    *,
    bound: float,
    of: str | None = None,
    margin: float | None = RATIO_MARGIN,
    sure: float | None = None,
) -> GateRule:
    """A floor: the metric has to reach the bound. Metrics are those of `ratios`; ratios are 0..1.

    With `sure` (more than 0.5, less than 1) the rows of the holdout have to prove it: see `judging`.
    """
    return GateRule(metric, of, AT_LEAST, bound, margin, sure)


def at_most(
    metric: str,
    *,
    bound: float,
    of: str | None = None,
    margin: float | None = RATIO_MARGIN,
    sure: float | None = None,
) -> GateRule:
    """A ceiling: the metric must not exceed the bound; with `sure`, the rows of the holdout have to prove it."""
    return GateRule(metric, of, AT_MOST, bound, margin, sure)


def at_most_cost(costs: Mapping[str, float], *, per_row: float, of: str | None = None) -> GateRule:
    """A ceiling for the mean cost of a row of the holdout.

    `costs` says what an error costs: "fn" is a row of the class that was predicted as another, "fp" the reverse. The
    class is the recipe's `positive`, unless `of` names another.

    >>> at_most_cost({"fn": 50, "fp": 1}, of="attack", per_row=0.4).name
    'cost_per_row of attack'
    """
    return GateRule(COST, of, AT_MOST, per_row, None, None, costs)


def at_most_flips(share: float, *, sure: float | None = None) -> GateRule:
    """A ceiling for the share (0..1) of the holdout's rows that are answered otherwise than by the live model.

    >>> at_most_flips(0.01).name
    'flips'
    """
    return GateRule(FLIPS, None, AT_MOST, share, None, sure)


class Interval(Value):
    """Between which ends the true ratio is: beyond each of them with a probability of 1 - `sure` at most."""

    low: float
    high: float
    sure: float
    rows: int
    """That the ratio is a share of."""
    distinct: int
    """As many rows without copies would tell as much; equal to `rows` where none is a copy."""


class RuleResult(Value):
    """One rule of a verdict. `bound` carries its direction in `direction`."""

    name: str
    value: float | None
    direction: str
    bound: float | None
    passed: bool
    reason: str
    interval: Interval | None = None
    enough_rows: bool = True
    """False where the rows prove neither that the bound is kept nor that it is not; then the rule fails."""


class Verdict(Value):
    """Passed when there are rules and every one passed."""

    rules: tuple[RuleResult, ...]

    @property
    def passed(self) -> bool:
        return bool(self.rules) and all(rule.passed for rule in self.rules)

    @property
    def reason(self) -> str:
        """In one line: the failing rules, each reason once, or how many held."""
        failing: dict[str, list[str]] = {}
        for rule in self.rules:
            if not rule.passed:
                failing.setdefault(rule.reason, []).append(rule.name)
        if failing:
            return "; ".join(f"{'; '.join(names)}: {reason}" for reason, names in failing.items())
        rules = len(self.rules)
        return f"{all_of(rules, 'rule')} {verb(rules, 'holds', 'hold')}" if rules else "there is no rule to pass"


def compare(threshold: GateRule, *, value: Number | None, champion: Number | None) -> RuleResult:
    """An area under a curve against the champion's, less the margin: numbers that leave chance out.

    An undefined value of either fails.
    """
    name = against_champion(threshold)
    undefined = WHY_UNDEFINED[threshold.metric]
    if value is None or not math.isfinite(value):  # to leave the champion out would not help
        return _undefined(name, value, direction=threshold.direction, bound=None, why=undefined)
    if champion is None or not math.isfinite(champion):
        return no_comparison(name, why=f"the champion's is undefined: {undefined}", threshold=threshold)
    margin = exact(threshold.margin or 0)
    bound = exact(champion) - margin if threshold.direction == AT_LEAST else exact(champion) + margin
    return check(name, value=value, direction=threshold.direction, bound=bound, undefined=undefined)


def against_champion(threshold: GateRule) -> str:
    """The name of the rule that compares the threshold's metric."""
    return f"{threshold.name}, against the champion"


def no_comparison(name: str, *, why: str, threshold: GateRule) -> RuleResult:
    """A comparison that cannot be made: failed, with the way out."""
    beside = ", without at_most_flips," if threshold.metric == FLIPS else ""
    way_out = f"set compare_with_champion=False in the recipe{beside} to be judged without it"
    return RuleResult(name, None, threshold.direction, None, False, f"{why}; {way_out}")


def check(name: str, *, value: Number | None, direction: str, bound: Number, undefined: str) -> RuleResult:
    """Any value against any bound, exactly; the bound itself passes."""
    if value is None or not math.isfinite(value):
        return _undefined(name, value, direction=direction, bound=bound, why=undefined)
    passed = reaches(value, bound) if direction == AT_LEAST else reaches(bound, value)
    sign = direction if passed else {AT_LEAST: "<", AT_MOST: ">"}[direction]
    reason = f" {sign} ".join(shown(value, bound))
    return RuleResult(name, _in_json(value), direction, _in_json(bound), passed, reason)


def _undefined(name: str, value: Number | None, *, direction: str, bound: Number | None, why: str) -> RuleResult:
    what = "undefined" if value is None else "not a number"
    return RuleResult(name, None, direction, None if bound is None else _in_json(bound), False, f"{what}: {why}")


def _in_json(number: Number) -> float:
    return float(number) if isinstance(number, Fraction) else number
