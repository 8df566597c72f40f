"""Computes precision-recall and ROC over all thresholds of a probability, with numpy alone.

No threshold can separate rows with equal probabilities, so they count as one step.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Integers

POINTS_MAX = 200
DIGITS = 12

Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Steps:
    """(m,) each, for the m distinct thresholds, highest first: rows at or above it, by what they are."""

    thresholds: Floats
    tp: Integers
    fp: Integers

    @classmethod
    def of(cls, positive: Flags, *, scores: Floats) -> Steps:
        order = np.argsort(-scores, kind="stable")
        ordered = scores[order]
        last = np.flatnonzero(np.diff(ordered, append=np.nan) != 0)
        tp = np.cumsum(positive[order], dtype=np.int64)[last]
        return cls(ordered[last], tp, last + 1 - tp)


def average_precision(positive: Flags, *, scores: Floats) -> float | None:
    """The area under the precision-recall curve as a sum of steps; None without a positive row.

    Sum of (recall - recall before) * precision, as scikit-learn's average_precision_score. Straight lines between the
    points would be too kind. Rounded to what a sum of floats is good for, so that what is at its bound is at it.
    Source: Davis and Goadrich, The relationship between precision-recall and ROC curves, ICML (2006) 233-240.
    """
    if not positive.any():
        return None
    steps = Steps.of(positive, scores=scores)
    gained = np.diff(steps.tp, prepend=0)
    return round(float(np.sum(gained * steps.tp / (steps.tp + steps.fp)) / steps.tp[-1]), DIGITS)


def roc_auc(positive: Flags, *, scores: Floats) -> Fraction | None:
    """The area under the ROC curve by trapezoids, exactly; None unless there are rows of both kinds."""
    if positive.all() or not positive.any():
        return None
    steps = Steps.of(positive, scores=scores)
    tp, fp = np.concatenate([[0], steps.tp]), np.concatenate([[0], steps.fp])
    return Fraction(int(np.sum(np.diff(fp) * (tp[1:] + tp[:-1]))), 2 * int(tp[-1]) * int(fp[-1]))


def sweep(positive: Flags, *, scores: Floats) -> list[dict[str, float | None]]:
    """What each threshold would give, highest first, at most POINTS_MAX of them: for plots.

    Half of the points are spread evenly over recall, half over the false-positive rate, so that the few rows of a
    rare class are not lost among the many.
    """
    if not len(scores):
        return []
    steps = Steps.of(positive, scores=scores)
    return [_point(steps, index=int(index)) for index in _spread(steps)]


def _spread(steps: Steps) -> Integers:
    share = np.linspace(0, 1, POINTS_MAX // 2)
    places = [np.searchsorted(counts, share * counts[-1]) for counts in (steps.tp, steps.fp)]
    return np.unique(np.concatenate(places)).astype(np.int64)


def _point(steps: Steps, *, index: int) -> dict[str, float | None]:
    tp, fp, tp_all, fp_all = (int(n) for n in (steps.tp[index], steps.fp[index], steps.tp[-1], steps.fp[-1]))
    return {
        "threshold": float(steps.thresholds[index]),
        "recall": tp / tp_all if tp_all else None,
        "precision": tp / (tp + fp),
        "false_positive_rate": fp / fp_all if fp_all else None,
    }
