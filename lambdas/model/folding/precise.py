"""Adds up numbers with twice the digits: what the order of the rows, or how they are cut, changes is below the last.

Each number is cut into what lies on a grid and the rest. The grid is so coarse that sums of its numbers are exact in
any order; what is lost of the rests is 2**-70 of the largest number.
Source: Demmel, Nguyen (2013), Fast Reproducible Floating-Point Summation; Knuth, TAOCP 2, 4.2.2, theorem B.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lambdas.model.arrays import Floats, Integers


@dataclass(frozen=True, eq=False)
class Precise:
    """Sums, of any shape: their digits, and those that follow."""

    high: Floats
    low: Floats

    def __add__(self, other: Precise) -> Precise:
        high = self.high + other.high
        of_other = high - self.high
        lost = (self.high - (high - of_other)) + (other.high - of_other)
        return Precise(high, self.low + other.low + lost)

    @property
    def value(self) -> Floats:
        rounded: Floats = self.high + self.low
        return rounded


def added(terms: Floats) -> Precise:
    """(k,), of the rows of (k, n), at most 2**16 in a row; `terms` is used up."""
    high = _on_a_grid(terms, largest=np.abs(terms).max(axis=1, keepdims=True, initial=0.0))
    terms -= high
    return Precise(high.sum(axis=1), terms.sum(axis=1))


def by_code(codes: Integers, shares: Floats, *, size: int) -> Precise:
    """(size,): the sum of the shares, (n,), of each code, (n,); at most 2**16."""
    high = _on_a_grid(shares, largest=np.abs(shares).max(initial=0.0))
    of_codes: list[Floats] = [np.bincount(codes, each, size).astype(np.float64) for each in (high, shares - high)]
    return Precise(*of_codes)


def _on_a_grid(terms: Floats, *, largest: Floats) -> Floats:
    """Rounded so that fewer bits than a float has are left to a sum of them: adding a number rounds off what is
    small beside it."""
    _, exponents = np.frexp(largest * terms.shape[-1])
    shift = np.ldexp(1.5, exponents)
    on_grid: Floats = terms + shift
    on_grid -= shift
    return on_grid
