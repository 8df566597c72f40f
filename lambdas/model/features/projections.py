"""Translates fitted projections: each output is a weighted sum of the features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.arrays import Floats
from lambdas.model.features.linear import Feature, sums
from lambdas.model.features.steps import class_name

SMALLEST_SPREAD = 1e-6
"""Of a whitened component beside the largest: what it is divided by makes its rounding errors larger than parity
allows."""


def _principal(step: Any, features: list[Feature]) -> list[Feature]:
    made = sums(_centred(features, step.mean_), weights=step.components_)
    if not step.whiten:
        return made
    spreads = np.sqrt(step.explained_variance_)
    nothing = int((spreads <= SMALLEST_SPREAD * spreads.max(initial=0.0)).sum())
    if nothing:
        left = len(spreads) - nothing
        way = f"set n_components to {left} at most" if left else "leave whiten=True out"
        raise EstimatorUnsupported(
            f"{class_name(step)} with whiten=True divides {nothing} of its {len(spreads)} components by a standard"
            f" deviation that is next to nothing: these columns do not vary by themselves; {way}"
        )
    return [each.over(spread) for each, spread in zip(made, spreads, strict=True)]


def _independent(step: Any, features: list[Feature]) -> list[Feature]:
    return sums(_centred(features, step.mean_) if step.whiten else features, weights=step.components_)


def _product(step: Any, features: list[Feature]) -> list[Feature]:
    return sums(features, weights=_dense(step.components_))


def _factors(step: Any, features: list[Feature]) -> list[Feature]:
    """Source: FactorAnalysis.transform of scikit-learn 1.9."""
    loads = step.components_ / step.noise_variance_
    matrix = np.linalg.inv(np.eye(len(loads)) + loads @ step.components_.T).T @ loads
    return sums(_centred(features, step.mean_), weights=matrix)


def _discriminant(step: Any, features: list[Feature]) -> list[Feature]:
    """Source: LinearDiscriminantAnalysis.transform of scikit-learn 1.9."""
    centred = _centred(features, step.xbar_) if step.solver == "svd" else features
    return sums(centred, weights=step.scalings_[:, : step._max_components].T)


def _centred(features: list[Feature], means: Floats) -> list[Feature]:
    return [feature.minus(mean) for feature, mean in zip(features, means.tolist(), strict=True)]


def _dense(matrix: Any) -> Floats:
    dense: Floats = np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=np.float64)
    return dense


PROJECTIONS: Mapping[str, Callable[[Any, list[Feature]], list[Feature]]] = {
    "PCA": _principal,
    "IncrementalPCA": _principal,
    "TruncatedSVD": _product,
    "FastICA": _independent,
    "FactorAnalysis": _factors,
    "LinearDiscriminantAnalysis": _discriminant,
    "NeighborhoodComponentsAnalysis": _product,
    "GaussianRandomProjection": _product,
    "SparseRandomProjection": _product,
}
