from __future__ import annotations

import math

import pytest

from lambdas.model.gate.thresholds import GateRule, at_least, at_most, at_most_flips
from lambdas.model.recipe import Split
from tests.given import data
from workflows.checking.gate import kept_by_one_class, never_proved, never_proved_no_worse

SUPPORTS = {"good": 1500, "bad": 740}
"""A holdout of a fifth has 300 good rows and 148 bad ones."""
ACCURATE = at_least("accuracy", bound=0.6)


@pytest.mark.parametrize(
    ("threshold", "names"),
    [
        (at_least("recall", of="bad", bound=0.98, sure=0.95), ["recall of bad"]),
        (at_least("precision", of="bad", bound=0.98, sure=0.95), ["precision of bad"]),
        (at_least("recall", of="bad", bound=0.97, sure=0.95), []),
        (at_least("recall", of="bad", bound=0.98), []),
        (at_least("recall", of="good", bound=0.98, sure=0.95), []),
        (at_most("false_positive_rate", of="bad", bound=0.001, sure=0.95), ["false_positive_rate of bad"]),
        (at_most("false_positive_rate", of="bad", bound=0.01, sure=0.95), []),
        (at_least("accuracy", bound=0.995, sure=0.95), ["accuracy"]),
        (at_most_flips(0.005, sure=0.95), ["flips"]),
        (at_most_flips(0.01, sure=0.95), []),
        (at_most_flips(0.001), []),
    ],
)
def test_rule_that_even_a_model_without_errors_cannot_prove_is_named(threshold: GateRule, names: list[str]) -> None:
    others = [ACCURATE] if threshold.metric != "accuracy" else [at_least("precision", of="bad", bound=0.6)]
    recipe = data.recipe(thresholds=[*others, threshold])

    found = list(never_proved(recipe, SUPPORTS))

    assert [each.partition(":")[0] for each in found] == names
    assert all("would do" in each for each in found)


def test_larger_holdout_proves_more() -> None:
    recipe = data.recipe(
        thresholds=[ACCURATE, at_least("recall", of="bad", bound=0.98, sure=0.95)], split=Split(holdout_ratio=0.21)
    )

    assert list(never_proved(recipe, SUPPORTS)) == []


def test_class_that_keeps_every_threshold_alone_is_named() -> None:
    assert kept_by_one_class(data.recipe(thresholds=[ACCURATE]), SUPPORTS) == "good"
    assert kept_by_one_class(data.recipe(thresholds=[at_least("accuracy", bound=0.7)]), SUPPORTS) is None


def fewest(margin: float) -> int:
    """By Tango: rows * margin / (1 - margin) is at least z * z, with z of 0.95."""
    return math.ceil(1.6448536269514722**2 * (1 - margin) / margin)


@pytest.mark.parametrize(
    ("threshold", "rows"),
    [
        (at_least("accuracy", bound=0.6, margin=0.05), "accuracy"),
        (at_least("recall", of="bad", bound=0.6, margin=0.05), "bad"),
        (at_most("false_positive_rate", of="bad", bound=0.5, margin=0.05), "good"),
    ],
)
def test_margin_that_the_holdout_never_proves_is_named_with_its_rows(threshold: GateRule, rows: str) -> None:
    recipe = data.recipe(thresholds=[ACCURATE, threshold][threshold.metric == "accuracy" :], proved=True, sure=0.95)
    needed = fewest(0.05)

    def named(held_out: int) -> list[str]:
        """With so many rows of the threshold's in the holdout, and far more others where that is a class."""
        of_rows, others = 5 * held_out, 50_000
        supports = {
            "accuracy": {"good": of_rows - 100, "bad": 100},
            "bad": {"bad": of_rows, "good": others},
            "good": {"good": of_rows, "bad": others},
        }[rows]
        return [each for each in never_proved_no_worse(recipe, supports) if threshold.name in each]

    assert named(needed) == []
    assert named(needed - 1) == [
        f"{threshold.name} has {needed - 1:,} rows in the holdout, and its margin of 0.05 is never proved by fewer"
        f" than {needed:,}"
    ]


def test_recipe_that_asks_for_no_proof_names_no_margin() -> None:
    recipe = data.recipe(thresholds=[at_least("accuracy", bound=0.6, margin=0.001)])

    assert list(never_proved_no_worse(recipe, {"good": 10, "bad": 10})) == []
