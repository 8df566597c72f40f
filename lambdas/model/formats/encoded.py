"""Encodes rows for one of SageMaker's own algorithms, and tells the same as features of the columns.

A number is scaled by the mean and the standard deviation of the training part, as StandardScaler does, or stays as it
is where the algorithm is one of trees. A category is a feature for each level of the training part: 1 where the row
has it, else 0; an unknown one is 0 in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.errors import ArtifactInvalid
from lambdas.model.arrays import Floats
from lambdas.model.features.linear import LevelFeature, NumberFeature, PlainFeature

MALFORMED = "the record of how the rows were encoded is malformed: retrain again"


@dataclass(frozen=True, eq=False, kw_only=True)
class Encoding:
    """Of the columns of X, as `Recipe.positions` has them."""

    means: Floats
    """(numbers,)"""
    scales: Floats
    """(numbers,), more than 0."""
    levels: tuple[tuple[str, ...], ...]
    """Of each column of categories, sorted."""
    fills: tuple[float | None, ...]
    """Of each numeric column of the recipe what took the place of a missing number."""
    rows: int
    """Of the training part."""
    held_out: int = 0
    """How many of them the algorithm is not fitted on: those that the trials of a search are measured on."""

    @classmethod
    def of(
        cls,
        *,
        means: Floats,
        variances: Floats,
        levels: tuple[tuple[str, ...], ...],
        fills: tuple[float | None, ...],
        rows: int,
        is_scaled: bool,
    ) -> Encoding:
        """A column whose number is always the same is not divided."""
        deviations = np.sqrt(variances)
        scales = np.where(deviations > 0, deviations, 1.0)
        if not is_scaled:
            means, scales = np.zeros_like(means), np.ones_like(scales)
        return cls(means=means, scales=scales, levels=levels, fills=fills, rows=rows)

    @property
    def width(self) -> int:
        """How many features there are."""
        return len(self.means) + sum(map(len, self.levels))

    def numbers(self, numbers: Floats) -> Floats:
        """(n, numbers)"""
        scaled: Floats = (numbers - self.means) / self.scales
        return scaled

    def rows_of(self, X: Floats) -> Floats:
        """(n, width), of X with categories as codes, -1 for an unknown one."""
        count = len(self.means)
        each = [X[:, count + place, None] == np.arange(len(names)) for place, names in enumerate(self.levels)]
        return np.column_stack([self.numbers(X[:, :count]), *each]).astype(np.float64)

    @property
    def features(self) -> list[PlainFeature]:
        """The same as functions of the columns, in the same order."""
        numbers = [
            NumberFeature(place) if (mean, scale) == (0.0, 1.0) else NumberFeature(place).minus(mean).over(scale)
            for place, (mean, scale) in enumerate(zip(self.means.tolist(), self.scales.tolist(), strict=True))
        ]
        categories = [
            LevelFeature(place, len(names) + 1, places=np.array([level]), values=np.array([1.0]))
            for place, names in enumerate(self.levels)
            for level in range(len(names))
        ]
        return [*numbers, *categories]

    def to_document(self) -> dict[str, Any]:
        """Ready for JSON, which keeps every bit of a float."""
        return {
            "means": self.means.tolist(),
            "scales": self.scales.tolist(),
            "levels": self.levels,
            "fills": self.fills,
            "rows": self.rows,
            "held_out": self.held_out,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Encoding:
        """Raises ArtifactInvalid for a document that `to_document` did not make."""
        try:
            means, scales = (_floats(document[name]) for name in ("means", "scales"))
            levels = tuple(tuple(map(str, names)) for names in document["levels"])
            fills = tuple(None if each is None else float(each) for each in document["fills"])
            rows, held_out = int(document["rows"]), int(document.get("held_out", 0))
        except (AttributeError, KeyError, TypeError, ValueError) as exc:
            raise ArtifactInvalid(MALFORMED) from exc
        if len(means) != len(scales) or not (np.isfinite([*means, *scales]).all() and (scales > 0).all()):
            raise ArtifactInvalid(MALFORMED)
        return cls(means=means, scales=scales, levels=levels, fills=fills, rows=rows, held_out=held_out)


def _floats(numbers: Sequence[Any]) -> Floats:
    array = np.array(numbers, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError("not a list of numbers")
    return array
