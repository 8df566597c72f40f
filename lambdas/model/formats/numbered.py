"""Lets classifiers be fitted on names that they would not take: XGBClassifier takes numbers alone, and scikit-learn
does not find the weight of a class whose name is a number.

XGBoost's probabilities are made of its own scores as the serving code makes them, so that an artifact can be held to
its scores bit by bit: its own differ from these by a step or two of a 32-bit float.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Integers, Texts
from lambdas.model.features.searches import SEARCHES, best, candidates
from lambdas.model.features.steps import class_name
from lambdas.serve.links import shares32, sigmoid32

XGBOOST = "XGBClassifier"
WEIGHED_BY_NAME = ("RandomForestClassifier", "ExtraTreesClassifier", "LogisticRegressionCV")
"""These make of class_weight="balanced" a dict by the classes' names, and scikit-learn looks for a name such as "7"
as the whole number 7, and raises. Source: RandomForestClassifier and compute_class_weight of scikit-learn 1.9."""


@dataclass(frozen=True, eq=False)
class Numbered:
    """A fitted classifier with the names of its classes."""

    estimator: Any
    classes_: Texts

    def predict(self, X: Floats) -> Texts:
        labels: Texts = self.classes_[np.asarray(self.estimator.predict(X), dtype=np.int64)]
        return labels

    def predict_proba(self, X: Floats) -> Floats:
        scores = np.asarray(_scores(self.estimator, X), dtype=np.float32)
        if scores.ndim > 1:
            return np.array([shares32(each) for each in scores.tolist()]).reshape(scores.shape)
        second = np.array([sigmoid32(score) for score in scores.tolist()], dtype=np.float64)
        return np.column_stack([1.0 - second, second])


def _scores(estimator: Any, X: Any) -> Any:
    """XGBoost's own, through pipelines and searches: a search takes no such parameter to pass on."""
    estimator = best(estimator)
    while class_name(estimator) == "Pipeline":
        if len(estimator.steps) > 1:
            X = estimator[:-1].transform(X)
        estimator = best(estimator.steps[-1][1])
    return estimator.predict(X, output_margin=True)


def fitted(estimator: Any, X: Floats, labels: Texts) -> Any:
    """Fit the estimator; returns what answers with the names of the classes."""
    names, numbers = np.unique(labels, return_inverse=True)
    if class_name(last_step(estimator)) == XGBOOST:
        estimator.fit(X, numbers)
        return Numbered(estimator, names)
    if not _is_weighed_by_numbers(estimator, names):
        estimator.fit(X, labels)
        return estimator
    estimator.fit(X, numbers)
    _fitted_last_step(estimator).classes_ = names
    return estimator


def numbers_or_names(estimator: Any, labels: Texts) -> Texts | Integers:
    """(n,): what `fitted` fits the estimator on, for whoever fits it otherwise: the names of the classes, or their
    numbers where it would not take the names."""
    names, numbers = np.unique(labels, return_inverse=True)
    if class_name(last_step(estimator)) == XGBOOST or _is_weighed_by_numbers(estimator, names):
        found: Integers = numbers.astype(np.int64)
        return found
    return labels


def last_step(estimator: Any) -> Any:
    """The classifier at the end of pipelines and searches, fitted or not."""
    while class_name(estimator) in (*SEARCHES, "Pipeline"):
        estimator = estimator.steps[-1][1] if class_name(estimator) == "Pipeline" else estimator.estimator
    return estimator


def _is_weighed_by_numbers(estimator: Any, names: Texts) -> bool:
    """Whether the weights of classes follow from the rows, and a class has a number for a name. Weights that the
    recipe writes down are of its own names, so these stay."""
    if class_name(last_step(estimator)) not in WEIGHED_BY_NAME or not any(map(_is_whole_number, names.tolist())):
        return False
    tried = candidates(estimator) if class_name(estimator) in SEARCHES else ()
    weights = [last_step(each).class_weight for each in (estimator, *tried)]
    return any(isinstance(each, str) for each in weights) and not any(isinstance(each, Mapping) for each in weights)


def _is_whole_number(name: str) -> bool:
    """As scikit-learn asks."""
    try:
        int(name)
    except ValueError:
        return False
    return True


def _fitted_last_step(estimator: Any) -> Any:
    while class_name(estimator) in (*SEARCHES, "Pipeline"):
        estimator = best(estimator)
        estimator = estimator.steps[-1][1] if class_name(estimator) == "Pipeline" else estimator
    return estimator
