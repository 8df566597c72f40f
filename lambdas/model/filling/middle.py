"""Finds medians of rows that are not together in memory, exactly, digit by digit.

A float's bits, seen as a whole number, are in the order of the floats once those of negative ones are turned. So the
number of a rank is found by its digits, from the highest to the lowest: each pass over the rows counts, among the
numbers that begin with the digits known so far, which digit comes next. Counts add up to the same in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Integers
from lambdas.model.data.part import Part

BITS, DIGITS = 16, 4
"""Of a digit, and digits of a number. Counts of one number that is looked for take 0.5 MB."""
AT_ONCE = 32
"""So many numbers are looked for in a pass: their counts take 16 MB."""
BLOCK_ROWS = 65_536
SIGN = np.uint64(1 << 63)

Keys = NDArray[np.uint64]
Counted = Callable[[Callable[[Part], Integers]], Integers]
"""The sum of what a function makes of each part."""


@dataclass(frozen=True)
class _Sought:
    """A number of a column that is looked for: `rank` of those before it begin with `prefix`, its digits so far."""

    column: int
    rank: int
    prefix: int = 0


def medians(columns: tuple[int, ...], *, total: Counted) -> Mapping[int, float]:
    """By column, without the missing numbers: the middle one, or half the sum of the two in the middle. A column
    without any number is left out."""
    counts = total(partial(_present, columns=columns)).tolist()
    ranks = {column: ((count - 1) // 2, count // 2) for column, count in zip(columns, counts, strict=True) if count}
    wanted = [(column, rank) for column, both in ranks.items() for rank in dict.fromkeys(both)]
    found: dict[tuple[int, int], float] = {}
    for first in range(0, len(wanted), AT_ONCE):
        here = wanted[first : first + AT_ONCE]
        found.update(zip(here, _numbers([_Sought(*each) for each in here], total=total), strict=True))
    return {column: (found[column, low] + found[column, high]) / 2 for column, (low, high) in ranks.items()}


def _present(part: Part, *, columns: tuple[int, ...]) -> Integers:
    """(k,): how many numbers of each column are there."""
    counts = np.zeros(len(columns), dtype=np.int64)
    for here in part.slices(BLOCK_ROWS):
        counts += np.count_nonzero(~np.isnan(here.numeric[:, list(columns)]), axis=0)
    return counts


def _numbers(sought: list[_Sought], *, total: Counted) -> list[float]:
    for digit in range(DIGITS):
        counts = total(partial(_digits, sought=sought, digit=digit))
        sought = [_next(each, counts=of_one) for each, of_one in zip(sought, counts, strict=True)]
    keys = np.array([each.prefix for each in sought], dtype=np.uint64)
    numbers: list[float] = np.where(keys & SIGN, keys ^ SIGN, ~keys).view(np.float64).tolist()
    return numbers


def _next(sought: _Sought, *, counts: Integers) -> _Sought:
    up_to = np.cumsum(counts)
    digit = int(np.searchsorted(up_to, sought.rank, side="right"))
    before = int(up_to[digit] - counts[digit])
    return replace(sought, rank=sought.rank - before, prefix=(sought.prefix << BITS) | digit)


def _digits(part: Part, *, sought: list[_Sought], digit: int) -> Integers:
    """(s, 2**BITS): of each number that is sought, how many go on with which digit."""
    counts = np.zeros((len(sought), 1 << BITS), dtype=np.int64)
    shift = np.uint64(BITS * (DIGITS - 1 - digit))
    for here in part.slices(BLOCK_ROWS):
        keys: dict[int, Keys] = {}
        for place, each in enumerate(sought):
            if each.column not in keys:
                keys[each.column] = _keys(np.asarray(here.numeric[:, each.column])) >> shift
            heads = keys[each.column]
            if digit:
                heads = heads[heads >> np.uint64(BITS) == np.uint64(each.prefix)]
            counts[place] += np.bincount((heads & np.uint64((1 << BITS) - 1)).astype(np.int64), minlength=1 << BITS)
    return counts


def _keys(numbers: Floats) -> Keys:
    """(m,): whole numbers in the order of the numbers that are there. -0.0 is 0.0."""
    bits = (numbers[~np.isnan(numbers)] + 0.0).view(np.uint64)
    keys: Keys = np.where(bits & SIGN, ~bits, bits | SIGN)
    return keys
