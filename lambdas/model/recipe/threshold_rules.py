"""Finds an operating point of a recipe that makes no sense: of other classes, out of range, or not to be chosen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from chalicelib.cutting import listed
from lambdas.model.metrics.ratios import ERRORS
from lambdas.model.recipe.elements import Threshold
from lambdas.model.recipe.fields import Fields

ONE_OF_FOUR = "Threshold(0.3), Threshold.at_precision(0.95), Threshold.at_recall(0.9) or Threshold.by_costs(...)"


def threshold_problems(recipe: Fields) -> Iterator[str]:
    """The types of the fields are already checked."""
    threshold = recipe.threshold
    if threshold is None:
        return
    if recipe.positive is None:
        yield "threshold needs `positive`, the class that it is for"
    names = recipe.class_names
    if len(names) > 2:
        yield f"threshold is for two classes, and the recipe has {len(names)}: {listed(names)}"
    if threshold.is_chosen and recipe.cross_validation_folds == 0:
        yield (
            "threshold is chosen on the rows that cross-validation holds out, and cross_validation_folds is 0:"
            " set it to 2 or more, or give a number, such as Threshold(0.3)"
        )
    yield from _value_problems(threshold)


def _value_problems(threshold: Threshold) -> Iterator[str]:
    given = {name: value for name, value in vars(threshold).items() if value is not None}
    if len(given) != 1:
        yield f"threshold has {len(given)} of {', '.join(vars(threshold))}: expected {ONE_OF_FOUR}"
        return
    if threshold.probability is not None and not 0 < threshold.probability < 1:
        yield f"threshold.probability is {threshold.probability}: expected more than 0 and less than 1"
    for name, value in (("precision", threshold.precision), ("recall", threshold.recall)):
        if value is not None and not 0 < value <= 1:
            yield f"threshold.{name} is {value}: expected more than 0, and 1 at most"
    if threshold.costs is not None:
        yield from _cost_problems(threshold.costs)


def _cost_problems(costs: Mapping[str, float]) -> Iterator[str]:
    if set(costs) != set(ERRORS):
        yield (
            f"threshold.costs are of {listed(costs)}: expected both of {', '.join(ERRORS)}, for with one of them free"
            " one answer to every row is the cheapest"
        )
    elif not all(0 < cost < math.inf for cost in costs.values()):
        yield f"threshold.costs are {listed(map(str, costs.values()))}: expected more than 0"
