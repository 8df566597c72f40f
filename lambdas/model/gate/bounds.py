"""Tells what a count of rows proves about a share: the exact binomial test, and Clopper and Pearson's interval.

Of `whole` rows, `part` have a property. If each row has it with the same probability, the share, and independently of
the others, then `part` is binomial. So nothing here is an approximation, however few the rows are.

Source: Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial,
Biometrika 26 (1934) 404-413.
"""

from __future__ import annotations

import math

ROWS_NAMED_MAX = 10_000_000
"""No larger number of rows is looked for."""
NEGLIGIBLE = 1e-17
"""A term of a sum that is smaller than this part of it changes no digit."""
CLOSE = 1e-14
"""A relative step after which the end of an interval changes no digit that matters."""
STEPS_MAX = 100
"""Newton's method takes about ten."""


def tail(part: int, whole: int, *, share: float) -> float:
    """P(X >= part) of a binomial X: how likely so many rows have the property, or more, with this share (0..1).

    >>> round(tail(149, 149, share=0.98), 4), round(tail(148, 148, share=0.98), 4)
    (0.0493, 0.0503)
    """
    if part <= 0:
        return 1.0
    if part > whole or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    if part < whole * share:  # the other side is smaller, and 1 - x keeps its digits
        return 1.0 - tail(whole - part + 1, whole, share=1 - share)
    return min(1.0, math.exp(_log_term(part, whole, share=share)) * _terms(part, whole, share=share))


def proves_more(part: int, whole: int, *, than: float, sure: float) -> bool:
    """Whether so many would be too rare if the share were `than` (0..1) or less: rarer than 1 - `sure`."""
    return tail(part, whole, share=than) <= 1 - sure


def proves_less(part: int, whole: int, *, than: float, sure: float) -> bool:
    """Whether so few would be too rare if the share were `than` (0..1) or more."""
    return proves_more(whole - part, whole, than=1 - than, sure=sure)


def interval(part: int, whole: int, *, sure: float) -> tuple[float, float]:
    """The shares (0..1) that are not disproved: the true one is below the first, and above the second, with a
    probability of 1 - `sure` at most each.

    >>> [round(end, 4) for end in interval(437, 442, sure=0.95)]
    [0.9764, 0.9955]
    >>> interval(0, 0, sure=0.95)
    (0.0, 1.0)
    """
    return _lowest(part, whole, sure=sure), 1 - _lowest(whole - part, whole, sure=sure)


def rows_to_prove(part: int, whole: int, *, more_than: float, sure: float) -> int | None:
    """About how many rows prove a share of more than `more_than` if the rest goes on at today's rate; None where no
    number does, or more than ROWS_NAMED_MAX. 0 of 0 rows count as a rest of 0.

    The rest is rounded up to whole rows, so a larger number may fall short of the bound again.

    >>> rows_to_prove(148, 148, more_than=0.98, sure=0.95), rows_to_prove(97, 100, more_than=0.98, sure=0.95)
    (149, None)
    """
    rest = whole - part

    def enough(rows: int) -> bool:
        left = -(-rows * rest // whole) if whole else 0
        return proves_more(rows - left, rows, than=more_than, sure=sure)

    if more_than >= 1 or (whole and part / whole <= more_than):
        return None
    fewer = more = max(whole, 1)
    while not enough(more):
        if more > ROWS_NAMED_MAX:
            return None
        fewer, more = more, 2 * more
    while more - fewer > 1:
        middle = (fewer + more) // 2
        fewer, more = (fewer, middle) if enough(middle) else (middle, more)
    return more


def _lowest(part: int, whole: int, *, sure: float) -> float:
    """The share with which so many, or more, are as rare as 1 - `sure`.

    By Newton's method on the logarithms of both: that curve is concave, so each step but the first ends below the
    solution, and closer to it.
    """
    if part == 0:
        return 0.0
    rare = math.log1p(-sure)
    if part == whole:
        return math.exp(rare / whole)
    share = part / whole
    for _ in range(STEPS_MAX):
        terms = _terms(part, whole, share=share)
        above = _log_term(part, whole, share=share) + math.log(terms) - rare
        step = above * terms / part
        share *= math.exp(-step)
        if abs(step) < CLOSE:
            break
    return share


def _log_term(part: int, whole: int, *, share: float) -> float:
    """The logarithm of P(X = part)."""
    ways = math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)
    return ways + part * math.log(share) + (whole - part) * math.log1p(-share)


def _terms(part: int, whole: int, *, share: float) -> float:
    """P(X >= part) as a multiple of P(X = part): from there on the terms fall."""
    odds = share / (1 - share)
    total = term = 1.0
    for more in range(part, whole):
        term *= (whole - more) / (more + 1) * odds
        total += term
        if term < NEGLIGIBLE * total:
            break
    return total
