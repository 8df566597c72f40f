"""Writes a ratio as A / B, sums over the rows of what each row's true and predicted class add to them.

So any two models can be compared in it, from the joint counts alone. The areas under curves are no such ratios.
"""

from __future__ import annotations

import numpy as np

from chalicelib.values import Value
from lambdas.model.arrays import Integers


class Compared(Value):
    """A ratio that is compared."""

    metric: str
    """One of `demands.RATIOS`."""
    index: int | None
    """The position of its class; None for accuracy."""
    margin: float
    """By how much the challenger may be worse, -1..1; less than 0 is by how much it has to be better."""

    @property
    def sign(self) -> int:
        """1 where more is better, else -1."""
        return -1 if self.metric == "false_positive_rate" else 1

    def parts(self, n_classes: int) -> tuple[Integers, Integers]:
        """What a row adds to A and to B: (K, K) each, rows true, columns predicted.

        >>> [each.tolist() for each in Compared("precision", 1, 0.0).parts(2)]
        [[[0, 0], [0, 1]], [[0, 1], [0, 1]]]
        """
        true, predicted = (np.zeros((n_classes, n_classes), dtype=np.int64) for _ in range(2))
        if self.index is None:
            return np.eye(n_classes, dtype=np.int64), np.ones_like(true)
        true[self.index, :] = predicted[:, self.index] = 1
        hit = true * predicted
        return {
            "recall": (hit, true),
            "precision": (hit, predicted),
            "f1": (2 * hit, true + predicted),
            "false_positive_rate": (predicted - hit, 1 - true),
        }[self.metric]
