"""Translates fitted scikit-learn transformers into features, from their attributes and without scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from lambdas.model.features.column_functions import CURVES, clipped
from lambdas.model.features.linear import Feature
from lambdas.model.features.one_hot import one_hot
from lambdas.model.features.projections import PROJECTIONS
from lambdas.model.features.selections import SELECTORS, selected
from lambdas.model.features.steps import class_name


def transform(step: Any, *, features: Iterable[Feature]) -> list[Feature]:
    """The features after one fitted transformer, which is among the supported; raises EstimatorUnsupported."""
    features = list(features)
    if step is None or step == "passthrough":
        return features
    return TRANSFORMERS[class_name(step)](step, features)


def _pipeline(step: Any, features: list[Feature]) -> list[Feature]:
    for _, inner in step.steps:
        features = transform(inner, features=features)
    return features


def _column_transformer(step: Any, features: list[Feature]) -> list[Feature]:
    made: list[Feature] = []
    for name, inner, columns in step.transformers_:
        chosen = [features[place] for place in np.atleast_1d(np.arange(len(features))[columns])]
        if chosen and inner != "drop":
            made += _weighted(step, name, transform(inner, features=chosen))
    return made


def _feature_union(step: Any, features: list[Feature]) -> list[Feature]:
    made: list[Feature] = []
    for name, inner in step.transformer_list:
        if inner != "drop":
            made += _weighted(step, name, transform(inner, features=features))
    return made


def _weighted(step: Any, name: str, features: list[Feature]) -> list[Feature]:
    weights = step.transformer_weights or {}
    return [feature.times(weights[name]) for feature in features] if name in weights else features


def _standard_scaler(step: Any, features: list[Feature]) -> list[Feature]:
    return _scaled(features, centres=step.mean_ if step.with_mean else None, scales=step.scale_)


def _robust_scaler(step: Any, features: list[Feature]) -> list[Feature]:
    return _scaled(features, centres=step.center_, scales=step.scale_)


def _max_abs_scaler(step: Any, features: list[Feature]) -> list[Feature]:
    return clipped(step, _scaled(features, centres=None, scales=step.scale_), low=-1.0, high=1.0)


def _min_max_scaler(step: Any, features: list[Feature]) -> list[Feature]:
    scaled = [
        feature.times(scale).minus(-shift)
        for feature, scale, shift in zip(features, step.scale_, step.min_, strict=True)
    ]
    return clipped(step, scaled, low=step.feature_range[0], high=step.feature_range[1])


def _scaled(
    features: list[Feature], *, centres: Sequence[float] | None, scales: Sequence[float] | None
) -> list[Feature]:
    if centres is not None:
        features = [feature.minus(centre) for feature, centre in zip(features, centres, strict=True)]
    if scales is not None:
        features = [feature.over(scale) for feature, scale in zip(features, scales, strict=True)]
    return features


TRANSFORMERS: dict[str, Callable[[Any, list[Feature]], list[Feature]]] = {
    "Pipeline": _pipeline,
    "ColumnTransformer": _column_transformer,
    "FeatureUnion": _feature_union,
    "StandardScaler": _standard_scaler,
    "RobustScaler": _robust_scaler,
    "MinMaxScaler": _min_max_scaler,
    "MaxAbsScaler": _max_abs_scaler,
    "OneHotEncoder": one_hot,
    "SimpleImputer": lambda _, features: features,  # nothing is missing any more: see `imputers`
    **CURVES,
    **PROJECTIONS,
    **dict.fromkeys(SELECTORS, selected),
}
