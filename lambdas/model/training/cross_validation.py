"""Cross-validates a recipe on the training part: how well it does on rows that it was not fitted on, with the spread.

Its figures inform and decide nothing, so its rows are limited, and the report says when it was left out. From the
probabilities of the rows that it holds out, `choosing` takes the operating point of a recipe that asks for one.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.cutting import amount
from lambdas.model.arrays import Floats, Integers, Texts
from lambdas.model.formats.fitted import FIT_ERRORS, first_line
from lambdas.model.formats.numbered import fitted
from lambdas.model.metrics.confusion import confusion_matrix
from lambdas.model.metrics.curves import Scores, Steps, average_precision
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.stratified import stratified

ROWS_MAX = 50_000
"""A stratified draw of this many rows takes the place of a larger training part."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Rows, each with what was said of it by the model of the folds that it is not in."""

    X: Floats
    """(n, features)"""
    is_positive: NDArray[np.bool_]
    """(n,)"""
    probabilities: Floats
    """(n,): of the positive class."""


@dataclass(frozen=True, eq=False)
class Validated:
    """What came of a cross-validation."""

    facts: dict[str, Any]
    """Ready for JSON: metric, mean and standard deviation; or why there are none, under `left_out`."""
    held_out: HeldOut | None = None
    """None where it was left out, and where the metric does not ask for probabilities."""


def cross_validate(recipe: Recipe, *, X: Floats, labels: Texts) -> Validated:
    """Over stratified folds of the rows, or of ROWS_MAX of them.

    The metric is average precision where the recipe names a positive class among two, else balanced accuracy.
    """
    folds = recipe.cross_validation_folds
    rows = draw(labels, seed=recipe.split.seed)
    X, labels = X[rows], labels[rows]
    smallest = int(np.unique(labels, return_counts=True)[1].min())
    if folds == 0:
        return Validated({"left_out": "the recipe asks for none"})
    if smallest < folds:
        return Validated({"left_out": f"a class has {amount(smallest, 'row')}, fewer than {folds} folds"})
    assigned = folds_of(labels, folds=folds, seed=recipe.split.seed)
    held_out = HeldOut(X, labels == recipe.positive, np.full(len(labels), np.nan))
    try:
        scores = [_score(recipe, labels, held_out, fold=assigned == fold) for fold in range(folds)]
    except FIT_ERRORS as exc:
        return Validated({"left_out": f"fitting a fold raised {first_line(exc)}"})
    facts = {
        "metric": _metric(recipe),
        "folds": folds,
        "rows": len(labels),
        "mean": float(np.mean(scores)),
        "standard_deviation": float(np.std(scores)),
        "scores": scores,
    }
    return Validated(facts, held_out if _is_binary(recipe) else None)


def _is_binary(recipe: Recipe) -> bool:
    return recipe.positive is not None and len(recipe.class_names) == 2


def _metric(recipe: Recipe) -> str:
    return "average_precision" if _is_binary(recipe) else "balanced_accuracy"


def draw(labels: Texts, *, seed: int) -> Integers:
    """The places of all rows, or of ROWS_MAX of them, each class with its share."""
    if len(labels) <= ROWS_MAX:
        return np.arange(len(labels))
    _, drawn = stratified(labels, holdout_ratio=ROWS_MAX / len(labels), seed=seed)
    return drawn[:ROWS_MAX]


def folds_of(labels: Texts, *, folds: int, seed: int) -> Integers:
    """(n,): the fold that holds each row out; every class is dealt out evenly."""
    rng = np.random.default_rng(seed)
    assigned = np.empty(len(labels), dtype=np.int64)
    for name in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == name))
        assigned[rows] = np.arange(len(rows)) % folds
    return assigned


def _score(recipe: Recipe, labels: Texts, held_out: HeldOut, *, fold: NDArray[np.bool_]) -> float:
    """Of the fold's rows, whose probabilities are noted in `held_out`."""
    estimator, X = recipe.estimator(recipe.positions), held_out.X
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = fitted(estimator, X[~fold], labels[~fold])
        if _is_binary(recipe):
            place = estimator.classes_.tolist().index(recipe.positive)
            scores = np.asarray(estimator.predict_proba(X[fold]), dtype=np.float64)[:, place]
            held_out.probabilities[fold] = scores
            return average_precision(Steps.of(Scores.of(held_out.is_positive[fold], scores=scores))) or 0.0
        matrix = confusion_matrix(labels[fold], estimator.predict(X[fold]), labels=np.unique(labels).tolist())
    return float(np.mean(matrix.diagonal() / matrix.sum(axis=1)))
