"""Sums up the columns of the rows: what scalers and encoders need to know of them, in one pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add

import numpy as np

from lambdas.model.arrays import Floats, Integers
from lambdas.model.data.part import Part
from lambdas.model.folding.precise import Precise, added
from lambdas.model.formats.fitted import Levels

BLOCK_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class Moments:
    """Of k columns of numbers, each array (k,). Two are added without a loss of digits.

    Source: Chan, Golub, LeVeque (1979), Updating Formulae and a Pairwise Algorithm for Computing Sample Variances.
    """

    rows: int
    sums: Precise
    squares: Floats
    """The sum of the squared deviations from the mean."""
    minimum: Floats
    maximum: Floats

    @classmethod
    def of(cls, numbers: Floats) -> Moments:
        """Of (n, k)"""
        if not len(numbers):
            nothing = np.zeros(numbers.shape[1])
            return cls(0, Precise(nothing, nothing), nothing, nothing + np.inf, nothing - np.inf)
        minimum, maximum = numbers.min(axis=0), numbers.max(axis=0)
        columns = np.array(numbers.T, order="C")  # numpy's sum along a row keeps digits that one down a column loses
        with np.errstate(over="ignore", invalid="ignore"):  # numbers near the largest float: the sum is then infinite
            sums = added(columns.copy())
            columns -= (sums.value / len(numbers))[:, None]
            squares = np.square(columns, out=columns).sum(axis=1)
        return cls(len(numbers), sums, squares, minimum, maximum)

    def __add__(self, other: Moments) -> Moments:
        rows = max(1, self.rows + other.rows)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = self.sums + other.sums
            squares = np.square(other.mean - self.mean) * (self.rows * other.rows / rows)
            squares += self.squares + other.squares
        minimum, maximum = np.minimum(self.minimum, other.minimum), np.maximum(self.maximum, other.maximum)
        return Moments(self.rows + other.rows, sums, squares, minimum, maximum)

    @cached_property
    def mean(self) -> Floats:
        """The same however the rows are cut: of a column far from zero its last digit moves the intercept."""
        mean: Floats = self.sums.value / max(1, self.rows)
        return mean

    @property
    def variance(self) -> Floats:
        """Of the rows themselves, as StandardScaler has it."""
        return self.squares / self.rows


@dataclass(frozen=True, eq=False)
class Summary:
    """Of the rows of one part or more."""

    moments: Moments
    classes: Counter[str]
    """Rows by class, of those that occur."""
    levels: tuple[Counter[str], ...]
    """Rows by category, of each categorical column."""

    @classmethod
    def of(cls, part: Part) -> Summary:
        blocks = (Moments.of(np.asarray(here.numeric)) for here in part.slices(BLOCK_ROWS))
        levels = (_counted(column, names=names) for column, names in zip(part.codes.T, part.levels, strict=True))
        return cls(
            reduce(add, blocks, Moments.of(part.numeric[:0])),
            _counted(part.labels, names=part.classes),
            tuple(levels),
        )

    def __add__(self, other: Summary) -> Summary:
        levels = tuple(mine + theirs for mine, theirs in zip(self.levels, other.levels, strict=True))
        return Summary(self.moments + other.moments, self.classes + other.classes, levels)

    @property
    def rows(self) -> int:
        return self.moments.rows

    @property
    def class_names(self) -> tuple[str, ...]:
        """Those that occur, sorted: in the order of the estimator's probabilities."""
        return tuple(sorted(self.classes))

    @property
    def class_rows(self) -> Integers:
        """(k,): the rows of each class, in their order."""
        return np.array([self.classes[name] for name in self.class_names], dtype=np.int64)

    @cached_property
    def known(self) -> Levels:
        return Levels(tuple(tuple(sorted(counts)) for counts in self.levels))

    @cached_property
    def level_rows(self) -> tuple[Floats, ...]:
        """(levels,) of each column: the rows of each category, in the order of `known`."""
        named = zip(self.levels, self.known.of_columns, strict=True)
        return tuple(np.array([counts[name] for name in names], dtype=np.float64) for counts, names in named)


def _counted(
    codes: np.ndarray[tuple[int, ...], np.dtype[np.unsignedinteger]], *, names: tuple[str, ...]
) -> Counter[str]:
    counts = np.bincount(codes, minlength=len(names)).tolist()
    return Counter({name: count for name, count in zip(names, counts, strict=True) if count})
