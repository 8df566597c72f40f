from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.features.column_functions import NAMES
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.recipe import Columns, Numeric, Recipe, hour, month, weekday
from lambdas.model.training import trial
from lambdas.model.training.estimator import fit, why_in_one_piece
from tests.given import data
from tests.given.parity import QUICK, Factory, assert_parity, columns_then, with_unknown

DENSE = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
CLIP = FunctionTransformer(np.clip, kw_args={"a_min": 1.0, "a_max": 9})
LOG = FunctionTransformer(np.log1p)


def numbers(*steps: Any, **options: Any) -> Factory:
    return columns_then(LogisticRegression(), numbers=make_pipeline(*steps), **options)


CURVED: dict[str, Factory] = {
    "log1p": numbers(LOG),
    "log1p-scaled": numbers(LOG, StandardScaler()),
    "scaled-square": numbers(StandardScaler(), FunctionTransformer(np.square), MinMaxScaler()),
    "twice": numbers(FunctionTransformer(np.sqrt), MaxAbsScaler(), FunctionTransformer(np.expm1)),
    "beside-itself": numbers(FeatureUnion([("log", LOG), ("same", "passthrough"), ("square", CLIP)])),
    "clip": numbers(CLIP),
    "clip-by-other-names": numbers(FunctionTransformer(np.clip, kw_args={"max": 9, "min": 1})),
    "min-max-clip": numbers(MinMaxScaler((0.25, 0.5), clip=True)),
    "max-abs-clip": numbers(MaxAbsScaler(clip=True)),
    "binarizer": numbers(Binarizer(threshold=4.5), StandardScaler()),
    "bins": numbers(KBinsDiscretizer(4)),
    "bins-dense": numbers(StandardScaler(), KBinsDiscretizer(3, encode="onehot-dense", strategy="uniform")),
    "bins-ordinal": numbers(KBinsDiscretizer(5, encode="ordinal"), StandardScaler()),
    "bins-of-few": numbers(KBinsDiscretizer(3, strategy="kmeans"), SelectKBest(k=2)),
    "bins-projected": numbers(KBinsDiscretizer(3, encode="onehot-dense"), PCA(n_components=2)),
    "bins-squared": numbers(KBinsDiscretizer(3, encode="onehot-dense"), FunctionTransformer(np.exp)),
    "bins-binned": numbers(KBinsDiscretizer(6, encode="ordinal"), KBinsDiscretizer(2)),
    "yeo-johnson": numbers(PowerTransformer()),
    "yeo-johnson-as-it-is": numbers(StandardScaler(), PowerTransformer(standardize=False)),
    "box-cox": numbers(PowerTransformer("box-cox")),
    "quantiles": numbers(QuantileTransformer(n_quantiles=50)),
    "quantiles-normal": numbers(QuantileTransformer(n_quantiles=50, output_distribution="normal")),
    "then-projected": numbers(LOG, StandardScaler(), PCA(n_components=2)),
    "weighted": numbers(LOG, transformer_weights={"numbers": 3.0}),
    "of-categories": columns_then(
        LogisticRegression(),
        texts=make_pipeline(
            DENSE,
            StandardScaler(),
            FunctionTransformer(np.tanh),
        ),
    ),
    "of-sparse-categories": columns_then(
        LogisticRegression(), texts=make_pipeline(OneHotEncoder(handle_unknown="ignore"), LOG)
    ),
    "of-codes": columns_then(LogisticRegression(), texts=FunctionTransformer(np.square)),
    "bins-of-categories": columns_then(
        LogisticRegression(),
        texts=make_pipeline(DENSE, KBinsDiscretizer(2, strategy="uniform")),
    ),
}


@pytest.mark.parametrize("name", CURVED)
@pytest.mark.parametrize("of", [data.recipe, data.three_class_recipe])
def test_what_serves_says_what_a_function_and_its_classifier_say(name: str, of: Any) -> None:
    recipe = of(estimator=CURVED[name], **QUICK)

    assert_parity(recipe, rows=with_unknown(data.table(recipe, rows=400, seed=1)))


def of_numbers(*steps: Any) -> Recipe:
    columns = [Numeric(name) for name in ("x", "y")]
    return data.recipe(columns=columns, estimator=lambda _: make_pipeline(*steps, LogisticRegression()), **QUICK)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    step=st.sampled_from(
        [
            KBinsDiscretizer(4, encode="ordinal", strategy="uniform"),
            KBinsDiscretizer(3, strategy="uniform"),
            PowerTransformer(),
            QuantileTransformer(n_quantiles=9),
            QuantileTransformer(n_quantiles=9, output_distribution="normal"),
            Binarizer(threshold=3.0),
            MinMaxScaler(clip=True),
            FunctionTransformer(np.arctan),
            FunctionTransformer(np.rint),
        ]
    ),
    whole=st.booleans(),
    constant=st.booleans(),
    scale=st.sampled_from([1e-3, 1.0, 1e3]),
)
def test_any_columns_keep_parity(seed: int, step: Any, whole: bool, constant: bool, scale: float) -> None:
    recipe = of_numbers(step)
    made = data.table(recipe, rows=120, seed=seed)
    moved = np.rint(made.numeric) if whole else made.numeric * scale
    if constant:
        moved[:, 1] = 2.0
    rows = replace(made, numeric=moved)
    beyond = replace(made, numeric=moved * 1.5 - 1.0)

    fitted = assert_parity(recipe, rows=rows, train=rows)

    answers = load(export(fitted).content).score(beyond.features(recipe))
    assert answers.probabilities == pytest.approx(fitted.answers(beyond).probabilities, abs=1e-9)


