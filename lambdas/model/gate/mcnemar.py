"""Tests champion and challenger on the same rows: is their difference more than chance?

Rows that both get right, or both wrong, do not tell which is better; of the other rows, equal models would win half
each. Repeated rows count each time, as in every ratio of the report; where a data set is full of repetitions, the
test finds smaller differences significant, and a recipe may ask for a lower significance.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.exact import shown
from lambdas.model.arrays import Texts
from lambdas.model.gate.thresholds import AT_MOST, RuleResult, check

EXACT_MAX = 1000
"""Discordant rows up to which the exact test is made; beyond, the approximation is good to many digits."""
EXACT, APPROXIMATE = "exact binomial", "chi-squared with continuity correction"
RULE = "rows that the champion alone gets right"


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Counts of rows, by which of the two gets them right."""

    only_challenger_right: int
    only_champion_right: int
    both_right: int
    both_wrong: int

    @property
    def discordant(self) -> int:
        """Rows that exactly one of the two gets right."""
        return self.only_challenger_right + self.only_champion_right

    @property
    def p_value(self) -> float:
        """The probability (0..1) that equally good models differ at least this much, in either direction."""
        return p_value(self.only_champion_right, discordant=self.discordant)

    def rule(self, *, significance: float) -> RuleResult:
        """Fails when the champion alone is right on significantly more rows than the challenger alone."""
        n = self.discordant
        result = check(
            RULE,
            value=self.only_champion_right,
            direction=AT_MOST,
            bound=most_by_chance(n, significance=significance),
            undefined="it was not counted",
        )
        p, against = shown(self.p_value, significance, digits=3)
        words = f"{result.reason} of {n} that one alone gets right (p = {p}, significance {against})"
        return RuleResult(result.name, result.value, result.direction, result.bound, result.passed, words)

    def to_document(self, *, significance: float) -> dict[str, Any]:
        return {
            **asdict(self),
            "p_value": self.p_value,
            "significance": significance,
            "method": EXACT if self.discordant <= EXACT_MAX else APPROXIMATE,
        }


def paired(y_true: Texts, *, challenger: Texts, champion: Texts) -> Paired:
    """Count the rows; all arrays have the same length."""
    mine, theirs = challenger == y_true, champion == y_true
    return Paired(
        only_challenger_right=int((mine & ~theirs).sum()),
        only_champion_right=int((theirs & ~mine).sum()),
        both_right=int((mine & theirs).sum()),
        both_wrong=int((~mine & ~theirs).sum()),
    )


def p_value(count: int, *, discordant: int) -> float:
    """McNemar's test, two-sided: of `discordant` rows one side alone gets `count` right, the other side the rest.

    Exact up to EXACT_MAX rows, from the binomial distribution with one half; chi-squared with one degree of freedom
    and continuity correction beyond.

    Source: McNemar, Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12 (1947); Edwards, Note on the "correction for continuity" in testing the significance of the
    difference between correlated proportions, Psychometrika 13 (1948).

    >>> p_value(1, discordant=10)
    0.021484375
    >>> p_value(0, discordant=0)
    1.0
    """
    fewer = min(count, discordant - count)
    if discordant <= EXACT_MAX:
        tail = sum(math.comb(discordant, wins) for wins in range(fewer + 1))
        return min(1.0, tail / 2 ** (discordant - 1)) if discordant else 1.0
    difference = discordant - 2 * fewer
    statistic = max(difference - 1, 0) ** 2 / discordant
    return math.erfc(math.sqrt(statistic / 2))


def most_by_chance(discordant: int, *, significance: float) -> int:
    """The most of the discordant rows that the champion alone may get right without being significantly better.

    >>> most_by_chance(10, significance=0.05), most_by_chance(3, significance=0.05)
    (8, 3)
    """
    half = discordant // 2
    counts = range(half, discordant + 1)
    return (
        half - 1 + bisect_left(counts, True, key=lambda count: p_value(count, discordant=discordant) < significance)
    )
