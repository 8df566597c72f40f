"""Puts a block of rows into the terms that all features are made of: 1, each number, and each category as 0 or 1.

Every feature of a pipeline that folds is affine in a number, or a table over the categories of a column. So scores,
gradients and Hessians are made of sums in these terms, and no row is ever written out as a long row of zeros: the
sums over a column of 1,000 categories cost as much as over one of two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lambdas.model.arrays import Floats, Integers
from lambdas.model.data.part import Part
from lambdas.model.folding.precise import Precise, added, by_code
from lambdas.model.folding.summary import Summary

BLOCK_ROWS = 65_536
BLOCK_CELLS = 2**20
"""A block has no more numbers and scores: it stays near the processor's caches (8 MB)."""


@dataclass(frozen=True, eq=False)
class Block:
    """n rows in terms of a basis."""

    numbers: Floats
    """(k, n), centred and scaled: so that sums of squares keep their digits."""
    places: Integers
    """(m, n): of each category its place among those of its column."""
    labels: Integers
    """(n,): of each class its place among those that occur."""


@dataclass(frozen=True, eq=False)
class Basis:
    """The terms, of the columns that features are made of: 1, then k numbers, then the categories of m columns."""

    numbers: tuple[int, ...]
    centres: Floats
    spreads: Floats
    categories: tuple[int, ...]
    levels: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]

    @classmethod
    def of(cls, summary: Summary, *, numbers: tuple[int, ...], categories: tuple[int, ...]) -> Basis:
        """Of the numeric and the categorical columns at these places."""
        moments, chosen = summary.moments, list(numbers)
        deviation = np.sqrt(moments.variance[chosen])
        spread = np.where(
            np.isfinite(deviation), deviation, moments.maximum[chosen] / 2 - moments.minimum[chosen] / 2
        )
        levels = tuple(summary.known.of_columns[column] for column in categories)
        spreads = np.where(spread > 0, spread, 1.0)
        return cls(numbers, moments.mean[chosen], spreads, categories, levels, summary.class_names)

    @property
    def size(self) -> int:
        return 1 + len(self.numbers) + sum(map(len, self.levels))

    @cached_property
    def starts(self) -> list[int]:
        """Of each categorical column the place of its first category."""
        sizes = [len(names) for names in self.levels]
        return [1 + len(self.numbers) + sum(sizes[:place]) for place in range(len(sizes))]

    def blocks(self, part: Part, *, scores: int) -> Iterator[Block]:
        """All rows of the part; a block is smaller where there are many columns or scores."""
        rows = min(BLOCK_ROWS, max(1, BLOCK_CELLS // (len(self.numbers) + len(self.levels) + scores)))
        labels = _places(part.classes, among=self.classes)
        places = [
            _places(part.levels[column], among=names)
            for column, names in zip(self.categories, self.levels, strict=True)
        ]
        for here in part.slices(rows):
            numbers = np.empty((len(self.numbers), len(here)))
            for row, column in enumerate(self.numbers):
                np.subtract(here.numeric[:, column], self.centres[row], out=numbers[row])
                numbers[row] /= self.spreads[row]
            codes = np.empty((len(self.categories), len(here)), dtype=np.int64)
            for row, column in enumerate(self.categories):
                codes[row] = places[row][here.codes[:, column]]
            yield Block(numbers, codes, labels[here.labels])

    def scores(self, block: Block, *, weights: Floats) -> Floats:
        """(s, n), of weights (s, size)"""
        scores: Floats = weights[:, 1 : 1 + len(block.numbers)] @ block.numbers
        scores += weights[:, :1]
        for start, codes in zip(self.starts, block.places, strict=True):
            scores += weights[:, start:].take(codes, axis=1)
        return scores

    def sums(self, block: Block, *, shares: Floats) -> Floats:
        """(s, size): the sum of the rows, each times its share, (s, n)."""
        totals = np.empty((len(shares), self.size))
        totals[:, 0] = shares.sum(axis=1)
        totals[:, 1 : 1 + len(block.numbers)] = shares @ block.numbers.T
        for start, names, codes in zip(self.starts, self.levels, block.places, strict=True):
            for total, share in zip(totals, shares, strict=True):
                total[start : start + len(names)] = np.bincount(codes, share, len(names))
        return totals

    def precise_sums(self, block: Block, *, shares: Floats) -> Precise:
        """The same as `sums`, with twice the digits."""
        found = [self._precise_sums(block, share=share) for share in shares]
        return Precise(np.array([each.high for each in found]), np.array([each.low for each in found]))

    def _precise_sums(self, block: Block, *, share: Floats) -> Precise:
        """(size,), of shares (n,)"""
        found = [added(share[None].copy()), added(block.numbers * share)]
        for names, codes in zip(self.levels, block.places, strict=True):
            found.append(by_code(codes, share, size=len(names)))
        high, low = (np.concatenate(each) for each in zip(*((each.high, each.low) for each in found), strict=True))
        return Precise(high, low)

    def add_products(self, block: Block, *, shares: Floats, to: Floats) -> None:
        """Add each row's products with itself, times its share, (n,), to the upper half of (size, size)."""
        numbers = slice(1, 1 + len(block.numbers))
        weighted = block.numbers * shares
        to[0, 0] += shares.sum()
        to[0, numbers] += weighted.sum(axis=1)
        to[numbers, numbers] += weighted @ block.numbers.T
        for place, (start, names, codes) in enumerate(zip(self.starts, self.levels, block.places, strict=True)):
            here = np.arange(start, start + len(names))
            counts = np.bincount(codes, shares, len(names))
            to[0, here] += counts
            to[here, here] += counts
            for row, column in enumerate(weighted, start=1):
                to[row, here] += np.bincount(codes, column, len(names))
            for other in range(place):
                size = len(self.levels[other])
                pairs = np.bincount(block.places[other] * len(names) + codes, shares, size * len(names))
                begin = self.starts[other]
                to[begin : begin + size, start : start + len(names)] += pairs.reshape(size, len(names))


def _places(names: tuple[str, ...], *, among: tuple[str, ...]) -> Integers:
    """Of each name its place among others; of one that is not there, as no row has it, the last."""
    places: Integers = np.minimum(np.searchsorted(np.array(among), np.array(names)), len(among) - 1)
    return places