@pytest.mark.parametrize("function", NAMES, ids=NAMES.values())
def test_every_function_that_has_a_name_is_served(function: Any) -> None:
    recipe = of_numbers(MinMaxScaler((0.1, 0.9)), FunctionTransformer(function))
    if function is np.arccosh:
        recipe = of_numbers(MinMaxScaler((1.1, 1.9)), FunctionTransformer(function))
    made = data.table(recipe, rows=200)

    assert_parity(recipe, rows=made, train=made)


def test_parts_of_a_date_are_served() -> None:
    times = FeatureUnion(
        [
            ("hour", make_pipeline(FunctionTransformer(hour), KBinsDiscretizer(4, strategy="uniform"))),
            ("weekday", make_pipeline(FunctionTransformer(weekday), Binarizer(threshold=4.5))),
            ("month", make_pipeline(FunctionTransformer(month), StandardScaler())),
        ]
    )
    recipe = of_numbers(times)
    made = data.table(recipe, rows=300)
    rows = replace(made, numeric=1.7e9 + np.rint(made.numeric * 1e7))

    assert_parity(recipe, rows=rows, train=rows)


def test_what_columns_and_their_values_add_makes_the_score() -> None:
    made = FeatureUnion([("log", LOG), ("bins", KBinsDiscretizer(3)), ("same", "passthrough")])
    recipe = data.three_class_recipe(estimator=numbers(made), **QUICK)
    artifact = load(export(fit(recipe, train=data.table(recipe, rows=300))).content)
    features = data.table(recipe, rows=100, seed=1).features(recipe)

    totals = artifact.constants + sum(artifact.added(features, column=name) for name in features)

    scored = artifact.score(features).probabilities
    powers = np.exp(totals - totals.max(axis=1, keepdims=True))
    assert powers / powers.sum(axis=1, keepdims=True) == pytest.approx(scored, abs=1e-12)
    assert not artifact.added({"other": np.ones(3)}, column="other").any()


def test_size_of_a_scorecard_with_bins_is_foreseen() -> None:
    recipe = data.recipe(estimator=numbers(KBinsDiscretizer(3)), **QUICK)

    trial.foresee(recipe, train=data.table(recipe, rows=200))


def test_values_of_one_function_are_held_once() -> None:
    recipe = data.three_class_recipe(estimator=numbers(FeatureUnion([("a", LOG), ("b", LOG)])), **QUICK)

    document = json.loads(export(fit(recipe, train=data.table(recipe, rows=200))).content)

    assert document["format_version"] == 4
    assert document["values"] == [{"column": name, "steps": [["log1p"]]} for name in ("size", "age")]
    assert [[term["value"] for term in score["numbers"]] for score in document["scores"]] == [[0, 1]] * 3


def test_scorecard_without_functions_is_one_that_an_older_release_reads() -> None:
    recipe = data.recipe(**QUICK)

    document = json.loads(export(fit(recipe, train=data.table(recipe, rows=200))).content)

    assert document["format_version"] == 3
    assert "values" not in document


@pytest.mark.parametrize("step", [LOG, Binarizer(), KBinsDiscretizer(2), PowerTransformer(), MinMaxScaler(clip=True)])
def test_function_of_what_a_projection_mixes_is_refused_without_data(step: Any) -> None:
    with pytest.raises(EstimatorUnsupported, match="takes a function of what a projection such as PCA mixes"):
        trial.try_out(of_numbers(PCA(n_components=2), FunctionTransformer(np.absolute), step))


def test_quantiles_of_categories_are_refused_without_data() -> None:
    with pytest.raises(EstimatorUnsupported, match="QuantileTransformer stands over categories"):
        trial.try_out(data.recipe(estimator=columns_then(LogisticRegression(), texts=QuantileTransformer())))


def test_encoder_over_bins_is_refused_without_data() -> None:
    def estimator(columns: Columns) -> Any:
        binned = make_pipeline(KBinsDiscretizer(2, encode="ordinal"), OneHotEncoder())
        return make_pipeline(make_column_transformer((binned, columns.numeric)), LogisticRegression())

    with pytest.raises(EstimatorUnsupported, match="OneHotEncoder stands over a column that is declared Numeric"):
        trial.try_out(data.recipe(estimator=estimator))


def test_number_that_a_function_is_not_defined_for_fails_the_training_and_says_the_way_out() -> None:
    recipe = of_numbers(FunctionTransformer(np.log))
    made = data.table(recipe, rows=100)
    made.numeric[3, 0] = 0.0

    with pytest.raises(TrainingFailed, match=r"contains infinity .* give its column a minimum or"):
        fit(recipe, train=made)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (LOG, "FunctionTransformer takes a function of each number"),
        (Binarizer(), "Binarizer takes a function of each number"),
        (KBinsDiscretizer(2), "KBinsDiscretizer needs quantiles"),
        (QuantileTransformer(), "QuantileTransformer needs quantiles"),
        (PowerTransformer(), "PowerTransformer searches for its powers"),
        (MinMaxScaler(clip=True), "MinMaxScaler with clip=True"),
        (MaxAbsScaler(clip=True), "MaxAbsScaler with clip=True"),
    ],
)
def test_functions_are_fitted_in_one_piece(step: Any, why: str) -> None:
    assert why in why_in_one_piece(of_numbers(step))
