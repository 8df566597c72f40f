"""Translates fitted selectors: some features stay as they are, the others go."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdas.model.features.linear import Feature, LevelFeature, SumFeature

SELECTORS = (
    "GenericUnivariateSelect",
    "RFE",
    "RFECV",
    "SelectFdr",
    "SelectFpr",
    "SelectFromModel",
    "SelectFwe",
    "SelectKBest",
    "SelectPercentile",
    "SequentialFeatureSelector",
    "VarianceThreshold",
)
"""Whatever estimator or score they select by, it is not asked when a row is scored."""


def selected(step: Any, features: list[Feature]) -> list[Feature]:
    """The features that a selector kept.

    A category that an encoder before it refuses stays refused where none of its column's features was kept.
    """
    support = np.asarray(step.get_support(), dtype=bool).tolist()
    kept = [feature for feature, stays in zip(features, support, strict=True) if stays]
    known = {each.column for each in kept if isinstance(each, LevelFeature)}
    refusing = {
        each.column: each
        for each in features
        if isinstance(each, LevelFeature) and each.refuses_unknown and each.column not in known
    }
    if kept and refusing:
        alone = np.append(1.0, np.zeros(len(refusing)))
        kept[0] = SumFeature([kept[0], *refusing.values()], alone)
    return kept
