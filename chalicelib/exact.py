"""Numbers compared exactly: counts decide, and a decimal means what is written.

As floats 8/10 less 0.1 is more than 7/10. As fractions they are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

Number = Fraction | float
"""A ratio of counts, or a number as it was written or measured."""


def exact(number: Number) -> Fraction:
    """A float is the shortest decimal that reads as it; raises ValueError for one that is not finite.

    >>> exact(0.1), exact(7), exact(Fraction(1, 3))
    (Fraction(1, 10), Fraction(7, 1), Fraction(1, 3))
    """
    if isinstance(number, float):
        return Fraction(repr(float(number)))  # a float of numpy says its type
    return Fraction(number)


def shown(one: Number, other: Number, *, digits: int = 6) -> tuple[str, str]:
    """Both in words, with as many digits as it takes to tell them apart, where they differ.

    >>> shown(0.98, 0.5), shown(0.69999999, 0.7), shown(Fraction(1, 3), 0.3333333333333333)
    (('0.98', '0.5'), ('0.69999999', '0.7'), ('1/3', '3333333333333333/10000000000000000'))
    """
    if exact(one) == exact(other):
        return _rounded(one, digits), _rounded(other, digits)
    return next(pair for pair in _pairs(one, other, digits=digits) if len(set(pair)) == 2)


def _pairs(one: Number, other: Number, *, digits: int) -> Iterator[tuple[str, str]]:
    for more in range(digits, 18):  # 17 tell any two floats apart
        yield _rounded(one, more), _rounded(other, more)
    yield str(exact(one)), str(exact(other))


def _rounded(number: Number, digits: int) -> str:
    return f"{float(number):.{digits}g}"
