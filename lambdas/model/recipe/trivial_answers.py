"""Finds a trivial answer that passes a recipe's thresholds: one that never looks at the row.

A trivial answer gives each class to a fixed share of the rows: everything to one class, or a guess. Its scores follow
from those shares q and from the shares p of the classes in the holdout. With q and p of the class, on average:

    recall                 q                     precision           p, undefined where q is 0
    false_positive_rate    q                     f1                  2 p q / (p + q)
    accuracy               sum of p q            average_precision   p
    false_negative_count   (1 - q) x support     roc_auc             1/2
    cost_per_row           p (1 - q) fn + (1 - p) q fp

Nobody knows p when a recipe is written, so an answer passes only if it does whatever p is. Then every threshold asks
for a lowest or a highest q of some classes, and there is an answer if shares between them add up to 1. An accuracy of
b, for example, asks for b of every class. (An answer that knows p, the most frequent class for everything, is sure of
no more: its accuracy is 1 / K where all K classes are equally frequent.) Counts depend on the size of the holdout, so
they are judged on the smallest support that the thresholds themselves ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.exact import exact
from lambdas.model.gate.thresholds import GateRule

HOLDOUT_ROWS_MAX = 10**8
"""More rows than any holdout has: Evaluate needs 330 bytes a row, and a Lambda function has 10,240 MB at most."""
RAREST = Fraction(1, HOLDOUT_ROWS_MAX)
"""No class of a holdout has a smaller share: one that the gate asks about has a row."""
SOME = Fraction(1, 10**9)
"""The share of a class that has to be answered at all."""

Shares = Mapping[str, Fraction]
"""By class; they add up to 1."""


@dataclass
class _Limits:
    """What the thresholds ask of the shares of an answer."""

    lowest: dict[str, Fraction]
    highest: dict[str, Fraction]
    supports: Mapping[str, Fraction]
    """The support that the thresholds ask for, of each class."""
    possible: bool = True

    def at_least(self, share: Fraction, *classes: str) -> None:
        for name in classes:
            self.lowest[name] = max(self.lowest[name], share)

    def at_most(self, share: Fraction, name: str) -> None:
        self.highest[name] = min(self.highest[name], share)

    def hold(self, shares: Shares) -> bool:
        return all(self.lowest[name] <= share <= self.highest[name] for name, share in shares.items())


def passing_answer(thresholds: Sequence[GateRule], *, classes: Sequence[str]) -> Shares | None:
    """The shares of a trivial answer that passes every threshold, which are of these classes; None if there is none.

    >>> from lambdas.model.gate.thresholds import at_least
    >>> halves = [at_least("recall", of=name, bound=0.5) for name in ("paid", "defaulted")]
    >>> {name: str(share) for name, share in passing_answer(halves, classes=["paid", "defaulted"]).items()}
    {'paid': '1/2', 'defaulted': '1/2'}
    >>> passing_answer([at_least("accuracy", bound=0.6)], classes=["paid", "defaulted"]) is None
    True
    """
    limits = _limits(thresholds, classes=classes)
    if not limits.possible:
        return None
    nothing = dict.fromkeys(classes, Fraction(0))
    always = [{**nothing, name: Fraction(1)} for name in classes]
    guess = dict.fromkeys(classes, Fraction(1, len(classes)))
    return next((shares for shares in (*always, guess) if limits.hold(shares)), None) or _filled(limits)


def demanded_support(thresholds: Sequence[GateRule], *, of: str) -> Fraction:
    """The rows of the class that a holdout has to have by these thresholds; 1 where none asks for more."""
    asked = [exact(each.bound) for each in thresholds if each.metric == "support" and each.of == of]
    return max([Fraction(1), *asked])


def _limits(thresholds: Sequence[GateRule], *, classes: Sequence[str]) -> _Limits:
    limits = _Limits(
        lowest=dict.fromkeys(classes, Fraction(0)),
        highest=dict.fromkeys(classes, Fraction(1)),
        supports={name: demanded_support(thresholds, of=name) for name in classes},
    )
    for threshold in thresholds:
        if threshold.costs is not None and threshold.of is not None:
            _of_costs(limits, costs=threshold.costs, most=exact(threshold.bound), name=threshold.of)
        elif threshold.of is None:
            _of_all(limits, metric=threshold.metric, bound=exact(threshold.bound))
        else:
            _of_class(limits, metric=threshold.metric, bound=exact(threshold.bound), name=threshold.of)
    return limits


def _of_all(limits: _Limits, *, metric: str, bound: Fraction) -> None:
    if metric == "accuracy" and bound > RAREST:
        limits.at_least(bound, *limits.lowest)
    elif metric == "average_precision":
        limits.possible &= bound <= RAREST
    elif metric == "roc_auc":
        limits.possible &= bound <= Fraction(1, 2)


def _of_class(limits: _Limits, *, metric: str, bound: Fraction, name: str) -> None:
    if metric == "recall":
        limits.at_least(bound, name)
    elif metric == "false_positive_rate":
        limits.at_most(bound, name)
    elif metric == "false_negative_count" and bound < limits.supports[name]:
        limits.at_least(Fraction(1), name)
    elif metric in ("precision", "f1"):
        limits.possible &= bound <= RAREST
        if bound > 0 or metric == "precision":  # 0/0 fails, and an f1 of 0 reaches a bound of 0
            limits.at_least(SOME, name)


def _of_costs(limits: _Limits, *, costs: Mapping[str, float], most: Fraction, name: str) -> None:
    """Where nearly all rows are of the class, (1 - q) fn of it is left, and q fp where hardly any is."""
    if "fn" in costs:
        limits.at_least(1 - most / exact(costs["fn"]), name)
    if "fp" in costs:
        limits.at_most(most / exact(costs["fp"]), name)


def _filled(limits: _Limits) -> Shares | None:
    """Every class gets its lowest share, and then, one after the other, as much of the rest as it may have."""
    rest = 1 - sum(limits.lowest.values(), Fraction(0))
    shares = dict(limits.lowest)
    for name, share in shares.items():
        more = max(Fraction(0), min(rest, limits.highest[name] - share))
        shares[name] += more
        rest -= more
    return shares if rest == 0 and limits.hold(shares) else None
