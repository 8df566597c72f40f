"""The metrics of a classifier that follow from its confusion matrix, and the areas under its curves beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from chalicelib.exact import Number
from lambdas.model.arrays import Integers
from lambdas.model.gate.thresholds import GateRule
from lambdas.model.metrics.confusion import accuracy, counts, right
from lambdas.model.metrics.ratios import CLASS_COUNTS, CLASS_RATIOS, Counts, Proportion

Metrics = dict[str, Number | None]


@dataclass(frozen=True)
class Counted:
    """`matrix`: rows true, columns predicted, order = classes. Ratios are exact, and None where undefined."""

    classes: tuple[str, ...]
    matrix: list[list[int]]
    areas: Mapping[str, Number | None]
    """Under the curves of the positive class; empty without one."""

    @property
    def rows(self) -> int:
        """Of the holdout."""
        return sum(map(sum, self.matrix))

    @cached_property
    def of_class(self) -> dict[str, Metrics]:
        return {name: _of_class(np.array(self.matrix), index=index) for index, name in enumerate(self.classes)}

    @cached_property
    def overall(self) -> Metrics:
        return {"accuracy": accuracy(np.array(self.matrix)), **self.areas}

    @property
    def supports(self) -> dict[str, int]:
        """The rows of each class in the holdout."""
        return {name: sum(row) for name, row in zip(self.classes, self.matrix, strict=True)}

    def value(self, threshold: GateRule) -> Number | None:
        """The metric that the threshold bounds; None where it is undefined or there is no such class."""
        if threshold.costs is not None:
            found = self._counts(threshold, np.array(self.matrix))
            return found.cost_per_row(threshold.costs) if found else None
        metrics = self.overall if threshold.of is None else self.of_class.get(threshold.of, {})
        return metrics.get(threshold.metric)

    def proportion(self, threshold: GateRule, *, squares: Integers | None = None) -> Proportion | None:
        """The rows that the metric is a share of; None where it is no such share, or there is no such class.

        `squares` are the `squared_copies` of the matrix; without them no row is a copy of another.
        """
        rows = self._proportion(threshold, np.array(self.matrix))
        if rows is None or not rows.whole or squares is None:
            return rows
        squared = self._proportion(threshold, squares)
        return replace(rows, copies=Fraction(squared.whole, rows.whole)) if squared else rows

    def _proportion(self, threshold: GateRule, matrix: Integers) -> Proportion | None:
        if threshold.metric == "accuracy":
            return right(matrix)
        found = self._counts(threshold, matrix)
        return found.proportion(threshold.metric) if found else None

    def _counts(self, threshold: GateRule, matrix: Integers) -> Counts | None:
        if threshold.of not in self.classes:
            return None
        return counts(matrix, index=self.classes.index(threshold.of))

    def to_document(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "rows": self.rows,
            "classes": list(self.classes),
            "matrix": self.matrix,
            "ratios": {name: _in_json(metrics) for name, metrics in self.of_class.items()},
            **_in_json(self.overall),
        }


def in_order(matrix: Integers, *, of: Sequence[str], wanted: Sequence[str]) -> Integers:
    """The (K, K) matrix with its rows and columns in another order of the same classes.

    >>> in_order(np.array([[1, 2], [3, 4]]), of=["ant", "bee"], wanted=["bee", "ant"]).tolist()
    [[4, 3], [2, 1]]
    """
    places = [list(of).index(name) for name in wanted]
    return matrix[np.ix_(places, places)]


def _in_json(metrics: Metrics) -> dict[str, float | None]:
    return {name: float(value) if isinstance(value, Fraction) else value for name, value in metrics.items()}


def _of_class(matrix: Integers, *, index: int) -> Metrics:
    found = counts(matrix, index=index)
    return {
        **{name: getattr(found, name) for name in CLASS_RATIOS + CLASS_COUNTS},
        "true_positives": found.tp,
        "false_positives": found.fp,
        "true_negatives": found.tn,
    }
