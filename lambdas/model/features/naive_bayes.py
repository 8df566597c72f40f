"""Translates fitted naive Bayes classifiers: each adds up what every feature says by itself of each class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.arrays import Floats
from lambdas.model.features.column_functions import plain
from lambdas.model.features.linear import Feature, LevelFeature, NumberFeature, PlainFeature

Sums = tuple[Sequence[Feature], Floats, Floats]
"""Features, weights (classes, features) and intercepts (classes,)."""


def sums(classifier: Any, *, features: Sequence[Feature]) -> Sums:
    """What a fitted classifier adds up; raises EstimatorUnsupported for features that it cannot take."""
    return NAIVE_BAYES[type(classifier).__name__](classifier, list(features))


def _gaussian(classifier: Any, features: list[Feature]) -> Sums:
    """The squared distances from each class's means. Source: GaussianNB of scikit-learn 1.9."""
    found = plain(features, before=classifier)
    distances = [
        feature.minus(mean).put_through(("square",))
        for means in classifier.theta_.tolist()
        for feature, mean in zip(found, means, strict=True)
    ]
    constants = np.log(classifier.class_prior_) - 0.5 * np.log(2.0 * np.pi * classifier.var_).sum(axis=1)
    return distances, _of_each_class(-0.5 / classifier.var_), constants


def _bernoulli(classifier: Any, features: list[Feature]) -> Sums:
    """Source: BernoulliNB of scikit-learn 1.9."""
    if classifier.binarize is not None:
        step = ("above", float(classifier.binarize))
        features = [feature.put_through(step) for feature in plain(features, before=classifier)]
    without = np.log(1.0 - np.exp(classifier.feature_log_prob_))
    return features, classifier.feature_log_prob_ - without, classifier.class_log_prior_ + without.sum(axis=1)


def _categorical(classifier: Any, features: list[Feature]) -> Sums:
    """The logarithm of each category's share. Source: CategoricalNB of scikit-learn 1.9."""
    found = plain(features, before=classifier)
    tables = [
        _looked_up(feature, logarithms=of_feature[place])
        for place in range(len(classifier.classes_))
        for feature, of_feature in zip(found, classifier.feature_log_prob_, strict=True)
    ]
    ones = np.ones((len(classifier.classes_), len(found)))
    return tables, _of_each_class(ones), classifier.class_log_prior_


def _looked_up(feature: PlainFeature, *, logarithms: Floats) -> LevelFeature:
    """The logarithm at the place that the feature says; NaN, which refuses it, where it says none of them."""
    if isinstance(feature, NumberFeature):
        if not feature.through or feature.through[-1][0] != "bins" or feature.since:
            raise EstimatorUnsupported(
                "CategoricalNB stands over a column that is declared Numeric: declare it Categorical, or put"
                " KBinsDiscretizer(encode='ordinal') before it"
            )
        size = len(logarithms)
        return LevelFeature(feature.column, size + 1, np.arange(size), logarithms, through=feature.through)
    places = np.trunc(feature.everywhere)  # scikit-learn takes what is before the point
    known = (places >= 0) & (places < len(logarithms))
    values = np.where(known, logarithms[np.where(known, places, 0.0).astype(np.int64)], np.nan)
    return LevelFeature(feature.column, feature.size, np.arange(feature.size), values, through=feature.through)


def _of_each_class(weights: Floats) -> Floats:
    """(k, k n), of (k, n): each class has features of its own, one class after another."""
    classes, features = weights.shape
    blocks = np.zeros((classes, classes, features))
    blocks[np.arange(classes), np.arange(classes)] = weights
    return blocks.reshape(classes, classes * features)


NAIVE_BAYES: Mapping[str, Callable[[Any, list[Feature]], Sums]] = {
    "GaussianNB": _gaussian,
    "BernoulliNB": _bernoulli,
    "CategoricalNB": _categorical,
    "MultinomialNB": lambda classifier, features: (
        features,
        classifier.feature_log_prob_,
        classifier.class_log_prior_,
    ),
    # scikit-learn leaves the shares of the classes out where there are two or more.
    "ComplementNB": lambda classifier, features: (
        features,
        classifier.feature_log_prob_,
        np.zeros(len(classifier.classes_)),
    ),
}
