"""Computes precision-recall and ROC over all thresholds of a probability, with numpy alone.

No threshold can separate rows with equal probabilities, so they count as one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Integers

POINTS_MAX = 200
DIGITS = 12
AREAS = ("average_precision", "roc_auc")
SWEPT = ("recall", "precision", "false_positive_rate")
"""The ratios that are told of each threshold of a sweep."""

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Counts = np.ndarray[Any, np.dtype[np.uint32]]


@dataclass(frozen=True, eq=False)
class Scores:
    """(m,) each, for the m distinct probabilities of some rows, ascending. Merged, they are as of all the rows."""

    values: Floats
    positives: Counts
    """Rows of the class that have this probability."""
    negatives: Counts
    """Rows of another class that have it."""
    undefined: bool = False
    """Whether any row's probability is NaN; it is not among the values."""

    @classmethod
    def of(cls, positive: Flags, *, scores: Floats, times: Counts | None = None) -> Scores:
        """(n,) each; `times` says for how many rows each stands, else for one."""
        known = ~np.isnan(scores)
        rows = np.ones(len(scores), dtype=np.uint32) if times is None else times
        positives, negatives = (np.where(each, rows, 0)[known].astype(np.uint32) for each in (positive, ~positive))
        return cls._together(scores[known], positives, negatives, undefined=not known.all())

    @classmethod
    def merged(cls, many: Sequence[Scores]) -> Scores:
        """At least one."""
        values, positives, negatives = (
            np.concatenate([getattr(each, name) for each in many]) for name in ("values", "positives", "negatives")
        )
        return cls._together(values, positives, negatives, undefined=any(each.undefined for each in many))

    @classmethod
    def _together(cls, values: Floats, positives: Counts, negatives: Counts, *, undefined: bool) -> Scores:
        order = np.argsort(values, kind="stable")  # quick where the values come in ordered pieces
        values = values[order]
        begins = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
        if not len(begins):
            return cls(values, positives, negatives, undefined)
        more, less = (np.add.reduceat(each[order], begins) for each in (positives, negatives))
        return cls(values[begins], more, less, undefined)


@dataclass(frozen=True, eq=False)
class Steps:
    """(m,) each, for the m distinct thresholds, highest first: rows at or above it, by what they are."""

    thresholds: Floats
    tp: Integers
    fp: Integers

    @classmethod
    def of(cls, scores: Scores) -> Steps:
        counts = (np.cumsum(each[::-1], dtype=np.int64) for each in (scores.positives, scores.negatives))
        return cls(scores.values[::-1], *counts)

    @property
    def has_positives(self) -> bool:
        return len(self.tp) > 0 and bool(self.tp[-1])

    @property
    def has_negatives(self) -> bool:
        return len(self.fp) > 0 and bool(self.fp[-1])


def areas(scores: Scores) -> dict[str, Fraction | float | None]:
    """Under both curves, by name; None where one is undefined."""
    if scores.undefined:
        return dict.fromkeys(AREAS)
    steps = Steps.of(scores)
    return {"average_precision": average_precision(steps), "roc_auc": roc_auc(steps)}


def average_precision(steps: Steps) -> float | None:
    """The area under the precision-recall curve as a sum of steps; None without a positive row.

    Sum of (recall - recall before) * precision, as scikit-learn's average_precision_score. Straight lines between the
    points would be too kind. Rounded to what a sum of floats is good for, so that what is at its bound is at it.
    Source: Davis and Goadrich, The relationship between precision-recall and ROC curves, ICML (2006) 233-240.
    """
    if not steps.has_positives:
        return None
    gained = np.diff(steps.tp, prepend=0)
    return round(float(np.sum(gained * steps.tp / (steps.tp + steps.fp)) / steps.tp[-1]), DIGITS)


def roc_auc(steps: Steps) -> Fraction | None:
    """The area under the ROC curve by trapezoids, exactly; None unless there are rows of both kinds."""
    if not steps.has_positives or not steps.has_negatives:
        return None
    tp, fp = np.concatenate([[0], steps.tp]), np.concatenate([[0], steps.fp])
    return Fraction(int(np.sum(np.diff(fp) * (tp[1:] + tp[:-1]))), 2 * int(tp[-1]) * int(fp[-1]))


def sweep(steps: Steps) -> list[dict[str, float | None]]:
    """What each threshold would give, highest first, at most POINTS_MAX of them: for plots.

    Half of the points are spread evenly over recall, half over the false-positive rate, so that the few rows of a
    rare class are not lost among the many.
    """
    if not len(steps.thresholds):
        return []
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
