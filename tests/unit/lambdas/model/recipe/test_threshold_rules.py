"""An operating point that makes no sense is refused, with what to write."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from lambdas.model.gate.thresholds import at_least
from lambdas.model.recipe import Threshold
from tests.given import data

COSTS = {"fn": 50, "fp": 1}
MUCH: Any = "much"
PAIRS: Any = [("fn", 1)]


@pytest.mark.parametrize(
    "threshold",
    [
        *(None, Threshold(0.3), Threshold.at_precision(0.95), Threshold.at_recall(1), Threshold.by_costs(COSTS)),
    ],
)
def test_each_way_to_say_it_is_taken(threshold: Threshold | None) -> None:
    assert data.recipe(threshold=threshold).threshold == threshold


def test_a_number_needs_no_cross_validation() -> None:
    assert data.recipe(threshold=Threshold(0.3), cross_validation_folds=0).cross_validation_folds == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"threshold": 0.3}, "threshold is 0.3: expected Threshold(0.3), Threshold.at_precision(0.95)"),
        ({"threshold": Threshold(MUCH)}, "threshold.probability is 'much': expected a number, or None"),
        ({"threshold": Threshold(costs={"fn": MUCH, "fp": 1})}, "threshold.costs['fn'] is 'much'"),
        ({"threshold": Threshold(costs=PAIRS)}, "threshold.costs is [('fn', 1)]: expected a dict"),
        (
            {"threshold": Threshold()},
            "threshold has 0 of probability, precision, recall, costs: expected Threshold(0.3)",
        ),
        ({"threshold": Threshold(0.3, recall=0.9)}, "threshold has 2 of probability, precision, recall, costs"),
        *(
            ({"threshold": Threshold(each)}, f"threshold.probability is {each}: expected more than 0 and less than 1")
            for each in (0, 1, -1, math.nan)
        ),
        *(
            (
                {"threshold": Threshold.at_recall(each)},
                f"threshold.recall is {each}: expected more than 0, and 1 at most",
            )
            for each in (0, 1.1, math.nan)
        ),
        ({"threshold": Threshold.at_precision(95)}, "threshold.precision is 95: expected more than 0, and 1 at most"),
        ({"threshold": Threshold.by_costs({"fn": 50})}, "threshold.costs are of fn: expected both of fn, fp"),
        ({"threshold": Threshold.by_costs({"fn": 50, "fp": 0})}, "threshold.costs are 50, 0: expected more than 0"),
        (
            {"threshold": Threshold.at_recall(0.9), "cross_validation_folds": 0},
            "cross_validation_folds is 0: set it to 2 or more, or give a number",
        ),
        ({"threshold": Threshold(0.3), "positive": None}, "threshold needs `positive`, the class that it is for"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**changes)

    assert said in raised.value.message


def test_it_is_for_two_classes() -> None:
    with pytest.raises(RecipeInvalid, match="threshold is for two classes, and the recipe has 3: bee, cat, ant"):
        data.recipe(
            classes={"a": "ant", "b": "bee", "c": "cat"},
            positive="ant",
            threshold=Threshold(0.3),
            thresholds=[at_least("recall", of="ant", bound=0.5), at_least("precision", of="ant", bound=0.5)],
        )
