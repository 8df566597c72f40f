"""What the report says of a champion beside a challenger; what it cannot say is in test_evaluation."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import Artifact
from lambdas.model.gate.thresholds import at_least, at_most_flips
from lambdas.model.predictions import Answers
from lambdas.model.recipe import Recipe
from lambdas.serve.schema import Schema
from tests.given import data
from tests.given.holdouts import evaluate

RECIPE = data.numeric_recipe(thresholds=[at_least("accuracy", bound=0.51, margin=0.49)], cross_validation_folds=0)
HOLDOUT = data.table(RECIPE, rows=200, seed=1)
COLUMNS = [{"kind": "number", "name": name, "minimum": None, "maximum": None} for name in ("size", "age")]
SCHEMA = Schema.from_document({"columns": COLUMNS})

RULE = "accuracy, against the champion"


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
    told = {name: made["comparison"][name] for name in ("rows", "decides", "sure", "proved", "detectable")}
    assert told == {"rows": 200, "decides": True, "sure": 0.95, "proved": False, "detectable": None}
    counts = ("only_challenger_right", "only_champion_right", "both_right", "both_wrong")
    assert [made["comparison"][name] for name in counts] == [1, 2, 196, 1]
    assert sum(cell[3] for cell in made["comparison"]["cells"]) == 200
    assert [each["row"] for each in made["differences"]] == [1, 2, 4]
    assert made["differences"][0]["challenger"]["probability"] == 0.125
    assert made["differences"][0]["champion"]["probability"] == 0.875


def test_fall_that_chance_explains_passes_and_tells_what_the_rows_would_notice() -> None:
    recipe = replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51, margin=0.01)])

    made = report(Wrong(1, 2, 3, 5, 6), Wrong(3, 4), recipe=recipe)

    (compared,) = [rule for rule in made["rules"] if rule["name"] == RULE]
    assert compared["passed"]
    assert compared["value"] == 0.975
    assert compared["reason"] == made["comparison"]["ratios"][0]["words"]
    assert compared["reason"].startswith("new 0.9750, live 0.9900, difference -0.0150 (")
    assert ", margin 0.01: not shown worse; 200 rows would notice a fall of " in compared["reason"]
    assert made["reason"].startswith("all 4 rules hold; not shown worse than the live model; in accuracy, 200 rows")


def test_challenger_that_is_proved_worse_is_rejected() -> None:
    recipe = replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51, margin=0.01)])

    made = report(Wrong(*range(12)), Wrong(), recipe=recipe)

    assert not made["passed"]
    assert made["reason"].startswith(f"{RULE}: new 0.9400, live 1.0000, difference -0.0600 (")
    assert ": worse, 12 rows against it and 0 for it (p = " in made["reason"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"detectable": 0.02}, "NOT ENOUGH ROWS, "),
        ({"proved": True}, "NOT ENOUGH ROWS, 268 would prove the margin"),
        ({"sure": 0.99, "detectable": 0.02}, "NOT ENOUGH ROWS, "),
    ],
)
def test_recipe_may_demand_more_than_these_rows_can_tell(changes: dict[str, Any], words: str) -> None:
    thresholds = [at_least("accuracy", bound=0.51, margin=0.01)]

    made = report(Wrong(), Wrong(), recipe=replace(RECIPE, thresholds=thresholds, **changes))

    assert not made["passed"]
    assert words in made["reason"]


@pytest.mark.parametrize(
    ("changes", "passed"),
    [({}, False), ({"sure": 0.999}, True), ({"significance": 0.001}, True), ({"compare_with_champion": False}, True)],
)
def test_recipe_decides_how_sure_it_has_to_be_and_whether_it_counts(changes: dict[str, Any], passed: bool) -> None:
    recipe = replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51, margin=0.01)])

    made = report(Wrong(*range(9)), Wrong(), recipe=replace(recipe, **changes))

    assert made["passed"] is passed
    assert made["comparison"]["only_champion_right"] == 9
    decides = changes.get("compare_with_champion", True)
    assert made["comparison"]["decides"] is decides
    assert ("live model" in made["reason"]) is (passed and decides)


def test_copies_of_a_row_count_as_one() -> None:
    """Twelve rows that all are one row are no proof, where twelve different rows are."""
    recipe = replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51, margin=0.01)])
    wrong = Wrong(*range(12))
    alike = HOLDOUT.take(np.array([0] * 12 + list(range(12, 200))))
    labels = alike.labels.copy()
    labels[:12] = np.where(labels[:12] == "bad", "good", "bad")
    wrong.answers = Answers(wrong.classes, labels, wrong.answers.probabilities)
    right = Wrong()
    right.answers = Answers(right.classes, alike.labels, right.answers.probabilities)

    made = evaluate(recipe, artifact=wrong, holdout=alike, answers=wrong.answers, champion=right)

    assert made["passed"], made["reason"]
    assert made["comparison"]["distinct_rows"] == pytest.approx(200**2 / (12**2 + 188))


def test_challenger_that_wins_rows_passes() -> None:
    made = report(Wrong(), Wrong(*range(100)))

    assert made["passed"]
    assert made["comparison"]["ratios"][0]["verdict"] == "no worse"


def test_without_a_champion_there_is_no_comparison() -> None:
    made = report(Wrong(), None)

    assert (made["comparison"], made["differences"]) == (None, [])
    assert RULE not in [rule["name"] for rule in made["rules"]]


def test_champion_that_cannot_be_scored_is_not_compared_and_fails() -> None:
    strange = Wrong()
    strange.answers = replace(strange.answers, labels=np.full(200, "ugly"))

    made = report(Wrong(), strange)

    assert not made["champion"]["scored"]
    assert (made["comparison"], made["differences"], made["passed"]) == (None, [], False)
    assert f"{RULE}: the champion cannot be scored" in made["reason"]


def test_replay_sample_holds_the_rows_on_which_the_two_disagree() -> None:
    made = report(Wrong(1, 2, 3), Wrong(3, 4))

    sizes = [instance["size"] for instance in made["replay"]["instances"]]
    assert set(HOLDOUT.numeric[[1, 2, 4], 0]) <= set(sizes)
    assert len(made["replay"]["expected"]) == len(sizes) == 200


@pytest.mark.parametrize(("wrong", "passed"), [(40, True), (150, False)])
def test_area_under_a_curve_is_compared_by_its_numbers(wrong: int, passed: bool) -> None:
    recipe = replace(RECIPE, thresholds=[RECIPE.thresholds[0], at_least("roc_auc", bound=0.1, margin=0.1)])

    made = report(Wrong(*range(wrong)), Wrong(*range(40)), recipe=recipe)

    (compared,) = [rule for rule in made["rules"] if rule["name"] == "roc_auc, against the champion"]
    assert compared["passed"] is passed
    assert [each["metric"] for each in made["comparison"]["ratios"]] == ["accuracy"]


def flipping(share: float, **beside: Any) -> Recipe:
    return replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51, margin=None), at_most_flips(share, **beside)])


def flips_rule(made: dict[str, Any]) -> dict[str, Any]:
    return next(dict(each) for each in made["rules"] if each["name"] == "flips")


@pytest.mark.parametrize(("share", "passes"), [(0.015, True), (0.0149, False)])
def test_share_of_rows_that_change_sides_is_bounded(share: float, passes: bool) -> None:
    made = report(Wrong(1, 2, 3), Wrong(3, 4), recipe=flipping(share))

    judged = flips_rule(made)
    assert (made["passed"], judged["passed"], judged["value"], judged["bound"]) == (passes, passes, 0.015, share)
    assert judged["interval"] == pytest.approx(
        {"low": 0.004101, "high": 0.038310, "sure": 0.95, "rows": 200, "distinct": 200}, abs=1e-6
    )


@pytest.mark.parametrize(
    ("share", "passes", "enough"), [(0.05, True, True), (0.03, False, False), (0.001, False, True)]
)
def test_share_of_flips_may_have_to_be_proved(share: float, passes: bool, enough: bool) -> None:
    judged = flips_rule(report(Wrong(1, 2, 3), Wrong(3, 4), recipe=flipping(share, sure=0.95)))

    assert (judged["passed"], judged["enough_rows"]) == (passes, enough)


def test_a_first_model_flips_nothing_and_its_rule_says_so() -> None:
    made = report(Wrong(1), None, recipe=flipping(0.01))

    judged = flips_rule(made)
    assert made["passed"] and made["flips"] is None
    assert (judged["passed"], judged["value"], judged["reason"]) == (
        True,
        None,
        "nothing was live, so no answer changes",
    )


def test_flips_against_a_champion_that_cannot_be_scored_fail_with_the_way_out() -> None:
    class Broken(Wrong):
        def score(self, features: object) -> Answers:
            raise ArtifactInvalid("it takes another column")

    judged = flips_rule(report(Wrong(1), Broken(), recipe=flipping(0.01)))

    assert not judged["passed"]
    assert judged["reason"].endswith(
        "set compare_with_champion=False in the recipe, without at_most_flips, to be judged without it"
    )


def test_who_changes_sides_stands_in_the_report() -> None:
    made = report(Wrong(1, 2, 3), Wrong(3, 4))

    assert (made["flips"]["rows"], made["flips"]["flipped"]) == (200, 3)
    assert sum(each["rows"] for each in made["flips"]["sides"]) == 3
