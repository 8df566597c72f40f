"""Finds thresholds of a recipe that make no sense: a gate that no model can pass, or that every model passes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from lambdas.model.gate.thresholds import AT_LEAST, AT_MOST, Threshold
from lambdas.model.metrics.ratios import CLASS_COUNTS, CLASS_RATIOS, OVERALL_RATIOS
from lambdas.model.recipe.fields import Fields

OF_CLASS = CLASS_RATIOS + CLASS_COUNTS
METRICS = OF_CLASS + OVERALL_RATIOS
LESS_IS_BETTER = ("false_positive_rate", "false_negative_count")
"""Metrics with a maximum; all others have a minimum."""


def gate_problems(recipe: Fields) -> Iterator[str]:
    """The problems of a recipe's thresholds; the types of its fields are already checked."""
    if not recipe.thresholds:
        yield "there is no threshold: any model would pass"
        return
    for threshold in recipe.thresholds:
        problem = _metric_problem(threshold, recipe=recipe)
        if problem:
            yield problem
        else:
            yield from _bound_problems(threshold)
    yield from _repeated(recipe)
    yield from _always_one_class(recipe)


def _metric_problem(threshold: Threshold, *, recipe: Fields) -> str | None:
    metric = threshold.metric
    if metric not in METRICS:
        return f"there is no metric {metric!r}: expected one of {', '.join(METRICS)}"
    if metric in OVERALL_RATIOS and threshold.of is not None:
        return f"{metric} is of no single class: leave `of` out"
    if metric in OF_CLASS and threshold.of not in recipe.class_names:
        return f"{metric} is of {threshold.of!r}: expected one of {', '.join(recipe.class_names)}"
    if metric in ("average_precision", "roc_auc") and recipe.positive is None:
        return f"{metric} needs `positive`"
    return None


def _bound_problems(threshold: Threshold) -> Iterator[str]:
    name, bound, margin = threshold.name, threshold.bound, threshold.margin
    is_count = threshold.metric in CLASS_COUNTS
    if threshold.metric in LESS_IS_BETTER and threshold.direction != AT_MOST:
        yield f"{name} has a floor, and less of it is better: use at_most"
    if threshold.metric not in LESS_IS_BETTER and threshold.direction != AT_LEAST:
        yield f"{name} has a ceiling, and more of it is better: use at_least"
    if is_count and not 0 <= bound < math.inf:
        yield f"the bound of {name} is {bound}: expected 0 or more, for it is a count"
    if not is_count and not 0 <= bound <= 1:
        yield f"the bound of {name} is {bound}: expected 0 to 1, for it is a ratio"
    if margin is not None and is_count and not 0 <= margin < math.inf:
        yield f"the margin of {name} is {margin}: expected 0 or more"
    if margin is not None and not is_count and not 0 <= margin < 1:
        yield f"the margin of {name} is {margin}: expected 0 or more and less than 1; None not to compare"


def _repeated(recipe: Fields) -> Iterator[str]:
    # As each metric has one direction, two bounds of it either say the same twice or contradict each other.
    for name, count in Counter(threshold.name for threshold in recipe.thresholds).items():
        if count > 1:
            yield f"{name} has {count} bounds: keep one"


def _always_one_class(recipe: Fields) -> Iterator[str]:
    for name in recipe.class_names:
        if all(_passes_always(threshold, answer=name) for threshold in recipe.thresholds):
            yield (
                f"thresholds are sure to pass a model that answers {name} to everything: add "
                f'at_least("precision", of="{name}", ...), at_most("false_positive_rate", of="{name}", ...) '
                "or the recall of another class"
            )
            return


def _passes_always(threshold: Threshold, *, answer: str) -> bool:
    """Whether a model that always gives the same answer passes any bound: it misses no row of that class, and
    none is taken for another. Support is the holdout's and not the model's."""
    if threshold.of == answer:
        return threshold.metric in ("recall", "false_negative_count", "support")
    return threshold.of is not None and threshold.metric in ("false_positive_rate", "support")
