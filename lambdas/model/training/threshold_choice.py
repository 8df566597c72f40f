"""Chooses the operating point of a model, on the rows that cross-validation held out of training.

The holdout is never looked at: it judges the model with the operating point that was chosen before. A model that
cannot do what its recipe asks is not made, for it would answer at a point that nobody asked for.

Between the rows that reach the threshold and the others it lies halfway, so that no row is at it. The figures of
these rows flatter the threshold, which was chosen on them, and the model that serves is fitted on all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from chalicelib.cutting import amount, verb
from chalicelib.errors import ThresholdNotReached
from chalicelib.exact import between, exact
from lambdas.model.arrays import Integers
from lambdas.model.gate.judging import judge
from lambdas.model.gate.thresholds import Interval, at_least
from lambdas.model.metrics.curves import Scores, Steps
from lambdas.model.metrics.ratios import Counts, Proportion
from lambdas.model.recipe import Recipe, Threshold
from lambdas.model.training.cross_validation import HeldOut, Validated
from lambdas.serve.links import OperatingPoint


@dataclass(frozen=True)
class Step:
    """A probability of the positive class, and what the rows at it or above it are."""

    probability: float
    counts: Counts


def operating_point(recipe: Recipe, validated: Validated) -> tuple[OperatingPoint | None, dict[str, Any] | None]:
    """The recipe's, and how it was chosen, ready for JSON; None without one. Raises ThresholdNotReached."""
    threshold, positive = recipe.threshold, recipe.positive
    if threshold is None or positive is None:
        return None, None
    if threshold.probability is not None:
        fixed = OperatingPoint(positive, threshold.probability)
        return fixed, {**fixed.to_document(), "chosen": None, "words": "the recipe names it"}
    if validated.held_out is None:
        raise _not_reached(recipe, f"there is no cross-validation: {validated.facts['left_out']}")
    steps = _steps(recipe, validated.held_out)
    place = _chosen(threshold, steps)
    if place is None:
        raise _not_reached(recipe, _best(recipe, threshold, steps, validated))
    below = steps[place + 1].probability if place + 1 < len(steps) else 0.0
    point = OperatingPoint(positive, _halfway(below, steps[place].probability))
    return point, _told(recipe, threshold, point, steps[place].counts, validated)


def _steps(recipe: Recipe, held_out: HeldOut) -> Sequence[Step]:
    """Highest first; without 0, which is no threshold."""
    scores = Scores.of(held_out.is_positive, scores=held_out.probabilities)
    if scores.undefined:
        raise _not_reached(recipe, "a probability of the cross-validation is not a number")
    found = Steps.of(scores)
    positives, others = int(held_out.is_positive.sum()), int((~held_out.is_positive).sum())
    return [
        Step(probability, Counts(tp=tp, fp=fp, fn=positives - tp, tn=others - fp))
        for probability, tp, fp in zip(found.thresholds.tolist(), found.tp.tolist(), found.fp.tolist(), strict=True)
        if probability > 0
    ]


def _chosen(threshold: Threshold, steps: Sequence[Step]) -> int | None:
    """The place of the step; None where none reaches what is asked."""
    counts = [step.counts for step in steps]
    if threshold.precision is not None:
        bound = exact(threshold.precision)
        reaching = [place for place, each in enumerate(counts) if _is_at_least(each.precision, bound)]
        return max(reaching, key=lambda place: (counts[place].tp, -counts[place].fp), default=None)
    if threshold.recall is not None:
        bound = exact(threshold.recall)
        return next((place for place, each in enumerate(counts) if _is_at_least(each.recall, bound)), None)
    costs = threshold.costs or {}
    return min(range(len(counts)), key=lambda place: counts[place].cost_per_row(costs) or 0, default=None)


def _is_at_least(ratio: Fraction | None, bound: Fraction) -> bool:
    return ratio is not None and ratio >= bound


