"""Adds up numbers without rounding, so that neither their order nor how they are cut into parts matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part

BLOCK_ROWS = 65_536
"""Of so many halves of a mantissa the sum is exact as a float: 2^16 of less than 2^27 each."""
MANTISSA_BITS, LOW_BITS = 53, 26
EXPONENT_MIN = -1073
"""Of the smallest number of all, as frexp has it."""


@dataclass(frozen=True)
class Total:
    """The sums of k columns, without the missing numbers."""

    units: tuple[int, ...]
    """Each in units of 2 ** (EXPONENT_MIN - MANTISSA_BITS)."""
    counts: tuple[int, ...]

    @classmethod
    def of(cls, part: Part, *, columns: Sequence[int]) -> Total:
        units, counts = [0] * len(columns), [0] * len(columns)
        for here in part.slices(BLOCK_ROWS):
            for place, column in enumerate(columns):
                numbers = np.asarray(here.numeric[:, column])
                present = numbers[~np.isnan(numbers)]
                units[place] += _units(present)
                counts[place] += len(present)
        return cls(tuple(units), tuple(counts))

    def __add__(self, other: Total) -> Total:
        units = tuple(map(int.__add__, self.units, other.units))
        return Total(units, tuple(map(int.__add__, self.counts, other.counts)))

    @property
    def means(self) -> list[float | None]:
        """Each rounded once, to the nearest float; None of nothing.

        >>> Total((3 << 1126, 0), (2, 0)).means
        [1.5, None]
        """
        unit = 1 << (MANTISSA_BITS - EXPONENT_MIN)
        return [
            float(Fraction(total, count * unit)) if count else None
            for total, count in zip(self.units, self.counts, strict=True)
        ]


def _units(numbers: Floats) -> int:
    """The sum of at most BLOCK_ROWS finite numbers."""
    mantissas, exponents = np.frexp(numbers)
    whole = np.ldexp(mantissas, MANTISSA_BITS).astype(np.int64)
    places = exponents.astype(np.int64) - EXPONENT_MIN
    total = 0
    for half, shift in ((whole >> LOW_BITS, LOW_BITS), (whole & ((1 << LOW_BITS) - 1), 0)):
        sums = np.bincount(places, half.astype(np.float64))
        for place in np.flatnonzero(sums).tolist():
            total += int(sums[place]) << (place + shift)
    return total
