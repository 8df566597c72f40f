"""Lets a classifier that takes its classes as numbers, XGBClassifier, be fitted on their names.

Its probabilities are made of its own scores as the serving code makes them, so that an artifact can be held to its
scores bit by bit: XGBoost's own differ from these by a step or two of a 32-bit float.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Texts
from lambdas.model.features.searches import SEARCHES, best
from lambdas.model.features.steps import class_name
from lambdas.serve.links import shares32, sigmoid32

XGBOOST = "XGBClassifier"


@dataclass(frozen=True, eq=False)
class Numbered:
    """A fitted classifier with the names of its classes."""

    estimator: Any
    classes_: Texts

    def predict(self, X: Floats) -> Texts:
        labels: Texts = self.classes_[np.asarray(self.estimator.predict(X), dtype=np.int64)]
        return labels

    def predict_proba(self, X: Floats) -> Floats:
        scores = np.asarray(best(self.estimator).predict(X, output_margin=True), dtype=np.float32)
        if scores.ndim > 1:
            return np.array([shares32(each) for each in scores.tolist()]).reshape(scores.shape)
        second = np.array([sigmoid32(score) for score in scores.tolist()], dtype=np.float64)
        return np.column_stack([1.0 - second, second])


def fitted(estimator: Any, X: Floats, labels: Texts) -> Any:
    """Fit the estimator; returns what answers with the names of the classes."""
    if class_name(last_step(estimator)) != XGBOOST:
        estimator.fit(X, labels)
        return estimator
    names, numbers = np.unique(labels, return_inverse=True)
    estimator.fit(X, numbers)
    return Numbered(estimator, names)


def last_step(estimator: Any) -> Any:
    """The classifier at the end of pipelines and searches, fitted or not."""
    while class_name(estimator) in (*SEARCHES, "Pipeline"):
        estimator = estimator.steps[-1][1] if class_name(estimator) == "Pipeline" else estimator.estimator
    return estimator
