"""What a fit makes least: the loss of all rows with a penalty on the weights, as scikit-learn defines it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.folding.losses import Curve, Loss
from lambdas.model.folding.mixing import Mixing
from lambdas.model.folding.total import Rows


@dataclass(frozen=True, eq=False)
class Objective:
    """C times the loss of the rows, plus half the squared weights; without a penalty, the loss alone."""

    rows: Rows
    loss: Loss
    mixing: Mixing
    strength: float
    """C; infinite without a penalty."""
    has_intercept: bool

    @property
    def scores(self) -> int:
        return self.loss.link.scores

    @property
    def shape(self) -> tuple[int, int]:
        return self.scores, self.mixing.features

    @property
    def factor(self) -> float:
        return self.strength if np.isfinite(self.strength) else 1.0

    @property
    def penalties(self) -> Floats:
        """(scores, features)"""
        penalties = np.full(self.shape, 1.0 if np.isfinite(self.strength) else 0.0)
        if self.has_intercept:
            penalties[:, -1] = 0.0
        return penalties

    def slope(self, weights: Floats) -> tuple[float, Floats]:
        """Value and gradient (scores, features)."""
        return self._penalised(weights, self._at(weights, hessian=False))

    def curve(self, weights: Floats) -> tuple[float, Floats, Floats]:
        """Value, gradient (scores, features) and Hessian (scores features, scores features)."""
        summed = self._at(weights, hessian=True)
        assert summed.hessian is not None
        hessian = self.factor * self.mixing.hessian(summed.hessian)
        hessian[np.diag_indices_from(hessian)] += self.penalties.ravel()
        return *self._penalised(weights, summed), hessian

    def gradient(self, weights: Floats) -> Floats:
        """(scores, features), with all its digits: `slope` loses some of them to the order of its sums."""
        function = partial(self.loss.gradient, weights=self.mixing.to_basis(weights))
        summed = self.rows.total(function).value
        return self.factor * self.mixing.gradient(summed) + self.penalties * weights

    def product(self, weights: Floats, *, direction: Floats) -> Floats:
        """(scores, features): the Hessian at the weights times a direction of them."""
        mixed, along = self.mixing.to_basis(weights), self.mixing.to_basis(direction)
        summed = self.rows.total(partial(self.loss.product, weights=mixed, direction=along))
        return self.factor * self.mixing.gradient(summed.values) + self.penalties * direction

    def _at(self, weights: Floats, *, hessian: bool) -> Curve:
        mixed = self.mixing.to_basis(weights)
        function = partial(self.loss.curve, weights=mixed, hessian=hessian)
        return self.rows.total(function, result_bytes=8 * mixed.size ** (2 if hessian else 1))

    def _penalised(self, weights: Floats, summed: Curve) -> tuple[float, Floats]:
        value = self.factor * summed.loss + 0.5 * float((self.penalties * weights**2).sum())
        return value, self.factor * self.mixing.gradient(summed.gradient) + self.penalties * weights
