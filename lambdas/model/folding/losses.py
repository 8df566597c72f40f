"""Computes logistic loss, its gradient and its Hessian over the rows of a part, in the terms of a basis.

Two classes have one score, which is the second's: scikit-learn orders classes by name. More have one each; or each
class against all others has a fit of its own, with one score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.folding.basis import Basis, Block
from lambdas.model.folding.precise import Precise


@dataclass(frozen=True, eq=False)
class Curve:
    """The loss at some weights, and how it changes with them."""

    loss: float
    gradient: Floats
    """(scores, size)"""
    hessian: Floats | None = None
    """(scores, size, scores, size); None where it is not asked for."""

    def __add__(self, other: Curve) -> Curve:
        hessian = None
        if self.hessian is not None and other.hessian is not None:
            hessian = self.hessian + other.hessian
        return Curve(self.loss + other.loss, self.gradient + other.gradient, hessian)


@dataclass(frozen=True, eq=False)
class Product:
    """The Hessian times a direction: (scores, size)."""

    values: Floats

    def __add__(self, other: Product) -> Product:
        return Product(self.values + other.values)


class Link(Protocol):
    """What of the rows depends on how many classes there are."""

    @property
    def scores(self) -> int: ...

    def losses(self, block: Block, *, scores: Floats) -> tuple[Floats, Floats, Floats]:
        """The loss of each row, (n,); its derivative by each score, (s, n); and what `curvature` needs, (s, n)."""

    def curvature(self, shares: Floats, *, rows: Floats) -> Iterator[tuple[int, int, Floats]]:
        """The second derivatives by pairs of scores, first <= second: (n,) each, times the rows' weights."""

    def along(self, shares: Floats, *, direction: Floats) -> Floats:
        """(s, n): how the derivatives change along a direction of the scores, (s, n)."""


@dataclass(frozen=True)
class OneClass:
    """One against all others.

    Source of the stable form: log(1 + exp(m)) = logaddexp(0, m), where m is minus the margin.
    """

    place: int
    """Of the class, among all."""

    @property
    def scores(self) -> int:
        return 1

    def losses(self, block: Block, *, scores: Floats) -> tuple[Floats, Floats, Floats]:
        against = np.where(block.labels == self.place, -1.0, 1.0)
        missed = against * scores[0]
        loss = np.logaddexp(0.0, missed)
        wrong = np.exp(missed - loss)
        return loss, (against * wrong)[None], (wrong * np.exp(-loss))[None]

    def curvature(self, shares: Floats, *, rows: Floats) -> Iterator[tuple[int, int, Floats]]:
        yield 0, 0, shares[0] * rows

    def along(self, shares: Floats, *, direction: Floats) -> Floats:
        return shares * direction


@dataclass(frozen=True)
class ManyClasses:
    """Softmax: of each row the shares of the classes are proportional to exp(score)."""

    scores: int

    def losses(self, block: Block, *, scores: Floats) -> tuple[Floats, Floats, Floats]:
        rows = np.arange(scores.shape[1])
        highest = scores.max(axis=0)
        total = highest + np.log(np.exp(scores - highest).sum(axis=0))
        shares = np.exp(scores - total)
        derivative = shares.copy()
        derivative[block.labels, rows] -= 1.0
        return total - scores[block.labels, rows], derivative, shares

    def curvature(self, shares: Floats, *, rows: Floats) -> Iterator[tuple[int, int, Floats]]:
        for first in range(self.scores):
            weighted = shares[first] * rows
            yield first, first, weighted * (1.0 - shares[first])
            for second in range(first + 1, self.scores):
                yield first, second, -weighted * shares[second]

    def along(self, shares: Floats, *, direction: Floats) -> Floats:
        changed: Floats = shares * (direction - (shares * direction).sum(axis=0))
        return changed


@dataclass(frozen=True, eq=False)
class Loss:
    """The weighted logistic loss of the rows of a part."""

    basis: Basis
    link: Link
    class_weights: Floats
    """(classes,)"""

    def curve(self, part: Part, *, weights: Floats, hessian: bool) -> Curve:
        """At weights (scores, size)."""
        scores, size = self.link.scores, self.basis.size
        loss, gradient = 0.0, np.zeros((scores, size))
        upper = np.zeros((scores, scores, size, size)) if hessian else None
        for block in self.basis.blocks(part, scores=scores):
            rows = self.class_weights[block.labels]
            losses, derivative, shares = self.link.losses(block, scores=self.basis.scores(block, weights=weights))
            loss += float(losses @ rows)
            gradient += self.basis.sums(block, shares=derivative * rows)
            if upper is not None:
                for first, second, curvature in self.link.curvature(shares, rows=rows):
                    self.basis.add_products(block, shares=curvature, to=upper[first, second])
        return Curve(loss, gradient, None if upper is None else _whole(upper))

    def gradient(self, part: Part, *, weights: Floats) -> Precise:
        """(scores, size), with twice the digits."""
        total = Precise(np.zeros_like(weights), np.zeros_like(weights))
        for block in self.basis.blocks(part, scores=self.link.scores):
            _, derivative, _ = self.link.losses(block, scores=self.basis.scores(block, weights=weights))
            total += self.basis.precise_sums(block, shares=derivative * self.class_weights[block.labels])
        return total

    def product(self, part: Part, *, weights: Floats, direction: Floats) -> Product:
        """The Hessian at weights, times a direction; both (scores, size)."""
        total = Product(np.zeros_like(weights))
        for block in self.basis.blocks(part, scores=self.link.scores):
            total += self._product(block, weights=weights, direction=direction)
        return total

    def _product(self, block: Block, *, weights: Floats, direction: Floats) -> Product:
        _, _, shares = self.link.losses(block, scores=self.basis.scores(block, weights=weights))
        changed = self.link.along(shares, direction=self.basis.scores(block, weights=direction))
        return Product(self.basis.sums(block, shares=changed * self.class_weights[block.labels]))


def _whole(upper: Floats) -> Floats:
    """(s, size, s, size), of the upper halves of the pairs of scores, (s, s, size, size)."""
    scores, _, size, _ = upper.shape
    whole = np.empty((scores, size, scores, size))
    for first in range(scores):
        for second in range(first, scores):
            pair = np.triu(upper[first, second])
            pair += np.triu(pair, 1).T
            whole[first, :, second] = whole[second, :, first] = pair
    return whole
