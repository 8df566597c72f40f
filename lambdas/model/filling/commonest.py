"""Finds the most frequent number of a column, of rows that are not together in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.errors import TrainingFailed
from lambdas.model.arrays import Floats, Integers
from lambdas.model.data.part import Part

DIFFERENT_MAX = 1_000_000
"""So many different numbers are counted: 16 bytes each. Of more, the most frequent one tells nothing."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """The different numbers of a column, ascending, and how many rows have each."""

    name: str
    numbers: Floats
    counts: Integers

    @classmethod
    def of(cls, part: Part, *, column: int, name: str) -> Numbers:
        """Raises TrainingFailed for too many, as the sum does."""
        numbers = np.asarray(part.numeric[:, column])
        found, counts = np.unique(numbers[~np.isnan(numbers)] + 0.0, return_counts=True)
        return cls(name, found, counts)._checked()

    def __add__(self, other: Numbers) -> Numbers:
        both = np.concatenate([self.numbers, other.numbers])
        found, places = np.unique(both, return_inverse=True)
        counts = np.zeros(len(found), dtype=np.int64)
        np.add.at(counts, places, np.concatenate([self.counts, other.counts]))
        return Numbers(self.name, found, counts)._checked()

    @property
    def commonest(self) -> float | None:
        """The smallest one of those that are as frequent, as scikit-learn has it; None of nothing."""
        return float(self.numbers[self.counts.argmax()]) if len(self.numbers) else None

    def _checked(self) -> Numbers:
        if len(self.numbers) > DIFFERENT_MAX:
            raise TrainingFailed(
                f"column {self.name} has more than {DIFFERENT_MAX:,} different numbers, of which no most frequent one"
                " is looked for: take strategy='median'"
            )
        return self
