"""Computes every metric of a classifier on a holdout, as one value that thresholds are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from chalicelib.exact import Number
from lambdas.model.arrays import Floats, Integers
from lambdas.model.artifact import Artifact
from lambdas.model.gate.thresholds import Threshold
from lambdas.model.metrics.confusion import accuracy, confusion_matrix, counts, right
from lambdas.model.metrics.curves import Flags, average_precision, roc_auc, sweep
from lambdas.model.metrics.ratios import CLASS_COUNTS, CLASS_RATIOS, Counts, Proportion
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe

Metrics = dict[str, Number | None]


@dataclass(frozen=True)
class Measures:
    """`matrix`: rows true, columns predicted, order = classes. Ratios are exact, and None where undefined."""

    answers: Answers
    """The answers that were measured."""
    classes: tuple[str, ...]
    matrix: list[list[int]]
    of_class: dict[str, Metrics]
    overall: Metrics
    threshold_sweep: list[dict[str, float | None]]
    """Of the positive class against all others; empty without one, or where a probability is NaN."""

    @property
    def supports(self) -> dict[str, int]:
        """The rows of each class in the holdout."""
        return {name: sum(row) for name, row in zip(self.classes, self.matrix, strict=True)}

    def value(self, threshold: Threshold) -> Number | None:
        """The metric that the threshold bounds; None where it is undefined or there is no such class."""
        if threshold.costs is not None:
            found = self._counts(threshold, np.array(self.matrix))
            return found.cost_per_row(threshold.costs) if found else None
        metrics = self.overall if threshold.of is None else self.of_class.get(threshold.of, {})
        return metrics.get(threshold.metric)

    def proportion(self, threshold: Threshold, *, squares: Integers | None = None) -> Proportion | None:
        """The rows that the metric is a share of; None where it is no such share, or there is no such class.

        `squares` are the `squared_copies` of the matrix; without them no row is a copy of another.
        """
        rows = self._proportion(threshold, np.array(self.matrix))
        if rows is None or not rows.whole or squares is None:
            return rows
        squared = self._proportion(threshold, squares)
        return replace(rows, copies=Fraction(squared.whole, rows.whole)) if squared else rows

    def _proportion(self, threshold: Threshold, matrix: Integers) -> Proportion | None:
        if threshold.metric == "accuracy":
            return right(matrix)
        found = self._counts(threshold, matrix)
        return found.proportion(threshold.metric) if found else None

    def _counts(self, threshold: Threshold, matrix: Integers) -> Counts | None:
        if threshold.of not in self.classes:
            return None
        return counts(matrix, index=self.classes.index(threshold.of))

    def to_document(self) -> dict[str, Any]:
        """Ready for JSON; without the sweep."""
        return {
            "rows": len(self.answers),
            "classes": list(self.classes),
            "matrix": self.matrix,
            "ratios": {name: _in_json(metrics) for name, metrics in self.of_class.items()},
            **_in_json(self.overall),
        }


def score(artifact: Artifact, *, holdout: Table, recipe: Recipe) -> Measures:
    """Raises ArtifactInvalid when the artifact does not fit the holdout, ClassUnknown for a class that is not the
    recipe's."""
    answers = artifact.score(holdout.features(recipe))
    matrix = confusion_matrix(holdout.labels, answers.labels, labels=recipe.class_names)
    areas: Metrics = {}
    swept: list[dict[str, float | None]] = []
    if recipe.positive is not None:
        areas, swept = _of_positive(holdout.labels == recipe.positive, scores=answers.of(recipe.positive))
    return Measures(
        answers=answers,
        classes=recipe.class_names,
        matrix=matrix.tolist(),
        of_class={name: _of_class(matrix, index=index) for index, name in enumerate(recipe.class_names)},
        overall={"accuracy": accuracy(matrix), **areas},
        threshold_sweep=swept,
    )


def _in_json(metrics: Metrics) -> dict[str, float | None]:
    return {name: float(value) if isinstance(value, Fraction) else value for name, value in metrics.items()}


def _of_class(matrix: Any, *, index: int) -> Metrics:
    found = counts(matrix, index=index)
    return {
        **{name: getattr(found, name) for name in CLASS_RATIOS + CLASS_COUNTS},
        "true_positives": found.tp,
        "false_positives": found.fp,
        "true_negatives": found.tn,
    }


def _of_positive(positive: Flags, *, scores: Floats) -> tuple[Metrics, list[dict[str, float | None]]]:
    """The areas under its curves, and the sweep."""
    if np.isnan(scores).any():
        return {"average_precision": None, "roc_auc": None}, []
    areas = {
        "average_precision": average_precision(positive, scores=scores),
        "roc_auc": roc_auc(positive, scores=scores),
    }
    return areas, sweep(positive, scores=scores)