def _halfway(below: float, reached: float) -> float:
    """A threshold that `reached` reaches, and `below` does not.

    >>> _halfway(0.25, 0.75), _halfway(1.0 - 2**-53, 1.0)
    (0.5, 1.0)
    """
    middle = (below + reached) / 2
    return middle if below < middle <= reached else reached


def _told(
    recipe: Recipe, threshold: Threshold, point: OperatingPoint, counts: Counts, validated: Validated
) -> dict[str, Any]:
    held_out = validated.held_out
    assert held_out is not None
    answered = point.reached(held_out.probabilities)
    ratios = {
        "precision": _interval(recipe, "precision", counts, held_out, np.flatnonzero(answered)),
        "recall": _interval(recipe, "recall", counts, held_out, np.flatnonzero(held_out.is_positive)),
    }
    rows = f"{len(answered):,} training rows, {counts.support:,} of them of {point.positive}"
    values = " and ".join(
        f"{name} {float(getattr(counts, name)):.4g} ({between(each.low, each.high, sure=each.sure)})"
        for name, each in ratios.items()
        if each is not None
    )
    return {
        **point.to_document(),
        "chosen": {
            "rows": len(answered),
            "positives": counts.support,
            "answered": counts.tp + counts.fp,
            **{name: each and {"value": float(getattr(counts, name)), **vars(each)} for name, each in ratios.items()},
        },
        "words": f"{_asked(threshold)}, by cross-validation on {rows}: {values}",
    }


def _interval(recipe: Recipe, metric: str, counts: Counts, held_out: HeldOut, rows: Integers) -> Interval | None:
    """Of the ratio, which is a share of these rows; copies of a row count for less."""
    share = counts.proportion(metric) or Proportion(0, 0)
    times = Counter(held_out.X[row].tobytes() for row in rows.tolist()).values()
    copies = Fraction(sum(each * each for each in times), share.whole) if share.whole else Fraction(1)
    value, known = getattr(counts, metric), Proportion(share.part, share.whole, copies)
    return judge(at_least(metric, of=recipe.positive, bound=0), value=value, proportion=known).interval


def _asked(threshold: Threshold) -> str:
    """
    >>> _asked(Threshold.at_precision(0.95)), _asked(Threshold.by_costs({"fn": 50, "fp": 1}))
    ('the highest recall at a precision of 0.95 or more', 'the least cost of errors (fn 50, fp 1)')
    """
    if threshold.precision is not None:
        return f"the highest recall at a precision of {threshold.precision:g} or more"
    if threshold.recall is not None:
        return f"the highest threshold at a recall of {threshold.recall:g} or more"
    costs = ", ".join(f"{error} {cost:g}" for error, cost in sorted((threshold.costs or {}).items()))
    return f"the least cost of errors ({costs})"


def _best(recipe: Recipe, threshold: Threshold, steps: Sequence[Step], validated: Validated) -> str:
    """What is nearest to what is asked."""
    metric = "precision" if threshold.precision is not None else "recall"
    values = [(getattr(step.counts, metric) or Fraction(0), step.counts.tp, step.probability) for step in steps]
    rows, positives = validated.facts["rows"], steps[-1].counts.support if steps else 0
    told = f"on the {rows:,} rows of the cross-validation, {positives:,} of them of {recipe.positive}"
    if not values:
        return f"{told}, every probability is 0"
    best, found, probability = max(values)
    return (
        f"{told}, the best {metric} is {float(best):.4g}, at {probability:.4g}, where {amount(found, 'row')}"
        f" of the class"
        f" {verb(found, 'is', 'are')} found"
    )


def _not_reached(recipe: Recipe, why: str) -> ThresholdNotReached:
    asked = _asked(recipe.threshold or Threshold())
    return ThresholdNotReached(
        f"no threshold gives what recipe {recipe.model} asks for, {asked}: {why}. Ask for less, or name a number,"
        " such as Threshold(0.3)",
        model=recipe.model,
    )
