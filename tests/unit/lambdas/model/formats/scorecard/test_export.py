from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
)

from chalicelib.errors import ArtifactInvalid, TrainingFailed
from lambdas.model.formats.fitted import Fitted
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.gate.parity import compare_answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Columns, Numeric
from lambdas.model.training.estimator import fit
from tests.given import data
from tests.given.parity import QUICK, Factory, assert_parity, columns_then, with_unknown

MIXED: dict[str, Factory] = {
    "standard": columns_then(LogisticRegression()),
    "no-mean": columns_then(LogisticRegression(), numbers=StandardScaler(with_mean=False)),
    "no-scale": columns_then(LogisticRegression(), numbers=StandardScaler(with_std=False)),
    "robust": columns_then(LogisticRegression(), numbers=RobustScaler()),
    "min-max": columns_then(LogisticRegression(), numbers=MinMaxScaler((-1, 3))),
    "max-abs": columns_then(LogisticRegression(), numbers=MaxAbsScaler()),
    "passthrough": columns_then(LogisticRegression(), numbers="passthrough"),
    "identity": columns_then(LogisticRegression(), numbers=FunctionTransformer()),
    "drop-numbers": columns_then(LogisticRegression(), numbers="drop"),
    "drop-texts": columns_then(LogisticRegression(), texts="drop"),
    "codes": columns_then(LogisticRegression(), texts="passthrough"),
    "scaled-codes": columns_then(LogisticRegression(), texts=StandardScaler()),
    "dense": columns_then(LogisticRegression(), texts=OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
    "drop-first": columns_then(LogisticRegression(), texts=OneHotEncoder(drop="first", handle_unknown="ignore")),
    "drop-binary": columns_then(LogisticRegression(), texts=OneHotEncoder(drop="if_binary", handle_unknown="ignore")),
    "infrequent": columns_then(
        LogisticRegression(), texts=OneHotEncoder(min_frequency=50, handle_unknown="infrequent_if_exist")
    ),
    "max-categories": columns_then(
        LogisticRegression(), texts=OneHotEncoder(max_categories=3, handle_unknown="ignore")
    ),
    "weights": columns_then(LogisticRegression(), transformer_weights={"numbers": 0.5, "texts": 3.0}),
    "nested": columns_then(
        LogisticRegression(),
        numbers=make_pipeline(RobustScaler(), StandardScaler(), "passthrough"),
        texts=make_pipeline(OneHotEncoder(handle_unknown="ignore"), MaxAbsScaler()),
    ),
    "scaled-after": lambda columns: make_pipeline(
        ColumnTransformer(
            [
                ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), columns.categorical),
                ("numbers", "passthrough", columns.numeric),
            ]
        ),
        StandardScaler(),
        LogisticRegression(),
    ),
    "remainder": lambda columns: make_pipeline(
        ColumnTransformer(
            [("texts", OneHotEncoder(handle_unknown="ignore"), columns.categorical)], remainder=StandardScaler()
        ),
        LogisticRegression(),
    ),
    "column-twice": lambda columns: make_pipeline(
        ColumnTransformer(
            [
                ("one", StandardScaler(), columns.numeric),
                ("two", MinMaxScaler(), slice(0, 1)),
                ("three", StandardScaler(), [0]),
                ("none", StandardScaler(), []),
                ("mask", MaxAbsScaler(), [True, False, False]),
                ("texts", OneHotEncoder(handle_unknown="ignore"), columns.categorical),
            ]
        ),
        LogisticRegression(),
    ),
    "pipelines": lambda columns: Pipeline(
        [("a", Pipeline([("b", data.one_hot_pipeline(columns)[0])])), ("c", make_pipeline(LogisticRegression()))]
    ),
    "bare": lambda _: LogisticRegression(),
    "sgd": columns_then(SGDClassifier(loss="log_loss", random_state=0)),
    "lda": columns_then(
        LinearDiscriminantAnalysis(),
        texts=OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        sparse_threshold=0,
    ),
    "liblinear": columns_then(LogisticRegression(solver="liblinear")),
    "each-against-rest": columns_then(OneVsRestClassifier(LogisticRegression())),
    "each-against-rest-sgd": columns_then(OneVsRestClassifier(SGDClassifier(loss="log_loss", random_state=0))),
    "each-against-rest-liblinear": columns_then(OneVsRestClassifier(LogisticRegression(solver="liblinear"))),
    "multinomial": columns_then(MultinomialNB(), numbers="passthrough"),
    "complement": columns_then(ComplementNB(norm=True), numbers=MinMaxScaler()),
    "no-intercept": columns_then(LogisticRegression(fit_intercept=False)),
    "balanced": columns_then(LogisticRegression(class_weight="balanced")),
}
ONLY_BINARY = {"liblinear"}


@pytest.mark.parametrize("name", MIXED)
def test_two_class_scorecard_says_what_the_estimator_says(name: str) -> None:
    recipe = data.recipe(estimator=MIXED[name], **QUICK)

    assert_parity(recipe, rows=with_unknown(data.table(recipe, rows=400, seed=1)))


@pytest.mark.parametrize("name", sorted(set(MIXED) - ONLY_BINARY))
def test_three_class_scorecard_says_what_the_estimator_says(name: str) -> None:
    recipe = data.three_class_recipe(estimator=MIXED[name], **QUICK)

    assert_parity(recipe, rows=with_unknown(data.table(recipe, rows=400, seed=1)))


