"""From the features that reach the classifier to the basis: each feature is a mixture of a few of its terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.features.linear import LevelFeature, NumberFeature, PlainFeature
from lambdas.model.folding.basis import Basis
from lambdas.model.folding.summary import Summary


@dataclass(frozen=True, eq=False)
class Mixing:
    """The features in terms of a basis; with an intercept, one feature more at the end that is 1."""

    basis: Basis
    matrix: Any
    """(features, basis.size), sparse: a feature has as many terms as it has values, and one for its constant."""

    @classmethod
    def of(cls, features: Sequence[PlainFeature], *, summary: Summary, intercept: bool) -> Mixing:
        numbers = tuple(sorted({each.column for each in features if isinstance(each, NumberFeature)}))
        categories = tuple(sorted({each.column for each in features if isinstance(each, LevelFeature)}))
        basis = Basis.of(summary, numbers=numbers, categories=categories)
        rows = [_terms(each, basis=basis) for each in features]
        if intercept:
            rows.append({0: 1.0})
        return cls(basis, _sparse(rows, size=basis.size))

    @property
    def features(self) -> int:
        """With the intercept."""
        return int(self.matrix.shape[0])

    def to_basis(self, weights: Floats) -> Floats:
        """(s, size), of weights of the features (s, features)."""
        mixed: Floats = np.ascontiguousarray((self.matrix.T @ weights.T).T)
        return mixed

    def gradient(self, sums: Floats) -> Floats:
        """(s, features), of sums in the basis (s, size)."""
        mixed: Floats = np.ascontiguousarray((self.matrix @ sums.T).T)
        return mixed

    def hessian(self, products: Floats) -> Floats:
        """(s features, s features), of products in the basis (s, size, s, size)."""
        scores = len(products)
        mixed = np.empty((scores, self.features, scores, self.features))
        for first in range(scores):
            for second in range(scores):
                half = self.matrix @ products[first, :, second]
                mixed[first, :, second] = (self.matrix @ half.T).T
        return mixed.reshape(scores * self.features, scores * self.features)


def _terms(feature: PlainFeature, *, basis: Basis) -> dict[int, float]:
    """The feature's factors by their places in the basis."""
    if isinstance(feature, NumberFeature):
        place = basis.numbers.index(feature.column)
        centre, spread = float(basis.centres[place]), float(basis.spreads[place])
        return {0: (centre - feature.centre) * feature.scale + feature.offset, 1 + place: spread * feature.scale}
    start = basis.starts[basis.categories.index(feature.column)]
    known = feature.places < feature.size - 1  # the last is the value of an unknown category, and no row has one
    over = (feature.values - feature.rest)[known].tolist()
    places = (start + feature.places[known]).tolist()
    return {0: feature.rest, **dict(zip(places, over, strict=True))}


def _sparse(rows: Sequence[dict[int, float]], *, size: int) -> Any:
    from scipy.sparse import csr_array  # type: ignore[import-untyped]

    places = [(row, column) for row, terms in enumerate(rows) for column, value in terms.items() if value]
    values = [value for terms in rows for value in terms.values() if value]
    at = np.array(places, dtype=np.int64).reshape(-1, 2)
    return csr_array((np.array(values), (at[:, 0], at[:, 1])), shape=(len(rows), size))
