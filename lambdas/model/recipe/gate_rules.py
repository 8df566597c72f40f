"""Finds thresholds of a recipe that make no sense: a gate that no model can pass, or that every model passes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from chalicelib.cutting import listed
from lambdas.model.gate.thresholds import AT_LEAST, AT_MOST, GateRule
from lambdas.model.metrics.ratios import CLASS_COUNTS, CLASS_RATIOS, COST, ERRORS, FLIPS, OVERALL_RATIOS, ROWS_OF
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.trivial_answers import passing_answer

METRICS = CLASS_RATIOS + CLASS_COUNTS + OVERALL_RATIOS
"""Of at_least and at_most."""
LESS_IS_BETTER = ("false_positive_rate", "false_negative_count")
"""Metrics with a maximum; all others have a minimum."""
SURE_MIN = 0.5
"""With this or less, a value below its bound could pass."""
MARGIN_END = 0.5
"""A coin that is tossed for each row scores 0.5 in every ratio where half of the rows are of the class; a model
without errors scores 1, or a false positive rate of 0. With this margin the coin would be no worse."""


def costs_of_positive(thresholds: Any, *, positive: str | None) -> Any:
    """The thresholds; those of costs without a class are of the positive one. What is no list is left alone."""
    if not isinstance(thresholds, list | tuple):
        return thresholds
    return type(thresholds)(
        replace(each, of=positive) if isinstance(each, GateRule) and (each.metric, each.of) == (COST, None) else each
        for each in thresholds
    )


def gate_problems(recipe: Fields) -> Iterator[str]:
    """The problems of a recipe's thresholds; the types of its fields are already checked."""
    if not recipe.thresholds:
        yield "there is no threshold: any model would pass"
        return
    found = [*_each(recipe), *_repeated(recipe)]
    yield from found or _trivial(recipe)


def _each(recipe: Fields) -> Iterator[str]:
    for threshold in recipe.thresholds:
        problem = _metric_problem(threshold, recipe=recipe)
        if problem:
            yield problem
        else:
            yield from _bound_problems(threshold)


def _metric_problem(threshold: GateRule, *, recipe: Fields) -> str | None:
    metric = threshold.metric
    if (metric == COST) != (threshold.costs is not None):
        return f'{metric} is made with at_most_cost({{"fn": 50, "fp": 1}}, per_row=...)'
    if metric == FLIPS:
        return _flips_problem(threshold, recipe=recipe)
    if metric not in (*METRICS, COST):
        return f"there is no metric {metric!r}: expected one of {', '.join(METRICS)}"
    if metric in OVERALL_RATIOS and threshold.of is not None:
        return f"{metric} is of no single class: leave `of` out"
    if metric not in OVERALL_RATIOS and threshold.of not in recipe.class_names:
        return f"{metric} is of {threshold.of!r}: expected one of {', '.join(recipe.class_names)}"
    if metric in ("average_precision", "roc_auc") and recipe.positive is None:
        return f"{metric} needs `positive`"
    return None


def _flips_problem(threshold: GateRule, *, recipe: Fields) -> str | None:
    if (threshold.of, threshold.direction, threshold.margin) != (None, AT_MOST, None):
        return "flips is made with at_most_flips(0.01)"
    if not recipe.compare_with_champion:
        return "at_most_flips compares with the live model, and compare_with_champion is False: leave one out"
    if not 0 < threshold.bound < 1:
        return (
            f"the share of at_most_flips is {threshold.bound}: expected more than 0, for a new model that answers"
            " every row as the live one is none, and less than 1, which any model keeps"
        )
    return None


def _bound_problems(threshold: GateRule) -> Iterator[str]:
    if threshold.sure is not None:
        yield from _sure_problems(threshold, sure=threshold.sure)
    if threshold.costs is not None:
        yield from _cost_problems(threshold, costs=threshold.costs)
    elif threshold.metric != FLIPS:
        yield from _range_problems(threshold)


