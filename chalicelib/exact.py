"""Compares numbers exactly: counts decide, and a decimal has the value that is written.

As floats 8/10 less 0.1 is more than 7/10. As fractions they are equal.
"""

from __future__ import annotations

from fractions import Fraction

Number = Fraction | float
"""A ratio of counts, or a number as it was written or measured."""

PROBABILITY_TOLERANCE = 1e-9
"""Two probabilities that are no farther apart are the same: rounding in another order costs about 1e-16, a wrong
export or a wrong model far more than this."""
DIGITS_MAX = 16
"""Beyond so many, a float's own spelling is the shortest."""


def exact(number: Number) -> Fraction:
    """A float is the shortest decimal that reads as it; raises ValueError for one that is not finite.

    >>> exact(0.1), exact(7), exact(Fraction(1, 3))
    (Fraction(1, 10), Fraction(7, 1), Fraction(1, 3))
    """
    if isinstance(number, float):
        return Fraction(repr(float(number)))  # a float of numpy tells its type too
    if isinstance(number, int | Fraction):
        return Fraction(number)
    raise TypeError(f"not a number but a {type(number).__name__}")


def reaches(number: Number, bound: Number) -> bool:
    """Whether it is the bound or more. What no float tells from the bound is at it: a bound may be written as 5 / 6.

    >>> reaches(Fraction(8, 10) - exact(0.1), Fraction(7, 10)), reaches(Fraction(5, 6), 5 / 6), reaches(0.69, 0.7)
    (True, True, False)
    """
    return exact(number) >= exact(bound) or float(number) == float(bound)


def shown(one: Number, other: Number, *, digits: int = 6) -> tuple[str, str]:
    """Both in words, with as many digits as it takes to tell them apart, where they differ.

    >>> shown(0.98, 0.5), shown(0.69999999, 0.7), shown(Fraction(1, 3), 0.3333333333333333)
    (('0.98', '0.5'), ('0.69999999', '0.7'), ('0.333333', '0.333333'))
    """
    return _apart(one, other, formats=[f".{more}g" for more in range(digits, DIGITS_MAX)])


def in_whole(one: Number, other: Number) -> tuple[str, str]:
    """Both rounded to whole numbers, or to as many decimals as it takes to tell them apart.

    >>> in_whole(70.2, 10.0), in_whole(70.26, 70.2)
    (('70', '10'), ('70.3', '70.2'))
    """
    return _apart(one, other, formats=[f".{decimals}f" for decimals in range(DIGITS_MAX)])


def between(low: float, high: float, *, sure: float) -> str:
    """The ends of an interval in words, with how sure (0..1) each is.

    >>> between(0.97636294, 0.99553237, sure=0.95)
    'each end 95 % sure: 0.976363 to 0.995532'
    """
    return f"each end {100 * sure:g} % sure: {low:.6g} to {high:.6g}"


def fewer(rows: int, *, distinct: int) -> str:
    """That rows tell less because some are copies of others, in words; empty where none is.

    >>> fewer(1442, distinct=30), fewer(30, distinct=30)
    ('copies make 1,442 rows count as about 30', '')
    """
    return f"copies make {rows:,} rows count as about {distinct:,}" if distinct < rows else ""


def _apart(one: Number, other: Number, *, formats: list[str]) -> tuple[str, str]:
    mine, theirs = float(one) + 0.0, float(other) + 0.0  # so that -0.0, which equals 0.0, is spelled like it
    pairs = [(f"{mine:{each}}", f"{theirs:{each}}") for each in formats]
    if mine == theirs:
        return pairs[0]
    return next((pair for pair in pairs if pair[0] != pair[1]), (repr(mine), repr(theirs)))
