"""What a fitted transformer makes of a row is what its features say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    RobustScaler,
    StandardScaler,
)

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features.linear import Feature, LevelFeature, NumberFeature, inputs
from lambdas.model.features.transformers import transform

X = np.array([[1.0, 20.0, 0, 1], [2.0, 40.0, 1, 0], [4.0, 10.0, 2, 1], [9.0, 30.0, 0, 0]])
"""Two numbers, a column of three levels and one of two."""
LEVELS = (("a", "b", "c"), ("n", "s"))
NUMBERS, CODES = [0, 1], [2, 3]


def features_of(step: Any) -> Any:
    """(rows, features): what the features of the fitted step make of X."""
    made = transform(step.fit(X), features=[*inputs(2, levels=LEVELS)])
    return np.column_stack([column_of(each) for each in made])


def column_of(feature: Feature) -> Any:
    if isinstance(feature, NumberFeature):
        return (X[:, feature.column] - feature.centre) * feature.scale + feature.offset
    assert isinstance(feature, LevelFeature)
    return feature.everywhere[X[:, 2 + feature.column].astype(int)]


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        RobustScaler(),
        RobustScaler(with_centering=False),
        RobustScaler(with_scaling=False),
        MaxAbsScaler(),
        MinMaxScaler(feature_range=(-1, 3)),
        FunctionTransformer(),
        "passthrough",
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(),
        OneHotEncoder(drop="first"),
        OneHotEncoder(drop="if_binary"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        OneHotEncoder(max_categories=2, handle_unknown="infrequent_if_exist"),
        "drop",
    ],
    ids=str,
)
def test_features_are_what_the_transformers_make(scaler: Any, encoder: Any) -> None:
    step = make_column_transformer((scaler, NUMBERS), (encoder, CODES))

    assert features_of(step) == pytest.approx(np.asarray(_dense(step.fit_transform(X))))


def test_steps_one_after_the_other_and_weights_count() -> None:
    numbers = make_pipeline(StandardScaler(), "passthrough", MinMaxScaler())
    step = ColumnTransformer(
        [("numbers", numbers, slice(0, 2)), ("none", StandardScaler(), []), ("codes", OneHotEncoder(), CODES)],
        transformer_weights={"codes": 3.0},
    )

    assert features_of(step) == pytest.approx(np.asarray(_dense(step.fit_transform(X))))


@pytest.mark.parametrize(
    ("encoder", "unknown"),
    [
        (OneHotEncoder(handle_unknown="ignore"), [0.0, 0.0, 0.0]),
        (OneHotEncoder(), [np.nan, np.nan, np.nan]),
        (OneHotEncoder(max_categories=2, handle_unknown="infrequent_if_exist"), [0.0, 1.0]),
    ],
    ids=str,
)
def test_unknown_level_is_as_the_encoder_has_it(encoder: Any, unknown: list[float]) -> None:
    made = transform(encoder.fit(X[:, [2]]), features=[*inputs(0, levels=LEVELS[:1])])

    last = [float(each.everywhere[-1]) for each in made if isinstance(each, LevelFeature)]
    assert last == pytest.approx(unknown, nan_ok=True)


def test_number_is_not_encoded() -> None:
    with pytest.raises(EstimatorUnsupported, match="declare it Categorical"):
        transform(OneHotEncoder().fit(X[:, :1]), features=[*inputs(1, levels=())])


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix
