"""Cross-validates a recipe on the training part: how well it does on rows that it was not fitted on, with the spread.

The result informs and decides nothing, so its rows are limited, and the report says when it was left out.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Integers, Texts
from lambdas.model.formats.fitted import FIT_ERRORS, first_line
from lambdas.model.metrics.confusion import confusion_matrix
from lambdas.model.metrics.curves import Scores, Steps, average_precision
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.stratified import stratified

ROWS_MAX = 50_000
"""A stratified draw of this many rows takes the place of a larger training part."""


def cross_validate(recipe: Recipe, *, X: Floats, labels: Texts) -> dict[str, Any]:
    """Metric, mean and standard deviation over stratified folds; or why there is none, under `left_out`.

    The metric is average precision where the recipe names a positive class among two, else balanced accuracy.
    """
    folds = recipe.cross_validation_folds
    rows = _draw(labels, seed=recipe.split.seed)
    X, labels = X[rows], labels[rows]
    smallest = int(np.unique(labels, return_counts=True)[1].min())
    if folds == 0:
        return {"left_out": "the recipe asks for none"}
    if smallest < folds:
        return {"left_out": f"a class has {smallest} rows, fewer than {folds} folds"}
    assigned = _folds(labels, folds=folds, seed=recipe.split.seed)
    try:
        scores = [_score(recipe, X=X, labels=labels, held_out=assigned == fold) for fold in range(folds)]
    except FIT_ERRORS as exc:
        return {"left_out": f"fitting a fold raised {first_line(exc)}"}
    return {
        "metric": _metric(recipe),
        "folds": folds,
        "rows": len(labels),
        "mean": float(np.mean(scores)),
        "standard_deviation": float(np.std(scores)),
        "scores": scores,
    }


def _metric(recipe: Recipe) -> str:
    binary = recipe.positive is not None and len(recipe.class_names) == 2
    return "average_precision" if binary else "balanced_accuracy"


def _draw(labels: Texts, *, seed: int) -> Integers:
    if len(labels) <= ROWS_MAX:
        return np.arange(len(labels))
    _, drawn = stratified(labels, holdout_ratio=ROWS_MAX / len(labels), seed=seed)
    return drawn[:ROWS_MAX]


def _folds(labels: Texts, *, folds: int, seed: int) -> Integers:
    """(n,): the fold that holds each row out; every class is dealt out evenly."""
    rng = np.random.default_rng(seed)
    assigned = np.empty(len(labels), dtype=np.int64)
    for name in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == name))
        assigned[rows] = np.arange(len(rows)) % folds
    return assigned


def _score(recipe: Recipe, *, X: Floats, labels: Texts, held_out: np.ndarray[Any, Any]) -> float:
    estimator = recipe.estimator(recipe.positions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator.fit(X[~held_out], labels[~held_out])
        y_true = labels[held_out]
        if _metric(recipe) == "average_precision":
            place = estimator.classes_.tolist().index(recipe.positive)
            scores = np.asarray(estimator.predict_proba(X[held_out]), dtype=np.float64)[:, place]
            steps = Steps.of(Scores.of(y_true == recipe.positive, scores=scores))
            return average_precision(steps) or 0.0
        matrix = confusion_matrix(y_true, estimator.predict(X[held_out]), labels=np.unique(labels).tolist())
    return float(np.mean(matrix.diagonal() / matrix.sum(axis=1)))
