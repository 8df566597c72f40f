"""Judges the simplest answer of all, one class for every row, on a holdout: thresholds that it passes tell little.

`recipe.trivial_answers` refuses thresholds that a trivial answer passes on every holdout. These here pass on one
holdout, for the shares of its classes: an accuracy of 0.9 where 95 of 100 rows are of one class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from chalicelib.exact import Number
from lambdas.model.gate.judging import judge
from lambdas.model.gate.thresholds import GateRule
from lambdas.model.metrics.ratios import FLIPS, Counts, Proportion, ratio


def passing_class(thresholds: Sequence[GateRule], *, supports: Mapping[str, int], positive: str | None) -> str | None:
    """The class that passes every threshold as the answer to every row; None if no class does.

    `supports` are the rows of each class in the holdout.

    >>> from lambdas.model.gate.thresholds import at_least
    >>> passing_class([at_least("accuracy", bound=0.9)], supports={"normal": 95, "attack": 5}, positive="attack")
    'normal'
    """
    of_labels = [each for each in thresholds if each.metric != FLIPS]  # no label tells what the champion answers
    for answer in supports:
        if all(_passes(each, answer=answer, supports=supports, positive=positive) for each in of_labels):
            return answer
    return None


def _passes(threshold: GateRule, *, answer: str, supports: Mapping[str, int], positive: str | None) -> bool:
    rows = sum(supports.values())
    value: Number | None
    rows_of: Proportion | None = None
    if threshold.of is not None:
        found = _counts(supports[threshold.of], rows=rows, is_answer=threshold.of == answer)
        rows_of = found.proportion(threshold.metric)
        value = found.cost_per_row(threshold.costs) if threshold.costs else getattr(found, threshold.metric)
    elif threshold.metric == "accuracy":
        rows_of = Proportion(supports[answer], rows)
        value = ratio(supports[answer], rows)
    else:  # of a curve, whose scores are all the same
        value = (
            ratio(supports[positive or answer], rows) if threshold.metric == "average_precision" else Fraction(1, 2)
        )
    return judge(threshold, value=value, proportion=rows_of).passed


def _counts(support: int, *, rows: int, is_answer: bool) -> Counts:
    if is_answer:
        return Counts(tp=support, fp=rows - support, fn=0, tn=0)
    return Counts(tp=0, fp=0, fn=support, tn=rows - support)
