"""Has the live version fallen below what it was judged by? Evidence that may be looked at after every night.

The rows of the holdout that promoted a version prove a share of errors that the true one is most probably not above:
the upper end of Clopper and Pearson's interval. The margin added, that is the `worst` share that would be no news.
If in every night since then each row is an error with a probability of `worst` at most, then

    e = product over the nights of (worse / worst)^errors ((1 - worse) / (1 - worst))^(rows - errors)

has an expected value of 1 at most after each night, for any `worse` that is above `worst`; and so has its mean over
several, here over ODDS. So the probability that it ever reaches a bound is 1 / bound at most, however many nights are
looked at and however their difficulty varies below `worst`: Ville's inequality (J. Ville, Étude critique de la notion
de collectif, 1939; H. Robbins, Statistical methods related to the law of the iterated logarithm, Annals of
Mathematical Statistics 41, 1970).

A version's ratios may be found to have fallen by mistake if the interval was wrong or the product reached its bound.
Each of the two may happen with half of FALSE_A_YEAR / VERSIONS_A_YEAR / ratios. So over a year, with another version
live after every night, one notice or more is false in at most FALSE_A_YEAR of all years.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from chalicelib.values import Value

FALSE_A_YEAR = 0.05
VERSIONS_A_YEAR = 366
ODDS = (1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
"""How many times the odds of an error may have become those of `worst`; each gets the same share of the evidence."""
SMALLEST = 1e-12
"""A share of errors that one error disproves: 0 would have no odds."""


class Errors(Value):
    """So many of `rows` rows without copies were wrong, rounded against what is to be proved."""

    errors: int
    rows: int


def chance(ratios: int) -> float:
    """How likely one of the two mistakes may be, for a version of which so many ratios are watched.

    >>> round(1 / chance(3))
    43920
    """
    return FALSE_A_YEAR / VERSIONS_A_YEAR / ratios / 2


def evidence(nights: Iterable[Errors], *, worst: float) -> float:
    """The natural logarithm of the highest e after any of the nights; 0 at least, and 0 where `worst` is 1 or more.

    >>> round(evidence([Errors(5, 100)] * 3, worst=0.05), 1), round(evidence([Errors(15, 100)] * 3, worst=0.05), 1)
    (0.0, 18.7)
    """
    if worst >= 1:
        return 0.0
    worst = max(worst, SMALLEST)
    logs = [_logarithms(odds, worst=worst) for odds in ODDS]
    errors = rows = 0
    highest = 0.0
    for night in nights:
        errors, rows = errors + night.errors, rows + night.rows
        highest = max(highest, _log_mean([errors * wrong + (rows - errors) * right for wrong, right in logs]))
    return highest


def proves_fall(found: float, *, ratios: int) -> bool:
    """Whether evidence, as `evidence` tells it, is beyond what chance would do."""
    return found >= -math.log(chance(ratios))


def _logarithms(odds: float, *, worst: float) -> tuple[float, float]:
    """Of the two factors: for an error, and for a row that is right."""
    grown = 1 + (odds - 1) * worst
    return math.log(odds / grown), -math.log(grown)


def _log_mean(logarithms: list[float]) -> float:
    largest = max(logarithms)
    return largest + math.log(math.fsum(math.exp(each - largest) for each in logarithms) / len(logarithms))
