from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
    chi2,
    f_classif,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from chalicelib.errors import ArtifactInvalid, TrainingFailed
from lambdas.model.features.selections import SELECTORS
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.recipe import Columns, Numeric
from lambdas.model.training.estimator import fit
from tests.given import data
from tests.given.parity import QUICK, Factory, assert_parity, columns_then, with_unknown

STEPS: dict[str, Any] = {
    "GenericUnivariateSelect": GenericUnivariateSelect(f_classif, mode="k_best", param=3),
    "RFE": RFE(LogisticRegression(), n_features_to_select=3),
    "RFECV": RFECV(LogisticRegression(), cv=2),
    "SelectFdr": SelectFdr(),
    "SelectFpr": SelectFpr(),
    "SelectFromModel": SelectFromModel(RandomForestClassifier(n_estimators=5, random_state=0)),
    "SelectFwe": SelectFwe(),
    "SelectKBest": SelectKBest(k=1),
    "SelectPercentile": SelectPercentile(percentile=40),
    "SequentialFeatureSelector": SequentialFeatureSelector(LogisticRegression(), cv=2, n_features_to_select=2),
    "VarianceThreshold": VarianceThreshold(0.1),
}


def selecting(step: Any, **options: Any) -> Factory:
    def estimator(columns: Columns) -> Any:
        prepared, classifier = columns_then(LogisticRegression(), **options)(columns)
        return make_pipeline(prepared, step, classifier)

    return estimator


@pytest.mark.parametrize("name", SELECTORS)
@pytest.mark.parametrize("of", [data.recipe, data.three_class_recipe])
def test_what_serves_says_what_a_selector_and_its_classifier_say(name: str, of: Any) -> None:
    recipe = of(estimator=selecting(STEPS[name]), **QUICK)

    fitted = assert_parity(recipe, rows=with_unknown(data.table(recipe, rows=400, seed=1)))

    assert fitted.estimator[1].get_support().any()


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), wanted=st.integers(1, 4), threshold=st.floats(0, 1))
def test_any_number_of_columns_may_be_selected(seed: int, wanted: int, threshold: float) -> None:
    columns = [Numeric(f"x{place}") for place in range(5)]

    def estimator(_: Columns) -> Any:
        steps = (StandardScaler(), VarianceThreshold(threshold / 2), SelectKBest(k=wanted), StandardScaler())
        return make_pipeline(*steps, LogisticRegression())

    recipe = data.recipe(columns=columns, estimator=estimator, **QUICK)
    made = data.table(recipe, rows=120, seed=seed)
    made.numeric[:, 2] = 3.0

    assert_parity(recipe, rows=made, train=made)


def test_columns_that_count_nothing_are_still_asked_for() -> None:
    recipe = data.numeric_recipe(lambda _: make_pipeline(SelectKBest(chi2, k=1), LogisticRegression()), **QUICK)
    made = data.table(recipe, rows=200)
    made.numeric[:, 1] = 1.0

    served = load(export(fit(recipe, train=made)).content)

    assert [column.name for column in served.schema.columns] == ["size", "age"]
    assert not served.added({"age": np.array([1.0, 5.0])}, column="age").any()
    assert served.added({"size": np.array([5.0])}, column="size").any()


@pytest.mark.parametrize("wanted", [1, 5])
def test_unknown_category_stays_refused_where_no_feature_of_its_column_was_selected(wanted: int) -> None:
    recipe = data.recipe(estimator=selecting(SelectKBest(k=wanted), texts=OneHotEncoder()), **QUICK)
    rows = data.table(recipe, rows=300, seed=1)
    rows.numeric[:, 0] = np.where(rows.labels == "bad", 1.0, 0.0) + rows.numeric[:, 1] / 100

    fitted = assert_parity(recipe, rows=rows, train=rows)

    assert fitted.estimator[1].get_support()[0]
    with pytest.raises(ArtifactInvalid, match="column flag holds"):
        load(export(fitted).content).score(with_unknown(rows).features(recipe))
    with pytest.raises(TrainingFailed, match="unknown categories"):
        fitted.answers(with_unknown(rows))


def test_selector_that_keeps_nothing_is_a_failed_training() -> None:
    recipe = data.numeric_recipe(lambda _: make_pipeline(VarianceThreshold(1e9), LogisticRegression()), **QUICK)

    with pytest.raises(TrainingFailed, match="No feature in X meets the variance threshold"):
        fit(recipe, train=data.table(recipe, rows=100))
