"""Fits a pipeline that folds: sums over the columns, passes over the rows, then scikit-learn's fitted attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.folding.losses import Loss, link_of
from lambdas.model.folding.minimum import Minimum, minimum
from lambdas.model.folding.mixing import Mixing
from lambdas.model.folding.objective import Objective
from lambdas.model.folding.pipeline import Columns, finish, prepare
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows


@dataclass(frozen=True, eq=False)
class Prepared:
    """An estimator before its search: what is to be made least, and where the search begins."""

    classifier: Any
    features: int
    objective: Objective
    start: Floats
    """(scores, features), the intercept last where there is one."""
    curvature: Floats
    """(scores, features): about the second derivative of the objective by each weight."""


def fit(estimator: Any, *, rows: Rows, summary: Summary) -> Minimum:
    """Fits an estimator that folds, in place, on rows of two classes or more; returns how the search went.

    Raises what scikit-learn raises for parameters or columns that it refuses.
    """
    ready = prepared(estimator, rows=rows, summary=summary)
    found = minimum(
        ready.objective, start=ready.start, curvature=ready.curvature, iterations_max=ready.classifier.max_iter
    )
    finish(ready.classifier, weights=found.weights, iterations=found.iterations, features=ready.features)
    return found


def prepared(estimator: Any, *, rows: Rows, summary: Summary) -> Prepared:
    """The estimator with its transformers fitted; raises as `fit` does."""
    _check(summary)
    features, classifier = prepare(estimator, summary=summary)
    mixing = Mixing.of(features, summary=summary, intercept=classifier.fit_intercept)
    class_weights = _class_weights(classifier.class_weight, summary=summary)
    objective = Objective(
        rows,
        Loss(mixing.basis, link_of(len(summary.class_names)), class_weights),
        mixing,
        strength=np.inf if classifier.penalty is None else float(classifier.C),
        has_intercept=bool(classifier.fit_intercept),
    )
    class_rows = summary.class_rows * class_weights
    squares = Columns.of(features, summary=summary).squares
    return Prepared(
        classifier,
        len(features),
        objective,
        start=_start(objective, class_rows=class_rows),
        curvature=_curvature(objective, class_rows=class_rows, squares=squares),
    )


def _check(summary: Summary) -> None:
    """Refuses what scikit-learn refuses, in its words."""
    ends = np.concatenate([summary.moments.minimum, summary.moments.maximum])
    if np.isnan(ends).any():
        raise ValueError("Input X contains NaN.")
    if not np.isfinite(ends).all():
        raise ValueError("Input X contains infinity.")


def _class_weights(wanted: Mapping[str, float] | str | None, *, summary: Summary) -> Floats:
    """(classes,). Source: compute_class_weight of scikit-learn 1.9."""
    names = summary.class_names
    if wanted is None:
        return np.ones(len(names))
    if isinstance(wanted, str):  # 'balanced': scikit-learn refused every other text
        balanced: Floats = summary.rows / (len(names) * summary.class_rows)
        return balanced
    return np.array([wanted.get(name, 1.0) for name in names], dtype=np.float64)


def _start(objective: Objective, *, class_rows: Floats) -> Floats:
    """Where no feature matters: the intercepts are those of the classes' shares."""
    start = np.zeros(objective.shape)
    if objective.has_intercept:
        logs = np.log(np.maximum(class_rows / class_rows.sum(), np.finfo(np.float64).tiny))
        start[:, -1] = logs[1] - logs[0] if objective.scores == 1 else logs - logs.mean()
    return start


def _curvature(objective: Objective, *, class_rows: Floats, squares: Floats) -> Floats:
    """(scores, features): about the second derivative of the objective at the start by each weight."""
    shares = (class_rows / class_rows.sum())[-objective.scores :]
    of_features = np.append(squares, 1.0) if objective.has_intercept else squares
    curved = objective.factor * class_rows.sum() * (shares * (1.0 - shares))[:, None] * of_features
    curvature: Floats = curved + objective.penalties
    return curvature
