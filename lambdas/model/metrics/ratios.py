"""Computes the ratios of a confusion matrix, for one class against all others. Undefined (0/0) is None, never 0 or 1.

They are exact fractions, so that rounding never decides whether a ratio reaches its bound.

Source: Fawcett, An introduction to ROC analysis, Pattern Recognition Letters 27 (2006) 861-874.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from chalicelib.exact import Number, exact
from chalicelib.values import Value


class Proportion(Value):
    """`part` of `whole` rows."""

    part: int
    whole: int
    copies: Fraction = Fraction(1)
    """How often a row occurs, on average over the rows: sum(w * w) / sum(w), where a distinct row occurs w times."""


class Counts(Value, kw_only=True):
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

    def proportion(self, metric: str) -> Proportion | None:
        """The rows whose share the ratio is, None for a metric that is no such share.

        F1 is 2 J / (1 + J), and this is J: of the rows that are of the class or predicted as it, those that are both.
        Source: Jaccard, The distribution of the flora in the alpine zone, New Phytologist 11 (1912) 37-50.

        >>> found = Counts(tp=437, fp=2, fn=5, tn=113_056).proportion("f1")
        >>> found.part, found.whole
        (437, 444)
        """
        return {
            "recall": Proportion(self.tp, self.tp + self.fn),
            "precision": Proportion(self.tp, self.tp + self.fp),
            "f1": Proportion(self.tp, self.tp + self.fp + self.fn),
            "false_positive_rate": Proportion(self.fp, self.fp + self.tn),
        }.get(metric)

    def cost_per_row(self, costs: Mapping[str, Number]) -> Fraction | None:
        """The mean cost of a row, where each kind of ERRORS costs so much.

        >>> Counts(tp=437, fp=10, fn=5, tn=548).cost_per_row({"fn": 50, "fp": 1})
        Fraction(13, 50)
        """
        rows = self.tp + self.fp + self.fn + self.tn
        return (
            sum((exact(cost) * getattr(self, error) for error, cost in costs.items()), Fraction(0)) / rows
            if rows
            else None
        )


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
    "cost_per_row": "the holdout is empty",
    "flips": "the holdout is empty",
}
"""Why a ratio is None."""
ROWS_OF = {
    "recall": "rows of the class",
    "precision": "rows predicted as the class",
    "f1": "rows of the class or predicted as it",
    "false_positive_rate": "rows of other classes",
    "accuracy": "rows",
    "flips": "rows",
}
"""The rows that each ratio is a share of, in words."""

CLASS_RATIOS = ("recall", "precision", "f1", "false_positive_rate")
CLASS_COUNTS = ("false_negative_count", "support")
COST = "cost_per_row"
FLIPS = "flips"
"""The share of rows whose answer is another than the champion's."""
ERRORS = ("fn", "fp")
"""What a cost can be of: a row of the class that was predicted as another, and the reverse."""
OVERALL_RATIOS = ("accuracy", "average_precision", "roc_auc")
"""average_precision and roc_auc are of the positive class against all others."""
