"""Computes the ratios of a confusion matrix, for one class against all others. Undefined (0/0) is None, never 0 or 1.

They are exact fractions, so that rounding never decides whether a ratio reaches its bound.

Source: Fawcett, An introduction to ROC analysis (2006), figure 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Counts of rows by their true and predicted class.

    >>> Counts(tp=437, fp=0, fn=5, tn=113_058).recall
    Fraction(437, 442)
    >>> Counts(tp=0, fp=0, fn=5, tn=10).precision is None
    True
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def support(self) -> int:
        """How many rows belong to the class."""
        return self.tp + self.fn

    @property
    def recall(self) -> Fraction | None:
        return ratio(self.tp, self.tp + self.fn)

    @property
    def precision(self) -> Fraction | None:
        return ratio(self.tp, self.tp + self.fp)

    @property
    def f1(self) -> Fraction | None:
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def false_positive_rate(self) -> Fraction | None:
        return ratio(self.fp, self.fp + self.tn)

    @property
    def false_negative_count(self) -> int:
        return self.fn


def ratio(part: int, whole: int) -> Fraction | None:
    """part / whole, None for 0/0.

    >>> ratio(1, 4), ratio(0, 0)
    (Fraction(1, 4), None)
    """
    return Fraction(part, whole) if whole else None


WHY_UNDEFINED = {
    "recall": "the holdout has no row of the class",
    "precision": "no row was predicted as the class",
    "f1": "no row is of the class or was predicted as it",
    "false_positive_rate": "every row of the holdout is of the class",
    "accuracy": "the holdout is empty",
    "average_precision": "the holdout has no row of the positive class",
    "roc_auc": "the holdout lacks the positive class or any other",
}
"""Why a ratio is None."""

CLASS_RATIOS = ("recall", "precision", "f1", "false_positive_rate")
CLASS_COUNTS = ("false_negative_count", "support")
OVERALL_RATIOS = ("accuracy", "average_precision", "roc_auc")
"""average_precision and roc_auc are of the positive class against all others."""
