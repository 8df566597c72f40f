"""Counts rows that are copies of one row, by their true class and what each version answers.

All that the gate counts follows from it: confusion matrices, joint counts, and the squares of the copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Integers
from lambdas.model.data.part import Codes, smallest
from lambdas.model.gate.joint import JointCounts, count_jointly


@dataclass(frozen=True, eq=False)
class Copies:
    """(m,) each, for m different rows, by hash; one that a version answered in two ways counts as two."""

    n_classes: int
    versions: int
    """Whose answers are counted."""
    hashes: NDArray[np.uint64]
    """Equal for copies of one row alone: see `row_hashes`."""
    cells: Codes
    """The places of the true class and of each version's answer among the classes, as digits of one number."""
    times: NDArray[np.uint32]
    """How many copies there are."""

    @classmethod
    def of(cls, hashes: NDArray[np.uint64], true: Integers, *answers: Integers, n_classes: int) -> Copies:
        """Of n rows: (n,) each, `answers` of each version."""
        cells = true.astype(np.int64)
        for places in answers:
            cells = cells * n_classes + places
        small = cells.astype(smallest(n_classes ** (1 + len(answers))))
        times = np.ones(len(cells), dtype=np.uint32)
        return cls._together(hashes, small, times, n_classes=n_classes, versions=len(answers))

    @classmethod
    def merged(cls, many: Sequence[Copies]) -> Copies:
        """Of all rows. At least one, all of the same classes and versions."""
        hashes, cells, times = (
            np.concatenate([getattr(each, name) for each in many]) for name in ("hashes", "cells", "times")
        )
        return cls._together(hashes, cells, times, n_classes=many[0].n_classes, versions=many[0].versions)

    @classmethod
    def _together(
        cls,
        hashes: NDArray[np.uint64],
        cells: Codes,
        times: NDArray[np.uint32],
        *,
        n_classes: int,
        versions: int,
    ) -> Copies:
        order = np.lexsort((cells, hashes))
        hashes, cells = hashes[order], cells[order]
        begins = np.flatnonzero(_differs(hashes) | _differs(cells))
        counts = np.add.reduceat(times[order], begins) if len(begins) else times
        return cls(n_classes, versions, hashes[begins], cells[begins], counts)

    def matrix(self, version: int = 0) -> Integers:
        """(n_classes, n_classes): the version's confusion matrix. Rows true, columns predicted."""
        return self._summed(version, self.times)

    def squares(self, version: int = 0) -> Integers:
        """(n_classes, n_classes): of each cell of the matrix the sum of the squares of its rows' copies."""
        begins = np.flatnonzero(_differs(self.hashes))
        if not len(begins):
            return self._summed(version, self.times)
        copies = np.add.reduceat(self.times, begins, dtype=np.int64)
        lengths = np.diff(begins, append=len(self.hashes))
        return self._summed(version, np.repeat(copies, lengths) * self.times)  # w copies add w each

    def joint(self, *, champion: int, challenger: int = 0) -> JointCounts:
        """The rows by both answers; `champion` and `challenger` are places among the versions."""
        return count_jointly(
            self._digit(0),
            champion=self._digit(champion + 1),
            challenger=self._digit(challenger + 1),
            n_classes=self.n_classes,
            alike=self.hashes,
            times=self.times,
        )

    def copies_of(self, row: int) -> int:
        """How many rows have this hash."""
        return int(self.times[self.hashes == np.uint64(row)].sum())

    def _summed(self, version: int, counts: NDArray[np.integer[Any]]) -> Integers:
        pairs = self._digit(0).astype(np.int64) * self.n_classes + self._digit(version + 1)
        summed = np.zeros(self.n_classes**2, dtype=np.int64)
        np.add.at(summed, pairs, counts)
        return summed.reshape(self.n_classes, self.n_classes)

    def _digit(self, place: int) -> Codes:
        shifted = self.cells // np.array(self.n_classes ** (self.versions - place), dtype=self.cells.dtype)
        digit: Codes = (shifted % np.array(self.n_classes, dtype=self.cells.dtype)).astype(smallest(self.n_classes))
        return digit


def _differs(values: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,): whether each is another one than the one before it."""
    differs = np.ones(len(values), dtype=np.bool_)
    differs[1:] = values[1:] != values[:-1]
    return differs
