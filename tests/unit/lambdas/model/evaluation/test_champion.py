"""What the report says of a champion beside a challenger; what it cannot say is in test_evaluation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.evaluation import evaluate
from lambdas.model.gate.mcnemar import RULE
from lambdas.model.gate.thresholds import at_least
from lambdas.model.predictions import Answers
from lambdas.model.recipe import Recipe
from lambdas.serve.schema import Schema
from tests.given import data

RECIPE = data.numeric_recipe(thresholds=[at_least("accuracy", bound=0.51, margin=0.49)], cross_validation_folds=0)
HOLDOUT = data.table(RECIPE, rows=200, seed=1)
COLUMNS = [{"kind": "number", "name": name, "minimum": None, "maximum": None} for name in ("size", "age")]
SCHEMA = Schema.from_document({"columns": COLUMNS})


class Wrong:
    """An artifact that is wrong on these rows of the holdout and right on all others."""

    classes = ("bad", "good")
    schema = SCHEMA

    def __init__(self, *rows: int) -> None:
        labels = HOLDOUT.labels.copy()
        labels[list(rows)] = np.where(labels[list(rows)] == "bad", "good", "bad")
        sure = np.where(labels == "bad", 0.875, 0.125)
        self.answers = Answers(self.classes, labels, np.column_stack([sure, 1 - sure]))

    def score(self, features: object) -> Answers:
        return self.answers


def report(challenger: Wrong, champion: Artifact | None, *, recipe: Recipe = RECIPE) -> dict[str, Any]:
    made = evaluate(recipe, artifact=challenger, holdout=HOLDOUT, answers=challenger.answers, champion=champion)
    return dict(json.loads(json.dumps(made, allow_nan=False)))


def test_rows_are_told_by_who_gets_them_right() -> None:
    made = report(Wrong(1, 2, 3), Wrong(3, 4))

    assert made["passed"], made["reason"]
    assert made["paired"] == {
        "only_challenger_right": 1,
        "only_champion_right": 2,
        "both_right": 196,
        "both_wrong": 1,
        "p_value": 1.0,
        "significance": 0.05,
        "method": "exact binomial",
    }
    assert [each["row"] for each in made["differences"]] == [1, 2, 4]
    assert made["differences"][0]["challenger"]["probability"] == 0.125
    assert made["differences"][0]["champion"]["probability"] == 0.875


def test_challenger_that_loses_significantly_more_rows_is_rejected_whatever_the_margins_allow() -> None:
    made = report(Wrong(*range(6)), Wrong())

    assert not made["passed"]
    assert made["reason"] == f"{RULE}: 6 > 5 of 6 that one alone gets right (p = 0.0312, significance 0.05)"


@pytest.mark.parametrize(
    "changes",
    [{"significance": 0.01}, {"compare_with_champion": False}],
    ids=["lower-significance", "not-compared"],
)
def test_recipe_decides_what_is_significant_and_whether_it_counts(changes: dict[str, Any]) -> None:
    made = report(Wrong(*range(6)), Wrong(), recipe=replace(RECIPE, **changes))

    assert made["passed"]
    assert made["paired"]["only_champion_right"] == 6


def test_challenger_that_wins_significantly_more_rows_passes() -> None:
    made = report(Wrong(), Wrong(*range(100)))

    assert made["passed"]
    assert made["paired"]["p_value"] < 1e-20


def test_without_a_champion_there_is_no_paired_test() -> None:
    made = report(Wrong(), None)

    assert (made["paired"], made["differences"]) == (None, [])
    assert RULE not in [rule["name"] for rule in made["rules"]]


def test_champion_that_cannot_be_scored_makes_no_paired_test() -> None:
    strange = Wrong()
    strange.answers = replace(strange.answers, labels=np.full(200, "ugly"))

    made = report(Wrong(), strange)

    assert not made["champion"]["scored"]
    assert (made["paired"], made["differences"]) == (None, [])
    assert RULE not in [rule["name"] for rule in made["rules"]]


def test_replay_sample_holds_the_rows_on_which_the_two_disagree() -> None:
    made = report(Wrong(1, 2, 3), Wrong(3, 4))

    sizes = [instance["size"] for instance in made["replay"]["instances"]]
    assert set(HOLDOUT.numeric[[1, 2, 4], 0]) <= set(sizes)
    assert len(made["replay"]["expected"]) == len(sizes) == 200


@pytest.mark.parametrize(("wrong", "passes", "reason"), [(60, True, "0.7 >= 0.7"), (61, False, "0.695 < 0.7")])
def test_rows_decide_whether_the_margin_is_kept(wrong: int, passes: bool, reason: str) -> None:
    """140 of 200 rows are worse than 160 by exactly a tenth; as floats they are worse by more."""
    recipe = replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51, margin=0.1)])

    made = report(Wrong(*range(wrong)), Wrong(*range(40)), recipe=recipe)

    (compared,) = [rule for rule in made["rules"] if rule["name"] == "accuracy, no worse than the champion"]
    assert (compared["passed"], compared["reason"], compared["bound"]) == (passes, reason, 0.7)
    assert made["accuracy"] == (200 - wrong) / 200
