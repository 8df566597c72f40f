"""Fits a recipe's estimator and records the facts of the fit."""

from __future__ import annotations

import importlib
import platform
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from chalicelib.cutting import cut
from chalicelib.limits import LISTED_NAMES, WORDS_CHARACTERS
from lambdas.model.formats.fitted import Fitted, Levels, failures
from lambdas.model.formats.table import format_of
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.training.cross_validation import cross_validate


def fit(recipe: Recipe, *, train: Table) -> Fitted:
    """Fit on the training part, and cross-validate beside it.

    Raises TrainingFailed when the estimator raises, EstimatorUnsupported before the fit of one that cannot be served.
    """
    levels = Levels.of(train)
    X = levels.encode(train)
    estimator, warned = _fit(recipe, X=X, train=train)
    facts = {
        "estimator": type(estimator).__name__,
        "parameters": {
            name: cut(repr(value), WORDS_CHARACTERS) for name, value in sorted(estimator.get_params().items())
        },
        "libraries": _libraries(),
        "train_rows": len(train),
        "iterations": {name: counts for name, counts in _iterations(estimator)},
        "warnings": warned,
        "cross_validation": cross_validate(recipe, X=X, labels=train.labels),
    }
    return Fitted(recipe, estimator, levels, facts)


def _fit(recipe: Recipe, *, X: Any, train: Table) -> tuple[Any, list[str]]:
    with failures(recipe, doing="fitting"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator = recipe.estimator(recipe.positions)
        format_of(recipe.format).code().check(estimator)
        estimator.fit(X, train.labels)
    return estimator, list(dict.fromkeys(map(_in_words, caught)))[:LISTED_NAMES]


def _in_words(warned: warnings.WarningMessage) -> str:
    return cut(f"{warned.category.__name__}: {warned.message}", WORDS_CHARACTERS)


def _libraries() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        **{name: importlib.import_module(name).__version__ for name in ("numpy", "scipy", "sklearn")},
    }


def _iterations(estimator: Any) -> Iterator[tuple[str, list[int]]]:
    """n_iter_ of the estimator and of each step of a pipeline."""
    steps = getattr(estimator, "steps", [(type(estimator).__name__, estimator)])
    for name, step in steps:
        if hasattr(step, "n_iter_"):
            yield name, np.atleast_1d(step.n_iter_).astype(int).ravel().tolist()
