"""Counts the rows of a data set that occur more than once, by their hashes, and goes on counting as files come.

Of the training part each hash is kept once; of the holdout those that are not in the training part, with their
copies. More is not asked for, so rows that are all alike take 8 bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Content, Integers, to_npy
from lambdas.model.data.sums import HASHES, hashes_of
from lambdas.model.splitting.row_hashes import Words


class Counts(NamedTuple):
    """All that is told of them."""

    different: int
    """How many different rows there are on both sides."""
    holdout_alone: int
    """How many rows of the holdout are not in the training part, copies included."""


@dataclass(frozen=True, eq=False)
class Repeats:
    """Of the training part and the holdout of one or more objects."""

    train: Words
    """Sorted, each once."""
    others: Words
    """Of the holdout those that are not in `train`: sorted, with their copies."""

    @classmethod
    def of(cls, train: Words, holdout: Words) -> Repeats:
        """Of the hashes of all rows, in any order."""
        known, asked = np.sort(train), np.sort(holdout)  # np.unique of so many takes ten times as long
        known = known[_firsts(known)]
        return cls(known, asked[~_among(asked, known)])

    def __add__(self, other: Repeats) -> Repeats:
        new, first, end = self._met(other)
        stay = np.ones(len(self.others), dtype=np.bool_)
        for place in np.flatnonzero(first < end):
            stay[first[place] : end[place]] = False
        others = other.others[~_among(other.others, self.train)]
        return Repeats(_inserted(self.train, new), _inserted(self.others[stay], others))

    def counts(self, other: Repeats | None = None) -> Counts:
        """With those of other rows, which are looked up among these: where they are few, it takes little."""
        mine = int(np.count_nonzero(_firsts(self.others)))
        if other is None:
            return Counts(len(self.train) + mine, len(self.others))
        new, first, end = self._met(other)
        others = other.others[~_among(other.others, self.train)]
        mine += int(np.count_nonzero(_firsts(others) & ~_among(others, self.others)) - np.count_nonzero(first < end))
        alone = len(self.others) - int((end - first).sum()) + len(others)
        return Counts(len(self.train) + len(new) + mine, alone)

    def _met(self, other: Repeats) -> tuple[Words, Integers, Integers]:
        """Which hashes are new to the training part, and from where to where each lies among `others`."""
        new = other.train[~_among(other.train, self.train)]
        return new, np.searchsorted(self.others, new, side="left"), np.searchsorted(self.others, new, side="right")

    def to_files(self) -> dict[str, bytes]:
        """Contents by the names of HASHES."""
        return dict(zip(HASHES, map(to_npy, (self.train, self.others)), strict=True))

    @classmethod
    def from_files(cls, files: Mapping[str, Content]) -> Repeats:
        """Raises KeyError or ValueError for what `to_files` did not write."""
        return cls(*hashes_of(files))


def _among(asked: Words, known: Words) -> NDArray[np.bool_]:
    """Which of the numbers are among the known ones, which are sorted."""
    if not len(known):
        return np.zeros(len(asked), dtype=np.bool_)
    found: NDArray[np.bool_] = known.take(np.searchsorted(known, asked), mode="clip") == asked
    return found


def _inserted(ordered: Words, others: Words) -> Words:
    """All of both, sorted as both are."""
    found: Words = np.insert(ordered, np.searchsorted(ordered, others), others)
    return found


def _firsts(ordered: Words) -> NDArray[np.bool_]:
    """Which of the sorted numbers are the first of their value."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
