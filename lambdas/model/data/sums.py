"""Sums of rows that are no longer in memory: each part of a data set leaves its own, and they add up to the whole's.

They are added object by object in the objects' order, so that the same objects give the same digits, whether their
rows were read tonight or on an earlier night.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Content, Floats, Integers, to_npy, view_of_npy
from lambdas.model.data.part import Part
from lambdas.model.splitting.row_hashes import STEP, Words, mixed, row_hashes

HASHED_ROWS = 1_000_000
"""Up to so many rows are hashed, to count those that occur more than once: 8 bytes of memory a row."""
GROUPS_COUNTED = 1_000_000
"""So many groups are counted at most."""
SAMPLE_ROWS = 20_000
SAMPLE_CELLS = 60_000
"""Quartiles are of so many rows at most; a recipe of more than three numbers has fewer, so that they take 0.6 MB."""
HASH_ROWS = 65_536
"""Rows that are hashed at a time, with their texts."""

FIGURES = "sums.json"
HASHES = ("hashes_train.npy", "hashes_holdout.npy")
ARRAYS = ("sample.npy", "places.npy")
GROUPS = ("groups_train.npy", "groups_holdout.npy")
AS_THEY_ARE = (*HASHES, *ARRAYS, *GROUPS)
"""Files that are not packed: hashes are as good as random, and the sample is read and written every night."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Of the training part and the holdout of one or more objects."""

    classes: Integers
    """(2, classes): the rows of each class in the training part, and in the holdout."""
    smallest: Floats
    largest: Floats
    means: Floats
    """(k,) each: of the numeric columns; NaN of one whose numbers are all missing."""
    present: Integers
    """(k,): how many of their numbers are there."""
    levels: tuple[Mapping[str, int], ...]
    """Of each categorical column the rows of each of its texts."""
    hashes: tuple[Words, Words] | None
    """Of all rows of the training part and of the holdout; None where there are too many."""
    sample: Floats
    """(s, k): the numbers of the rows with the smallest of the places that are drawn for all rows."""
    places: Words
    """(s,): those places."""
    objects: int
    constant: tuple[int, ...]
    """(k + c,): in how many of those objects a numeric or categorical column holds one value alone."""
    groups: tuple[Words, Words] | None = None
    """The keys of the groups of the training part, and of the holdout, sorted; None where none are counted, or where
    there are too many."""

    @property
    def rows(self) -> int:
        return int(self.classes.sum())

    @classmethod
    def of(cls, train: Part, holdout: Part, *, salt: str, groups: tuple[Words, Words] | None = None) -> Sums:
        """Of one object, whose rows are drawn for the sample by its salt, 16 digits in hexadecimal or more."""
        numeric = np.concatenate([train.numeric, holdout.numeric])
        key = np.uint64(int(salt[:16], 16))
        places = mixed(key + np.arange(1, len(numeric) + 1, dtype=np.uint64) * STEP)
        first = _first(places, sample_rows(numeric.shape[1]))
        levels = _added_levels(_level_counts(train), _level_counts(holdout))
        return cls(
            classes=np.array([_counts(part.labels, len(part.classes)) for part in (train, holdout)]),
            smallest=np.fmin.reduce(numeric, axis=0),
            largest=np.fmax.reduce(numeric, axis=0),
            present=np.count_nonzero(~np.isnan(numeric), axis=0),
            means=np.array([_mean(column) for column in numeric.T], dtype=np.float64),
            levels=levels,
            hashes=(_hashes(train), _hashes(holdout)) if len(numeric) <= HASHED_ROWS else None,
            sample=numeric[first],
            places=places[first],
            objects=1,
            constant=_constant(numeric, levels),
            groups=groups,
        )

    def __add__(self, other: Sums) -> Sums:
        present = self.present + other.present
        share = other.present / np.maximum(present, 1)
        mean, its = (np.where(each.present, each.means, 0.0) for each in (self, other))
        places = np.concatenate([self.places, other.places])
        first = _first(places, sample_rows(self.sample.shape[1]))
        return Sums(
            classes=self.classes + other.classes,
            smallest=np.fmin(self.smallest, other.smallest),
            largest=np.fmax(self.largest, other.largest),
            # never more than the larger one, so it stays finite
            means=np.where(present, mean * (1 - share) + its * share, np.nan),
            present=present,
            levels=_added_levels(self.levels, other.levels),
            hashes=_joined(self, other),
            sample=np.concatenate([self.sample, other.sample])[first],
            places=places[first],
            objects=self.objects + other.objects,
            constant=tuple(map(add, self.constant, other.constant)),
            groups=_joined_groups(self.groups, other.groups),
        )

    def to_files(self) -> dict[str, bytes]:
        """Contents by FIGURES and the names of ARRAYS and GROUPS, without the hashes."""
        figures = {
            "classes": self.classes.tolist(),
            **{name: _or_null(getattr(self, name)) for name in ("smallest", "largest", "means")},
            "present": self.present.tolist(),
            "levels": self.levels,
            "objects": self.objects,
            "constant": self.constant,
        }
        told = json.dumps(figures, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
        groups = {name: to_npy(each) for name, each in zip(GROUPS, self.groups or (), strict=False)}
        return {FIGURES: told, "sample.npy": to_npy(self.sample), "places.npy": to_npy(self.places), **groups}

    def hashes_to_files(self) -> dict[str, bytes]:
        """Contents by the names of HASHES; none where there are too many rows."""
        return {name: to_npy(each) for name, each in zip(HASHES, self.hashes or (), strict=False)}

    @classmethod
    def from_files(cls, files: Mapping[str, Content]) -> Sums:
        """With the hashes, if their files are there. Raises KeyError or ValueError for what was not written so."""
        told = json.loads(bytes(files[FIGURES]))
        sample, places = (view_of_npy(files[name]) for name in ARRAYS)
        return cls(
            classes=np.array(told["classes"], dtype=np.int64),
            smallest=np.array(told["smallest"], dtype=np.float64),
            largest=np.array(told["largest"], dtype=np.float64),
            means=np.array(told["means"], dtype=np.float64),
            present=np.array(told["present"], dtype=np.int64),
            levels=tuple(told["levels"]),
            hashes=hashes_of(files) if HASHES[0] in files else None,
            groups=_read_words(files, GROUPS) if GROUPS[0] in files else None,
            sample=sample.astype(np.float64, copy=False),
            places=places.astype(np.uint64, copy=False),
            objects=told["objects"],
            constant=tuple(told["constant"]),
        )


def hashes_of(files: Mapping[str, Content]) -> tuple[Words, Words]:
    """Of all rows of the training part and of the holdout, from files where they are."""
    return _read_words(files, HASHES)


def sample_rows(numbers: int) -> int:
    """How many rows the sample of a recipe with so many numeric columns has.

    >>> sample_rows(3), sample_rows(40), sample_rows(0)
    (20000, 1500, 20000)
    """
    return min(SAMPLE_ROWS, SAMPLE_CELLS // max(numbers, 1))


def _constant(numeric: Floats, levels: Sequence[Mapping[str, int]]) -> tuple[int, ...]:
    """1 for each column of one object that holds one value alone, 0 for the others."""
    numbers = np.fmin.reduce(numeric, axis=0) == np.fmax.reduce(numeric, axis=0)
    texts = [np.count_nonzero([*rows.values()]) == 1 for rows in levels]
    return tuple(map(int, [*numbers.tolist(), *texts]))


def _or_null(numbers: Floats) -> list[float | None]:
    """As JSON has them, which NumPy reads as NaN again."""
    return [None if np.isnan(each) else each for each in numbers.tolist()]


def _first(places: Words, size: int) -> Integers:
    """Positions of the smallest places, at most so many; in the order of the places, and of equal ones in theirs."""
    if len(places) <= size:
        return np.arange(len(places))
    few = np.flatnonzero(places <= np.partition(places, size - 1)[size - 1])
    return few[np.argsort(places[few], kind="stable")[:size]]


def _counts(codes: NDArray[Any], among: int) -> Integers:
    return np.bincount(codes, minlength=among).astype(np.int64)


def _level_counts(part: Part) -> tuple[dict[str, int], ...]:
    counts = (_counts(part.codes[:, place], len(levels)).tolist() for place, levels in enumerate(part.levels))
    return tuple(dict(zip(levels, each, strict=True)) for levels, each in zip(part.levels, counts, strict=True))


def _added_levels(
    several: Sequence[Mapping[str, int]], others: Sequence[Mapping[str, int]]
) -> tuple[Mapping[str, int], ...]:
    return tuple(
        {**one, **{level: one.get(level, 0) + rows for level, rows in other.items()}}
        for one, other in zip(several, others, strict=True)
    )


def _mean(column: Floats) -> float:
    """The numbers are scaled by the largest one, so that the sum of huge ones stays finite."""
    column = column[~np.isnan(column)]
    if not len(column):
        return float("nan")
    largest = float(np.abs(column).max()) or 1.0
    return float((np.ascontiguousarray(column) / largest).mean()) * largest


def _hashes(part: Part) -> Words:
    several = [row_hashes(each.table()) for each in part.slices(HASH_ROWS)]
    return np.concatenate(several) if several else np.empty(0, dtype=np.uint64)


def _read_words(files: Mapping[str, Content], names: tuple[str, str]) -> tuple[Words, Words]:
    train, holdout = (view_of_npy(files[name]).astype(np.uint64, copy=False) for name in names)
    return train, holdout


def _joined_groups(one: tuple[Words, Words] | None, other: tuple[Words, Words] | None) -> tuple[Words, Words] | None:
    if one is None or other is None:
        return None
    train, holdout = (np.union1d(*pair) for pair in zip(one, other, strict=True))
    return (train, holdout) if len(train) + len(holdout) <= GROUPS_COUNTED else None


def _joined(one: Sums, other: Sums) -> tuple[Words, Words] | None:
    if one.hashes is None or other.hashes is None or one.rows + other.rows > HASHED_ROWS:
        return None
    train, holdout = (np.concatenate(pair) for pair in zip(one.hashes, other.hashes, strict=True))
    return train, holdout