def _range_problems(threshold: GateRule) -> Iterator[str]:
    name, bound = threshold.name, threshold.bound
    if threshold.metric in LESS_IS_BETTER and threshold.direction != AT_MOST:
        yield f"{name} has a floor, and less of it is better: use at_most"
    if threshold.metric not in LESS_IS_BETTER and threshold.direction != AT_LEAST:
        yield f"{name} has a ceiling, and more of it is better: use at_least"
    if threshold.metric in CLASS_COUNTS and not 0 <= bound < math.inf:
        yield f"the bound of {name} is {bound}: expected 0 or more, for it is a count"
    if threshold.metric not in CLASS_COUNTS and not 0 <= bound <= 1:
        yield f"the bound of {name} is {bound}: expected 0 to 1, for it is a ratio"
    if threshold.margin is not None:
        yield from _margin_problems(threshold, margin=threshold.margin)


def _margin_problems(threshold: GateRule, *, margin: float) -> Iterator[str]:
    is_count = threshold.metric in CLASS_COUNTS
    if is_count and not 0 <= margin < math.inf:
        yield f"the margin of {threshold.name} is {margin}: expected 0 or more"
    if not is_count and not 0 <= margin < MARGIN_END:
        yield (
            f"the margin of {threshold.name} is {margin}: expected 0 or more and less than {MARGIN_END}, "
            "or a guess would be no worse than a champion without errors; None not to compare"
        )


def _sure_problems(threshold: GateRule, *, sure: float) -> Iterator[str]:
    name, metric = threshold.name, threshold.metric
    unprovable = 1 if threshold.direction == AT_LEAST else 0
    if metric in CLASS_COUNTS:
        yield f"{name} takes no `sure`: it is a count of this holdout, and known"
    elif metric not in ROWS_OF:
        yield f"{name} takes no `sure`: it is no share of rows, so the rows that are right do not tell how sure it is"
    elif not SURE_MIN < sure < 1:
        yield f"sure of {name} is {sure}: expected more than {SURE_MIN} and less than 1, such as 0.95"
    elif threshold.bound == unprovable:
        yield f"no number of rows proves that {name} is {unprovable}: take another bound, or no `sure`"
    elif threshold.bound == 1 - unprovable:
        yield f"{name} {threshold.direction} {threshold.bound} is always true: take another bound, or no `sure`"


def _cost_problems(threshold: GateRule, *, costs: Mapping[str, float]) -> Iterator[str]:
    name, per_row = threshold.name, threshold.bound
    if not costs or not set(costs) <= set(ERRORS):
        yield f"the costs of {name} are of {listed(costs)}: expected one or both of {', '.join(ERRORS)}"
    elif not all(0 < cost < math.inf for cost in costs.values()):
        amounts = listed(map(str, costs.values()))
        yield f"the costs of {name} are {amounts}: expected more than 0; leave out what is free"
    elif not 0 <= per_row < max(costs.values()):
        yield (
            f"per_row of {name} is {per_row}: expected 0 or more, and less than {max(costs.values())}, "
            "which no model exceeds"
        )


def _repeated(recipe: Fields) -> Iterator[str]:
    # As each metric has one direction, two bounds of it either say the same twice or contradict each other.
    for name, count in Counter(threshold.name for threshold in recipe.thresholds).items():
        if count > 1:
            yield f"{name} has {count} bounds: keep one"


def _trivial(recipe: Fields) -> Iterator[str]:
    shares = passing_answer(recipe.thresholds, classes=recipe.class_names)
    if shares is None:
        return
    answer = max(shares, key=lambda name: shares[name])
    if shares[answer] < 1:
        guess = listed(f"{name} to {_percent(share)} of the rows" for name, share in shares.items() if share)
        yield (
            f"thresholds pass a model that guesses without a look at the row, {guess}: "
            "on average it reaches every bound; raise the bounds, "
            f'or add at_least("precision", of="{recipe.positive or answer}", ...)'
        )
        return
    yield (
        f"thresholds are sure to pass a model that answers {answer} to everything: add "
        f'at_least("precision", of="{answer}", ...), at_most("false_positive_rate", of="{answer}", ...) '
        "or the recall of another class" + "".join(_too_few_demanded(recipe, answer=answer))
    )


def _too_few_demanded(recipe: Fields, *, answer: str) -> Iterator[str]:
    """A count of misses bounds nothing where the class need not have more rows than that."""
    for each in recipe.thresholds:
        if each.metric != "false_negative_count" or each.of is None or each.of == answer:
            continue
        most = math.floor(each.bound)
        yield (
            f"; no threshold asks for more rows of {each.of} than the {most:,} that may be missed: "
            f'add at_least("support", of="{each.of}", bound={most + 1})'
        )


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.3g} %"
