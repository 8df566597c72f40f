"""Sets the fitted attributes of scikit-learn's estimators from sums over the rows, as its own fit would.

scikit-learn fits its transformers on a few rows that hold every category: what columns there are, and where, it says
itself. Then what depends on all rows takes the place of what came of the few.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.features.linear import Feature, LevelFeature, NumberFeature, PlainFeature, inputs
from lambdas.model.features.steps import class_name
from lambdas.model.features.transformers import transform
from lambdas.model.folding.summary import Summary

EPSILON = float(np.finfo(np.float64).eps)


def prepare(estimator: Any, *, summary: Summary) -> tuple[list[PlainFeature], Any]:
    """Fits the transformers: the features that reach the classifier, and the classifier, checked, not yet fitted.

    Raises what scikit-learn raises for parameters or columns that it refuses.
    """
    features = inputs(len(summary.moments.mean), levels=summary.known.of_columns)
    X: Any = _few_rows(summary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while class_name(estimator) == "Pipeline":
            for _, step in estimator.steps[:-1]:
                if step is None or step == "passthrough":
                    continue
                X = step.fit_transform(X)
                _set(step, features, summary)
                features = _plain(transform(step, features=features))
            estimator = estimator.steps[-1][1]
        names = np.array(summary.class_names)
        estimator.fit(np.arange(len(names), dtype=np.float64).reshape(-1, 1), names)
    for each in (estimator, *getattr(estimator, "estimators_", ())):
        each.n_features_in_ = len(features)
    return features, estimator


def finish(classifier: Any, *, weights: Floats, iterations: int) -> None:
    """Sets what a fit sets, from weights (scores, features), with the intercepts last where it has them."""
    weights = np.ascontiguousarray(weights)
    features = classifier.n_features_in_
    classifier.coef_ = weights[:, :features].copy()
    classifier.intercept_ = weights[:, features].copy() if classifier.fit_intercept else np.zeros(len(weights))
    classifier.n_iter_ = np.array([iterations], dtype=np.int32)


def _plain(features: list[Feature]) -> list[PlainFeature]:
    """No step that folds makes sums: `foldable` says which do."""
    return cast(list[PlainFeature], features)


def _few_rows(summary: Summary) -> Floats:
    """(r, columns): every category occurs in it, and of every number the smallest and the largest."""
    levels = [len(names) for names in summary.known.of_columns]
    places = np.arange(max([2, *levels]))
    ends = np.column_stack([summary.moments.minimum, summary.moments.maximum])
    return np.column_stack([*(end[places % 2] for end in ends), *(places % size for size in levels)]).astype(
        np.float64
    )


def _set(step: Any, features: list[PlainFeature], summary: Summary) -> None:
    """Sets what depends on all rows in a transformer that was fitted on a few, and in those inside of it."""
    if class_name(step) in SCALERS:
        SCALERS[class_name(step)](step, Columns.of(features, summary=summary))
    for inner, chosen in _inside(step, features):
        _set(inner, chosen, summary)


def _inside(step: Any, features: list[PlainFeature]) -> Iterator[tuple[Any, list[PlainFeature]]]:
    """Transformers inside of one, each with what comes into it: in a pipeline from those that are set by then."""
    kind = class_name(step)
    if kind == "Pipeline":
        for _, inner in step.steps:
            yield inner, features
            features = _plain(transform(inner, features=features))
    elif kind == "FeatureUnion":
        yield from ((inner, features) for _, inner in step.transformer_list)
    elif kind == "ColumnTransformer":
        for _, inner, columns in step.transformers_:
            chosen = [features[place] for place in np.atleast_1d(np.arange(len(features))[columns])]
            if chosen:  # of nothing scikit-learn fits nothing
                yield inner, chosen


@dataclass(frozen=True, eq=False)
class Columns:
    """What is known of each of k features, over all rows."""

    rows: int
    mean: Floats
    variance: Floats
    minimum: Floats
    maximum: Floats

    @classmethod
    def of(cls, features: list[PlainFeature], *, summary: Summary) -> Columns:
        known = np.array([_known(each, summary=summary) for each in features]).reshape(-1, 4)
        return cls(summary.rows, *known.T.copy())

    @property
    def squares(self) -> Floats:
        """The mean square of each."""
        return self.variance + np.square(self.mean)


def _known(feature: PlainFeature, *, summary: Summary) -> tuple[float, float, float, float]:
    """Mean, variance, minimum and maximum."""
    if isinstance(feature, NumberFeature):
        moments, place = summary.moments, feature.column
        mean, *ends = (
            (float(each[place]) - feature.centre) * feature.scale + feature.offset
            for each in (moments.mean, moments.minimum, moments.maximum)
        )
        return mean, float(moments.variance[place]) * feature.scale**2, min(ends), max(ends)
    return _known_of_levels(feature, counts=summary.level_rows[feature.column], rows=summary.rows)


def _known_of_levels(feature: LevelFeature, *, counts: Floats, rows: int) -> tuple[float, float, float, float]:
    """Touches the feature's own places alone: of 100,000 categories each feature is 1 at one."""
    known = feature.places < feature.size - 1  # the last is an unknown category's
    values, of_values = feature.values[known], counts[feature.places[known]]
    has_rest = len(values) < feature.size - 1
    values = np.append(values, feature.rest) if has_rest else values
    of_values = np.append(of_values, rows - of_values.sum()) if has_rest else of_values
    mean = float(values @ of_values / rows)
    variance = float(np.square(values - mean) @ of_values / rows)
    return mean, variance, float(values.min()), float(values.max())


def _standard(step: Any, columns: Columns) -> None:
    """Source: StandardScaler.partial_fit and its `_is_constant_feature` of scikit-learn 1.9."""
    step.n_samples_seen_ = np.int64(columns.rows)
    if step.mean_ is not None:
        step.mean_ = columns.mean
    if step.var_ is not None:
        step.var_ = columns.variance
        noise = columns.rows * EPSILON * columns.variance + np.square(columns.rows * columns.mean * EPSILON)
        step.scale_ = np.where(columns.variance <= noise, 1.0, np.sqrt(columns.variance))


def _between(step: Any, columns: Columns) -> None:
    """Source: MinMaxScaler.partial_fit of scikit-learn 1.9."""
    step.n_samples_seen_ = columns.rows
    step.data_min_, step.data_max_ = columns.minimum, columns.maximum
    step.data_range_ = columns.maximum - columns.minimum
    low, high = step.feature_range
    step.scale_ = (high - low) / _not_nothing(step.data_range_)
    step.min_ = low - columns.minimum * step.scale_


def _largest(step: Any, columns: Columns) -> None:
    """Source: MaxAbsScaler.partial_fit of scikit-learn 1.9."""
    step.n_samples_seen_ = columns.rows
    step.max_abs_ = np.maximum(np.abs(columns.minimum), np.abs(columns.maximum))
    step.scale_ = _not_nothing(step.max_abs_)


def _not_nothing(scales: Floats) -> Floats:
    """As scikit-learn has it: a column that does not vary is left as it is."""
    kept: Floats = np.where(scales < 10 * EPSILON, 1.0, scales)
    return kept


SCALERS: Mapping[str, Callable[[Any, Columns], None]] = {
    "StandardScaler": _standard,
    "MinMaxScaler": _between,
    "MaxAbsScaler": _largest,
}
