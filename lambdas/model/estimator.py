"""Fits a recipe's estimator and keeps what there is to know about the fit."""

from __future__ import annotations

import importlib
import platform
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.cutting import cut
from chalicelib.errors import TrainingFailed
from chalicelib.limits import LISTED_NAMES, WORDS_CHARACTERS
from lambdas.model.answers import Answers
from lambdas.model.cross_validation import cross_validate, first_line
from lambdas.model.features import Levels
from lambdas.model.recipe import Recipe
from lambdas.model.supported import check
from lambdas.model.table import Table

FIT_ERRORS = (
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
    NameError,
    ImportError,
    MemoryError,
)
"""What estimators raise at data or parameters that they cannot take, and a recipe's function that is mistyped."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted estimator with the categories that it was fitted on. `facts` are ready for JSON."""

    recipe: Recipe
    estimator: Any
    levels: Levels
    facts: dict[str, Any]

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of the probabilities."""
        return tuple(str(name) for name in self.estimator.classes_)

    def answers(self, table: Table) -> Answers:
        """The estimator's own labels and probabilities; raises TrainingFailed."""
        if not len(table):
            return Answers(self.classes, np.empty(0, dtype=np.str_), np.empty((0, len(self.classes))))
        X = self.levels.encode(table)
        with _failures(self.recipe, doing="predicting the holdout with"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            labels = np.asarray(self.estimator.predict(X)).astype(str)
            probabilities = np.asarray(self.estimator.predict_proba(X), dtype=np.float64)
        return Answers(self.classes, labels, probabilities)


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
        "cross_validation": cross_validate(recipe, X=X, labels=train.labels, errors=FIT_ERRORS),
    }
    return Fitted(recipe, estimator, levels, facts)


def _fit(recipe: Recipe, *, X: Any, train: Table) -> tuple[Any, list[str]]:
    with _failures(recipe, doing="fitting"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator = recipe.estimator(recipe.positions)
        check(estimator)
        estimator.fit(X, train.labels)
    return estimator, list(dict.fromkeys(map(_in_words, caught)))[:LISTED_NAMES]


def _in_words(warned: warnings.WarningMessage) -> str:
    return cut(f"{warned.category.__name__}: {warned.message}", WORDS_CHARACTERS)


@contextmanager
def _failures(recipe: Recipe, *, doing: str) -> Iterator[None]:
    try:
        yield
    except FIT_ERRORS as exc:
        raise TrainingFailed(
            f"{doing} the estimator of recipe {recipe.model} raised {first_line(exc)}{_advice(exc)}",
            model=recipe.model,
        ) from exc


def _advice(exc: Exception) -> str:
    if not isinstance(exc, MemoryError):
        return ""
    return (
        ". Columns of many categories do not fit into one array: leave sparse_output=False out of OneHotEncoder, and"
        " sparse_threshold=0 out of ColumnTransformer"
    )


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
