from __future__ import annotations

import math
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.thresholds import GateRule, at_least
from lambdas.model.recipe.comparison_rules import notes
from tests.given import data

RECALL = at_least("recall", of="bad", bound=0.6, margin=0.02)
PRECISION = at_least("precision", of="bad", bound=0.6, margin=0.02)
UNCOMPARED = at_least("precision", of="bad", bound=0.6, margin=None)
AREA = at_least("roc_auc", bound=0.6, margin=0.02)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sure": 0.5}, "sure is 0.5: expected more than 0.5, and 0.9999 at most"),
        ({"sure": 1}, "sure is 1: expected"),
        ({"sure": math.nan}, "sure is nan: expected"),
        ({"significance": 0.5}, "significance is 0.5: expected 0.0001 or more, and less than 0.5"),
        ({"significance": 1e-9}, "significance is 1e-09: expected"),
        ({"significance": 0.6}, "less than 0.5, for it is 1 - sure now; write sure instead, or leave both out"),
        ({"significance": math.nan}, "significance is nan: expected"),
        ({"sure": 0.9, "significance": 0.1}, "significance is 0.1, which is 1 - sure: leave significance out"),
        ({"detectable": 0.02}, "the margin of recall of bad is 0.02: expected less, for a fall within the margin"),
        ({"detectable": 1}, "detectable is 1: expected more than 0 and less than 1"),
        ({"detectable": math.nan}, "detectable is nan: expected more than 0 and less than 1"),
        ({"detectable": 0.1, "compare_with_champion": False}, "detectable ask for a comparison with the champion"),
        ({"proved": True, "compare_with_champion": False}, "proved ask for a comparison with the champion"),
    ],
)
def test_demand_that_cannot_be_met_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(thresholds=[RECALL, UNCOMPARED], **changes)

    assert words in raised.value.message


@pytest.mark.parametrize(
    ("thresholds", "changes", "words"),
    [
        ([RECALL, PRECISION], {"proved": True}, "precision of bad is no worse, and there is none for precision"),
        ([RECALL, UNCOMPARED, AREA], {"proved": True}, "roc_auc is no worse, and there is none for roc_auc"),
        (
            [at_least("recall", of="bad", bound=0.6, margin=0), UNCOMPARED],
            {"proved": True},
            "the margin of recall of bad is 0: no holdout proves that two models are equal",
        ),
        ([UNCOMPARED], {"proved": True, "detectable": 0.1}, "proved and detectable ask for a comparison"),
        ([RECALL, UNCOMPARED, AREA], {"detectable": 0.1}, "which fall of roc_auc would be noticed"),
    ],
)
def test_demand_that_no_formula_can_tell_is_named(
    thresholds: list[GateRule], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(thresholds=thresholds, **changes)

    assert words in raised.value.message


def test_demands_are_those_of_the_recipe() -> None:
    recipe = data.recipe(thresholds=[RECALL, UNCOMPARED], sure=0.99, proved=True, detectable=0.1)

    assert recipe.demands == Demands(sure=0.99, proved=True, detectable=0.1)
    assert notes(recipe) == []


def test_significance_of_an_earlier_release_is_what_is_left_of_being_sure() -> None:
    recipe = data.recipe(significance=0.01)

    assert recipe.demands.sure == 0.99
    assert notes(recipe) == [
        "significance=0.01 means sure=0.99 now: the new model is refused when a ratio is proved worse by more than"
        " its margin, and not when it is lower by chance; write sure=0.99 instead"
    ]


def test_recipe_that_compares_nothing_with_the_live_model_is_noted_unless_it_says_so() -> None:
    counted = at_least("support", of="bad", bound=20)
    said = [
        "no threshold is compared with the live model, so a worse new model goes live if it keeps every bound: give"
        " one a margin, or write compare_with_champion=False to say that this is meant"
    ]

    assert notes(data.recipe(thresholds=[UNCOMPARED, counted])) == said
    assert notes(data.recipe(thresholds=[UNCOMPARED, counted], compare_with_champion=False)) == []
    assert notes(data.recipe(thresholds=[UNCOMPARED, counted, AREA])) == []
