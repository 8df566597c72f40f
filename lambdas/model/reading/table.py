"""Holds rows of a data set as three arrays, which Preprocess hands on: without column names and without pandas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Integers, Texts, from_npy, to_npy
from lambdas.model.recipe import Recipe

FILES = ("numeric.npy", "categorical.npy", "labels.npy")


@dataclass(frozen=True, eq=False)
class Table:
    """n rows; the columns are those of the recipe, kind by kind, in the recipe's order."""

    numeric: Floats
    """(n, k)"""
    categorical: Texts
    """(n, m)"""
    labels: Texts
    """(n,): class names, not the raw labels of the file."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def size_bytes(self) -> int:
        return self.numeric.nbytes + self.categorical.nbytes + self.labels.nbytes

    def take(self, rows: Integers) -> Table:
        """The rows at these positions, in their order."""
        return Table(self.numeric.take(rows, axis=0), self.categorical.take(rows, axis=0), self.labels.take(rows))

    def parts(self, size: int) -> Iterator[Table]:
        """All rows in their order, at most `size` in each part."""
        for first in range(0, len(self), size):
            rows = slice(first, first + size)
            yield Table(self.numeric[rows], self.categorical[rows], self.labels[rows])

    def features(self, recipe: Recipe) -> dict[str, NDArray[np.generic]]:
        """The columns by their names, each of shape (n,)."""
        numeric = {column.name: self.numeric[:, j] for j, column in enumerate(recipe.numeric)}
        categorical = {column.name: self.categorical[:, j] for j, column in enumerate(recipe.categorical)}
        return {**numeric, **categorical}

    def to_files(self) -> dict[str, bytes]:
        """Contents by the names in FILES."""
        arrays: tuple[NDArray[np.generic], ...] = (self.numeric, self.categorical, self.labels)
        return {name: to_npy(array) for name, array in zip(FILES, arrays, strict=True)}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Table:
        """Raises KeyError for a missing file, ValueError for one that is no .npy file or of the wrong type."""
        numeric, categorical, labels = (from_npy(files[name]) for name in FILES)
        kinds = (numeric.dtype.kind, categorical.dtype.kind, labels.dtype.kind)
        if kinds != ("f", "U", "U") or not len(numeric) == len(categorical) == len(labels):
            raise ValueError(f"expected float, text and text of one length, got {kinds}")
        return cls(np.asarray(numeric, dtype=np.float64), categorical.astype(str), labels.astype(str))


@dataclass(frozen=True)
class Extent:
    """The size of the file that a table was read from.

    Its lines, as an editor counts them, are its records, its blank lines, and the line ends inside of fields.
    """

    lines: int
    blank_lines: int
    records: int
    """The header and the rows."""
    rows: int

    @property
    def inner_line_ends(self) -> int:
        """Those inside of fields."""
        return self.lines - self.blank_lines - self.records


@dataclass(frozen=True, eq=False)
class Labels:
    """A file's column of raw labels, which decides how the file is split."""

    codes: Integers
    """(n,): of each row the place of its label among `raw`."""
    raw: tuple[str, ...]
    """Those that occur in the file; a row that is too short or too long has an empty one."""

    def rows(self, places: Integers | None = None) -> dict[str, int]:
        """How many of the rows at these positions, or of all, have which label."""
        codes = self.codes if places is None else self.codes[places]
        counts = np.bincount(codes, minlength=len(self.raw)).tolist()
        return {label: count for label, count in zip(self.raw, counts, strict=True) if count}


@dataclass(frozen=True, eq=False)
class LeftOut:
    """The bad rows of a file, which the recipe tolerates."""

    rows: Integers
    """Their positions among all rows of the file, ascending."""
    facts: Mapping[str, Any]
    """Ready for JSON: how many they are, of which classes and why, without what is in them."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A file after reading. Its raw labels are not part of the table."""

    table: Table
    extent: Extent
    labels: Labels
    """Of all rows, those that are left out too: so no other row changes sides once they are corrected."""
    digest: str
    """Of the file's lines: see `unpacking.digest`."""
    salt: str
    """What its rows are drawn by: see `unpacking.digest_and_salt`."""
    left_out: LeftOut | None = None
    """None where every row is in the table."""
    others: Mapping[str, int] = field(default_factory=dict)
    """The labels that the recipe takes for its other class without listing them, with their rows in the table."""
    changed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By column: how many cells of the table were `missing`, and how many numbers were `clipped`."""

    def good(self, rows: Integers) -> Integers:
        """Of these positions among all rows those that are in the table, in their order."""
        return rows if self.left_out is None else rows[~np.isin(rows, self.left_out.rows)]

    def in_table(self, rows: Integers) -> Integers:
        """The positions in the table of good rows, from their positions among all rows."""
        return rows if self.left_out is None else rows - np.searchsorted(self.left_out.rows, rows)


def concat(tables: Sequence[Table]) -> Table:
    """All rows, table after table. At least one table; all of the same recipe."""
    return Table(
        np.concatenate([table.numeric for table in tables]),
        np.concatenate([table.categorical for table in tables]),
        np.concatenate([table.labels for table in tables]),
    )
