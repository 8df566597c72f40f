"""Measures a classifier on a holdout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.counted import Counted, Metrics
from lambdas.model.metrics.confusion import confusion_matrix
from lambdas.model.metrics.curves import Flags, average_precision, roc_auc, sweep
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe


@dataclass(frozen=True)
class Measures:
    """What a classifier answered, and what that is worth."""

    answers: Answers
    counted: Counted
    threshold_sweep: list[dict[str, float | None]]
    """Of the positive class against all others; empty without one, or where a probability is NaN."""


def score(artifact: Artifact, *, holdout: Table, recipe: Recipe) -> Measures:
    """Raises ArtifactInvalid when the artifact does not fit the holdout, ClassUnknown for a class that is not the
    recipe's."""
    answers = artifact.score(holdout.features(recipe))
    matrix = confusion_matrix(holdout.labels, answers.labels, labels=recipe.class_names)
    areas: Metrics = {}
    swept: list[dict[str, float | None]] = []
    if recipe.positive is not None:
        areas, swept = _of_positive(holdout.labels == recipe.positive, scores=answers.of(recipe.positive))
    return Measures(answers, Counted(recipe.class_names, matrix.tolist(), areas), swept)


def _of_positive(positive: Flags, *, scores: Floats) -> tuple[Metrics, list[dict[str, float | None]]]:
    """The areas under its curves, and the sweep."""
    if np.isnan(scores).any():
        return {"average_precision": None, "roc_auc": None}, []
    areas = {
        "average_precision": average_precision(positive, scores=scores),
        "roc_auc": roc_auc(positive, scores=scores),
    }
    return areas, sweep(positive, scores=scores)
