"""What the trials of a search are compared by: metrics of the rows that a fold holds out, the higher the better.

They are the gate's own, so that a search and the gate measure alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdas.model.arrays import Integers
from lambdas.model.metrics.confusion import accuracy, confusion_matrix, counts
from lambdas.model.metrics.curves import Scores, areas
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.tuning.ranges import ACCURACY, AVERAGE_PRECISION, BALANCED_ACCURACY, F1, ROC_AUC


def objective_of(recipe: Recipe) -> str:
    """The name of the one that the recipe asks for, or of what its cross-validation measures."""
    if recipe.tune is not None and recipe.tune.objective is not None:
        return recipe.tune.objective
    is_binary = recipe.positive is not None and len(recipe.class_names) == 2
    return AVERAGE_PRECISION if is_binary else BALANCED_ACCURACY


@dataclass(frozen=True)
class Objective:
    """A scorer as scikit-learn's searches take one; it calls `told` for each fit that it scored."""

    name: str
    positive: Any
    """Of the classes that the estimator is fitted on: the positive one, or None."""
    told: Callable[[float], None]

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:
        """NaN where it is undefined on these rows, such as an area without a row of the positive class."""
        value = (
            self._areas(estimator, X, y)
            if self.name in (AVERAGE_PRECISION, ROC_AUC)
            else self._ratio(estimator, X, y)
        )
        score = math.nan if value is None else float(value)
        self.told(score)
        return score

    def _areas(self, estimator: Any, X: Any, y: Any) -> Any:
        place = list(estimator.classes_).index(self.positive)
        scores = np.asarray(estimator.predict_proba(X), dtype=np.float64)[:, place]
        return areas(Scores.of(np.asarray(y == self.positive), scores=scores))[self.name]

    def _ratio(self, estimator: Any, X: Any, y: Any) -> Any:
        true, said = (np.asarray(each).astype(str) for each in (y, estimator.predict(X)))
        labels = sorted({*np.unique(true).tolist(), *np.unique(said).tolist(), str(self.positive)})
        return RATIOS[self.name](confusion_matrix(true, said, labels=labels), labels.index(str(self.positive)))


def _balanced(matrix: Integers, _: int) -> float:
    """The mean recall of the classes that these rows are of."""
    rows = matrix.sum(axis=1)
    return float(np.mean(matrix.diagonal()[rows > 0] / rows[rows > 0]))


RATIOS: Mapping[str, Callable[[Integers, int], Any]] = {
    BALANCED_ACCURACY: _balanced,
    ACCURACY: lambda matrix, _: accuracy(matrix),
    F1: lambda matrix, place: counts(matrix, index=place).f1,
}