def test_cross_validated_regularisation_is_exported() -> None:
    def estimator(_: Columns) -> Any:
        return make_pipeline(
            StandardScaler(),
            LogisticRegressionCV(Cs=3, cv=2, l1_ratios=(0,), use_legacy_attributes=False, scoring="accuracy"),
        )

    recipe = data.numeric_recipe(estimator, **QUICK)

    assert_parity(recipe, rows=data.table(recipe, rows=400, seed=1))


SCORES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -700.0, -709.7, -709.8, -745.0, -746.0, 800.0]),
    st.floats(-1000, 1000).map(lambda score: round(score, 3)),
)


@given(scores=st.lists(st.tuples(SCORES, SCORES, SCORES), min_size=1, max_size=20), classes=st.sampled_from([2, 3]))
def test_each_class_against_the_rest_is_what_scikit_learn_says_of_any_scores(
    scores: list[tuple[float, float, float]], classes: int
) -> None:
    make = data.recipe if classes == 2 else data.three_class_recipe
    names = [Numeric(name) for name in "xyz"]
    recipe = make(columns=names, estimator=lambda _: OneVsRestClassifier(LogisticRegression()), **QUICK)
    fitted = fit(recipe, train=data.table(recipe, rows=50))
    rows = scored(fitted, scores=scores)

    answers = load(export(fitted).content).score(rows.features(recipe))

    parity = compare_answers(answers, estimator=fitted.answers(rows))
    assert (parity.label_mismatches, parity.problem) == (0, "")
    assert parity.largest < 1e-12


def scored(fitted: Fitted, *, scores: list[tuple[float, float, float]]) -> Table:
    """Rows that have these scores: each class takes a column of its own for its score."""
    for place, inner in enumerate(fitted.estimator.estimators_):
        inner.coef_, inner.intercept_ = np.zeros_like(inner.coef_), np.zeros(1)
        inner.coef_[0, place] = 1.0
    return replace(data.table(fitted.recipe, rows=len(scores)), numeric=np.array(scores))


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-3, 1e6), shift=st.floats(-1e9, 1e9))
def test_numbers_far_from_zero_keep_parity(seed: int, scale: float, shift: float) -> None:
    recipe = data.numeric_recipe(columns_then(LogisticRegression(), texts="drop"), **QUICK)
    made = data.table(recipe, rows=200, seed=seed)
    moved = replace(made, numeric=made.numeric * scale + abs(shift))

    assert_parity(recipe, rows=moved, train=moved)


def test_unknown_category_is_refused_where_the_encoder_refuses_it() -> None:
    recipe = data.recipe(estimator=columns_then(LogisticRegression(), texts=OneHotEncoder()), **QUICK)
    rows = data.table(recipe, rows=300, seed=1)
    fitted = assert_parity(recipe, rows=rows)
    strange = with_unknown(rows)

    served = load(export(fitted).content)

    with pytest.raises(ArtifactInvalid, match="column flag holds"):
        served.score(strange.features(recipe))
    with pytest.raises(TrainingFailed, match="unknown categories"):
        fitted.answers(strange)


def test_weights_that_are_not_finite_are_a_failed_training() -> None:
    recipe = data.numeric_recipe(**QUICK)
    fitted = fit(recipe, train=data.table(recipe, rows=100))
    fitted.estimator.coef_ = fitted.estimator.coef_ * np.inf

    with pytest.raises(TrainingFailed, match="not finite"):
        export(fitted)


def test_artifact_holds_the_schema_of_the_recipe_and_the_levels_of_the_training_part() -> None:
    recipe = data.recipe(**QUICK)
    train = data.table(recipe, rows=200)

    document = json.loads(export(fit(recipe, train=train)).content)

    assert document["schema"]["columns"] == [
        {"kind": "number", "name": "size", "minimum": 0, "maximum": None},
        {"kind": "number", "name": "age", "minimum": None, "maximum": None},
        {
            "kind": "category",
            "name": "flag",
            "allowed": None,
            "levels": sorted(set(train.categorical[:, 0].tolist())),
            "unknown": "ignored",
        },
    ]
    assert (document["classes"], document["positive"]) == (["bad", "good"], "bad")


def test_same_data_makes_the_same_bytes() -> None:
    recipe = data.recipe(**QUICK)

    first, again = (export(fit(recipe, train=data.table(recipe, rows=200))) for _ in range(2))

    assert first == again


@pytest.mark.parametrize(
    "content",
    [b"", b"[" * 100_000, b"\x80\x04K\x01.", b"[]", b"{}", b'{"format": ["scorecard"]}', b'{"format": "onnx"}'],
)
def test_content_that_is_no_artifact_is_refused(content: bytes) -> None:
    with pytest.raises(ArtifactInvalid, match=r"scorecard.*: retrain the model with this release"):
        load(content)


def test_scorecard_of_another_version_is_refused() -> None:
    with pytest.raises(ArtifactInvalid, match="retrain the model"):
        load(b'{"format": "scorecard", "format_version": 99}')


def test_artifact_refuses_data_without_its_columns_or_with_columns_of_another_kind() -> None:
    recipe = data.recipe(**QUICK)
    rows = data.table(recipe, rows=100)
    served = load(export(fit(recipe, train=rows)).content)
    features = rows.features(recipe)

    with pytest.raises(ArtifactInvalid, match="takes age, which the data does not have"):
        served.score({name: column for name, column in features.items() if name != "age"})
    with pytest.raises(ArtifactInvalid, match="flag as another kind"):
        served.score({**features, "flag": features["age"]})
    assert len(served.score({**features, "more": features["age"]})) == 100
