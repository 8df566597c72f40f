"""Lays out a row in slots: what the trees ask about, as numbers of columns and tables of categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.arrays import Floats, Integers
from lambdas.model.features.linear import Feature, LevelFeature, NumberFeature
from lambdas.model.formats.trees.grown import Tree
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.elements import KEPT

MIDDLE = 0.5
"""The threshold of a split by a set: its slots are 0 and 1."""
SETS_OF_NUMBERS = (
    "HistGradientBoostingClassifier has a Numeric column among its categorical_features: declare it Categorical, or"
    " give columns.categorical alone"
)
SETS_OF_OUTPUTS = (
    "HistGradientBoostingClassifier has columns of an encoder among its categorical_features: leave the encoder out,"
    " because a categorical column reaches the estimator as codes"
)


class Slots:
    """The slots, found while the trees are looked at; they are numbered when all of them are known."""

    def __init__(self, recipe: Recipe, features: Sequence[Feature], *, categories: Mapping[int, Floats]) -> None:
        self.recipe = recipe
        self.features = features
        self.categories = categories
        self.numbers: dict[tuple[int, bool, tuple[Any, ...]], int] = {}
        self.tables: dict[int, dict[bytes, int]] = {}
        """Of a categorical column its different slots: of each the numbers for its levels and an unknown one."""

    def of(self, tree: Tree) -> list[tuple[int, int]]:
        """Of each inner node its slot, as a pair that `numbered` knows."""
        inner = np.flatnonzero(tree.is_inner)
        found: dict[tuple[int, bool], tuple[int, int]] = {}
        pairs = []
        for node, feature, goes_left in zip(
            inner.tolist(), tree.feature[inner].tolist(), tree.missing_left[inner].tolist(), strict=True
        ):
            if node in tree.sets:
                pairs.append(self._set(feature, tree.sets[node]))
                continue
            if (feature, goes_left) not in found:
                found[feature, goes_left] = self._plain(self.features[feature], goes_left=goes_left)
            pairs.append(found[feature, goes_left])
        return pairs

    def numbered(self, pairs: Sequence[tuple[int, int]]) -> Integers:
        """The numbers come first, then each table's columns."""
        begins, at = {NUMBERS: 0}, len(self.numbers)
        for column, slots in self.tables.items():
            begins[column] = at
            at += len(slots)
        return np.array([begins[column] + place for column, place in pairs], dtype=np.int64)

    def table(self, column: int) -> Floats:
        """(levels + 1, slots)"""
        return np.column_stack([np.frombuffer(values, dtype=np.float64) for values in self.tables[column]])

    def _plain(self, feature: Feature, *, goes_left: bool) -> tuple[int, int]:
        """Where no number can be missing, the way of a missing one is no difference."""
        if isinstance(feature, LevelFeature) and not feature.through:
            return self._of_levels(feature.column, np.nan_to_num(feature.everywhere))  # NaN is refused before
        if not isinstance(feature, NumberFeature):
            raise EstimatorUnsupported(
                "a step before the trees makes of a column what they cannot be asked about exactly: give them"
                " the columns themselves, or OneHotEncoder(handle_unknown='ignore')"
            )
        is_kept = self.recipe.numeric[feature.column].missing == KEPT
        key = (feature.column, goes_left and is_kept, (*feature.through, *feature.since))
        return NUMBERS, self.numbers.setdefault(key, len(self.numbers))

    def _set(self, feature: int, ways: bytes) -> tuple[int, int]:
        made = self.features[feature]
        if not isinstance(made, LevelFeature):
            raise EstimatorUnsupported(SETS_OF_NUMBERS)
        known = self.categories[feature]
        levels = made.everywhere
        if len(np.unique(levels)) < len(levels):
            raise EstimatorUnsupported(SETS_OF_OUTPUTS)
        places = np.minimum(np.searchsorted(known, levels), len(known) - 1)
        places = np.where(known[places] == levels, places, len(known))
        return self._of_levels(made.column, np.frombuffer(ways, dtype=np.uint8)[places].astype(np.float64))

    def _of_levels(self, column: int, values: Floats) -> tuple[int, int]:
        slots = self.tables.setdefault(column, {})
        return column, slots.setdefault(values.tobytes(), len(slots))


NUMBERS = -1
"""In a pair, in the place of a categorical column."""
