"""A table -> the X that an estimator is fitted on: one float64 array, categories as codes.

So a ColumnTransformer selects columns by position, and neither pandas nor an array of objects is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lambdas.model.arrays import Floats, Texts
from lambdas.model.table import Table

UNKNOWN = -1.0
"""The code of a category that the training part does not hold."""


@dataclass(frozen=True)
class Levels:
    """The distinct categories of the training part, sorted, for each categorical column; a code is a position."""

    of_columns: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, table: Table) -> Levels:
        return cls(tuple(tuple(np.unique(column).tolist()) for column in table.categorical.T))

    def encode(self, table: Table) -> Floats:
        """(n, numeric + categorical columns)"""
        codes = [
            _codes(column, levels=levels) for column, levels in zip(table.categorical.T, self.of_columns, strict=True)
        ]
        return np.column_stack([table.numeric, *codes])


def _codes(column: Texts, *, levels: tuple[str, ...]) -> Floats:
    known = np.array(levels, dtype=np.str_)
    places = np.minimum(np.searchsorted(known, column), len(known) - 1)
    return np.where(known[places] == column, places, UNKNOWN)
