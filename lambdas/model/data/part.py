"""Holds rows of one side of one or more objects, compact: numbers as they are, categories and classes as codes.

A part of KDD Cup 99's http rows takes 25 bytes a row, where the table with its texts takes 49 or more. It is a folder
of .npy files, so that a pass over the rows maps it into memory and reads it as it goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Content, Floats, Integers, Texts, to_npy, view_of_npy
from lambdas.model.reading.table import Table

Codes = NDArray[np.unsignedinteger[Any]]

ARRAYS = ("numeric.npy", "codes.npy", "labels.npy")
NAMES = "names.json"
FILES = (*ARRAYS, NAMES)


@dataclass(frozen=True, eq=False)
class Part:
    """n rows; the columns are those of the recipe, kind by kind, in the recipe's order."""

    numeric: Floats
    """(n, k), may be mapped from a file."""
    codes: Codes
    """(n, m): of each category its place among the `levels` of its column."""
    labels: Codes
    """(n,): of each class its place among `classes`."""
    levels: tuple[tuple[str, ...], ...]
    """Of each categorical column those that occur here, sorted."""
    classes: tuple[str, ...]
    """Of the recipe, whether they occur here or not."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def size_bytes(self) -> int:
        return self.numeric.nbytes + self.codes.nbytes + self.labels.nbytes

    @property
    def rows_by_class(self) -> dict[str, int]:
        counts = np.bincount(self.labels, minlength=len(self.classes)).tolist()
        return dict(zip(self.classes, counts, strict=True))

    @classmethod
    def of(cls, table: Table, *, classes: Sequence[str]) -> Part:
        """The same rows in their order; raises ValueError for a label that is none of the classes."""
        levels, codes = [], []
        for column in table.categorical.T:
            found, places = np.unique(column, return_inverse=True)
            levels.append(tuple(found.tolist()))
            codes.append(places.reshape(-1))
        order = np.argsort(classes)
        ordered = np.array(classes, dtype=np.str_)[order]
        places = np.minimum(np.searchsorted(ordered, table.labels), len(classes) - 1)
        if not np.array_equal(ordered[places], table.labels):
            raise ValueError("a label is none of the classes")
        return cls(
            numeric=table.numeric,
            codes=_stacked(codes, rows=len(table), levels=levels),
            labels=order[places].astype(smallest(len(classes))),
            levels=tuple(levels),
            classes=tuple(classes),
        )

    def table(self) -> Table:
        """The same rows with their texts."""
        columns = [_spread(levels, self.codes[:, place]) for place, levels in enumerate(self.levels)]
        return Table(
            numeric=np.asarray(self.numeric),
            categorical=np.column_stack([np.empty((len(self), 0), dtype=np.str_), *columns]),
            labels=_spread(self.classes, self.labels),
        )

    def take(self, rows: Integers) -> Part:
        """The rows at these positions, in their order."""
        numeric, codes = self.numeric.take(rows, axis=0), self.codes.take(rows, axis=0)  # faster than by []
        return Part(numeric, codes, self.labels.take(rows), self.levels, self.classes)

    def narrowed(self) -> Part:
        """The same rows with the levels that occur in them."""
        levels = [tuple(self.used(place)) for place in range(len(self.levels))]
        codes = [_moved(self.codes[:, place], self.levels[place], to) for place, to in enumerate(levels)]
        stacked = _stacked(codes, rows=len(self), levels=levels)
        return Part(self.numeric, stacked, self.labels, tuple(levels), self.classes)

    def used(self, place: int) -> Iterator[str]:
        """The levels of a categorical column that occur in these rows: of a slice not all do."""
        counts = np.bincount(self.codes[:, place], minlength=len(self.levels[place])).tolist()
        return (level for level, rows in zip(self.levels[place], counts, strict=True) if rows)

    def slices(self, rows: int) -> Iterator[Part]:
        """All rows in their order, at most `rows` in each; nothing is copied."""
        for first in range(0, len(self), rows):
            yield self.between(first, first + rows)

    def between(self, first: int, end: int) -> Part:
        """The rows from `first` to before `end`; nothing is copied."""
        here = slice(first, end)
        return Part(self.numeric[here], self.codes[here], self.labels[here], self.levels, self.classes)

    def to_files(self) -> dict[str, bytes]:
        """Contents by the names in FILES."""
        arrays: tuple[NDArray[np.generic], ...] = (self.numeric, self.codes, self.labels)
        names = json.dumps({"levels": self.levels, "classes": self.classes}, ensure_ascii=False, sort_keys=True)
        return {**{name: to_npy(each) for name, each in zip(ARRAYS, arrays, strict=True)}, NAMES: names.encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, Content]) -> Part:
        """Raises KeyError for a missing file, ValueError for one that is not what `to_files` wrote."""
        return _read([view_of_npy(files[name]) for name in ARRAYS], names=bytes(files[NAMES]))

    @classmethod
    def opened(cls, folder: Path) -> Part:
        """From a folder, mapped and not loaded. Raises OSError for a missing file, ValueError as `from_files`."""
        arrays = [np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in ARRAYS]
        return _read(arrays, names=(folder / NAMES).read_bytes())


def merged(parts: Sequence[Part]) -> Part:
    """All rows, part after part, with the levels that occur in them. At least one part; all of one recipe."""
    levels = [
        tuple(sorted({level for part in parts for level in part.used(place)}))
        for place in range(len(parts[0].levels))
    ]
    codes = [
        np.concatenate([_moved(part.codes[:, place], part.levels[place], to) for part in parts])
        for place, to in enumerate(levels)
    ]
    return Part(
        numeric=np.concatenate([part.numeric for part in parts]),
        codes=_stacked(codes, rows=sum(map(len, parts)), levels=levels),
        labels=np.concatenate([part.labels for part in parts]),
        levels=tuple(levels),
        classes=parts[0].classes,
    )


def smallest(count: int) -> type[np.unsignedinteger[Any]]:
    """The smallest unsigned type for the places 0 to count - 1.

    >>> smallest(256).__name__, smallest(257).__name__, smallest(65_537).__name__
    ('uint8', 'uint16', 'uint32')
    """
    return next(each for each in (np.uint8, np.uint16, np.uint32, np.uint64) if count <= int(np.iinfo(each).max) + 1)


def _stacked(columns: Sequence[NDArray[Any]], *, rows: int, levels: Sequence[Sequence[str]]) -> Codes:
    stacked = np.empty((rows, len(columns)), dtype=smallest(max(map(len, levels), default=0)))
    for place, column in enumerate(columns):
        stacked[:, place] = column
    return stacked


def _moved(codes: Codes, levels: Sequence[str], to: Sequence[str]) -> NDArray[Any]:
    """The codes of the same texts among others, which hold all that occur."""
    return np.searchsorted(np.array(to, dtype=np.str_), np.array(levels, dtype=np.str_))[codes]


def _spread(texts: Sequence[str], codes: Codes) -> Texts:
    """The texts of the codes; without any row there may be no text either."""
    spread: Texts = np.array(texts or [""], dtype=np.str_)[codes]
    return spread


def _read(arrays: Sequence[NDArray[Any]], *, names: bytes) -> Part:
    numeric, codes, labels = arrays
    try:
        told = json.loads(names)
        levels = tuple(tuple(map(str, column)) for column in told["levels"])
        classes = tuple(map(str, told["classes"]))
    except (KeyError, TypeError) as exc:
        raise ValueError(f"{NAMES} does not name levels and classes") from exc
    shapes = (numeric.ndim, codes.shape, labels.shape)
    if (numeric.dtype.kind, codes.dtype.kind, labels.dtype.kind) != ("f", "u", "u") or shapes != (
        2,
        (len(numeric), len(levels)),
        (len(numeric),),
    ):
        raise ValueError("the arrays do not fit one another")
    for column, known in ((labels, classes), *zip(codes.T, levels, strict=True)):
        if len(column) and int(column.max()) >= len(known):
            raise ValueError("a code has no text")
    if not all(each < after for column in levels for each, after in pairwise(column)):
        raise ValueError("the levels are not sorted")
    return Part(numeric, codes, labels, levels, classes)
