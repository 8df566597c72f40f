"""Estimators of both kinds of columns, and whether what serves says what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from chalicelib.exact import PROBABILITY_TOLERANCE
from lambdas.model.formats.fitted import Fitted
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.gate.parity import compare_answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Columns, Recipe
from lambdas.model.training.estimator import fit
from tests.given import data

Factory = Callable[[Columns], Any]
QUICK: dict[str, Any] = {"cross_validation_folds": 0}


def columns_then(classifier: Any, *, numbers: Any = None, texts: Any = None, **options: Any) -> Factory:
    """Both kinds of columns by transformers of their own, then the classifier."""

    def estimator(columns: Columns) -> Any:
        transformers = [
            ("numbers", numbers or StandardScaler(), columns.numeric),
            ("texts", texts or OneHotEncoder(handle_unknown="ignore"), columns.categorical),
        ]
        return make_pipeline(ColumnTransformer(transformers, **options), classifier)

    return estimator


def assert_parity(recipe: Recipe, *, rows: Table, train: Table | None = None) -> Fitted:
    fitted = fit(recipe, train=train or data.table(recipe, rows=300))
    served = load(export(fitted).content)

    parity = compare_answers(served.score(rows.features(recipe)), estimator=fitted.answers(rows))

    assert parity.label_mismatches == 0, parity
    assert parity.largest_difference is not None
    assert parity.largest_difference <= PROBABILITY_TOLERANCE
    return fitted


def with_unknown(rows: Table) -> Table:
    categorical = rows.categorical.copy()
    categorical[::7] = "??"
    return replace(rows, categorical=categorical)
