"""A kept report that is judged again says what the gate would have said at once, rule by rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chalicelib.registry.report import Report
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.anchor import AnchorVersion
from lambdas.model.evaluation.judging_again import NotKept, judge_again
from lambdas.model.gate.thresholds import Threshold, at_least, at_most, at_most_cost, at_most_flips
from lambdas.model.predictions import Answers
from lambdas.model.recipe import Recipe
from tests.given import data
from tests.given.guesses import Guess
from tests.given.holdouts import evaluate

RECIPE = data.numeric_recipe(thresholds=[at_least("accuracy", bound=0.51)], cross_validation_folds=0)
ONCE = data.table(RECIPE, rows=150, seed=1)
HOLDOUT = ONCE.take(np.concatenate([np.arange(150), np.arange(30), np.arange(10)]))
"""Some rows occur two or three times."""


def guess(wrong: float, *, seed: int) -> Guess:
    return Guess(wrong, seed=seed, holdout=HOLDOUT)


def report(recipe: Recipe, champion: Artifact | None, *, challenger: Guess, estimator: Guess | None = None) -> Report:
    answers = (estimator or challenger).answers
    made = evaluate(recipe, artifact=challenger, holdout=HOLDOUT, answers=answers, champion=champion)
    del made["replay"]
    return Report.read(json.dumps(made, allow_nan=False).encode(), key="report.json")


class Broken:
    """A champion that does not fit the holdout."""

    classes = ("bad", "good")
    schema = Guess.schema

    def score(self, features: object) -> Answers:
        raise ValueError("another world")


OTHERS: Sequence[tuple[dict[str, Any], Sequence[Threshold]]] = [
    ({}, [at_least("recall", of="bad", bound=0.9, sure=0.95), at_least("f1", of="bad", bound=0.8, sure=0.9)]),
    ({}, [at_least("accuracy", bound=0.85, margin=0.0), at_least("precision", of="good", bound=0.7, margin=0.2)]),
    ({}, [at_least("roc_auc", bound=0.6), at_least("average_precision", bound=0.6, margin=0.0)]),
    ({}, [at_most_cost({"fn": 7, "fp": 2}, of="bad", per_row=0.5), at_least("support", of="bad", bound=80)]),
    ({"proved": True}, [at_least("accuracy", bound=0.6, margin=0.1), at_least("recall", of="bad", bound=0.6)]),
    ({"detectable": 0.1}, [at_least("accuracy", bound=0.6), at_most("false_positive_rate", of="bad", bound=0.4)]),
    ({"sure": 0.8}, [at_least("accuracy", bound=0.6, margin=0.01)]),
    ({}, [at_least("accuracy", bound=0.6, margin=None), at_most_flips(0.2)]),
    ({}, [at_least("accuracy", bound=0.6), at_most_flips(0.1, sure=0.9)]),
    ({"compare_with_champion": False}, [at_least("accuracy", bound=0.6)]),
]


@pytest.mark.parametrize(("fields", "thresholds"), OTHERS)
@pytest.mark.parametrize("champion", [None, guess(0.05, seed=2), guess(0.4, seed=3), Broken()])
@pytest.mark.parametrize("wrong", [0.02, 0.15])
def test_night_judged_again_gets_the_verdict_that_it_would_have_had(
    fields: dict[str, Any], thresholds: Sequence[Threshold], champion: Artifact | None, wrong: float
) -> None:
    challenger, other = guess(wrong, seed=1), replace(RECIPE, thresholds=thresholds, **fields)

    kept = report(RECIPE, champion, challenger=challenger)
    at_once = report(other, champion, challenger=challenger)

    again = judge_again(other, kept.document)
    assert [vars(rule) | {"interval": None} for rule in again.rules] == [
        {**rule.document, "interval": None} for rule in at_once.rules
    ]
    assert [rule.interval and vars(rule.interval) for rule in again.rules] == [
        rule.interval and rule.interval.document for rule in at_once.rules
    ]
    assert again.passed == at_once.passed


def test_recipe_as_it_is_gives_the_verdict_that_is_in_the_report() -> None:
    for wrong in (0.02, 0.3, 0.6):
        kept = report(RECIPE, guess(0.1, seed=2), challenger=guess(wrong, seed=1))

        assert judge_again(RECIPE, kept.document).passed == kept.passed


def with_anchor(recipe: Recipe, *, challenger: Guess, **fields: Any) -> Report:
    """Version 3 is the anchor; the champion is as good as the challenger."""
    anchor = AnchorVersion(model_version=3, **fields)
    made = evaluate(
        recipe,
        artifact=challenger,
        holdout=HOLDOUT,
        answers=challenger.answers,
        champion=challenger,
        anchor=anchor,
    )
    del made["replay"]
    return Report.read(json.dumps(made, allow_nan=False).encode(), key="report.json")


@pytest.mark.parametrize(("fields", "thresholds"), OTHERS)
@pytest.mark.parametrize(
    "anchor",
    [
        {"artifact": guess(0.02, seed=2)},
        {"artifact": guess(0.02, seed=2), "is_named": True},
        {"problem": "model.json is gone"},
        {"problem": "model.json is gone", "is_named": True},
        {"is_champion": True},
        {"artifact": Broken()},
    ],
)
def test_night_with_an_anchor_judged_again_gets_the_verdict_that_it_would_have_had(
    fields: dict[str, Any], thresholds: Sequence[Threshold], anchor: dict[str, Any]
) -> None:
    named: dict[str, Any] = {"anchor": 3} if anchor.get("is_named") else {}
    challenger = guess(0.3, seed=1)
    kept = with_anchor(replace(RECIPE, **named), challenger=challenger, **anchor)
    other = replace(RECIPE, thresholds=thresholds, **fields, **named)

    again = judge_again(other, kept.document)

    at_once = with_anchor(other, challenger=challenger, **anchor)
    assert [(rule.name, rule.passed, rule.reason) for rule in again.rules] == [
        (rule.name, rule.passed, rule.reason) for rule in at_once.rules
    ]


def test_recipe_without_an_anchor_is_judged_without_one() -> None:
    kept = with_anchor(RECIPE, challenger=guess(0.3, seed=1), artifact=guess(0.02, seed=2))

    assert not judge_again(RECIPE, kept.document).passed
    assert judge_again(replace(RECIPE, anchor=None), kept.document).passed


def test_recipe_that_names_another_anchor_cannot_be_tried() -> None:
    kept = with_anchor(RECIPE, challenger=guess(0.3, seed=1), artifact=guess(0.02, seed=2))

    with pytest.raises(NotKept, match="its anchor was version 3, the recipe's is version 7"):
        judge_again(replace(RECIPE, anchor=7), kept.document)


def test_anchor_of_too_many_cells_is_not_kept() -> None:
    kept = with_anchor(RECIPE, challenger=guess(0.3, seed=1), artifact=guess(0.02, seed=2)).document
    emptied = {**kept, "anchor": {**kept["anchor"], "comparison": {**kept["anchor"]["comparison"], "cells": []}}}

    with pytest.raises(NotKept, match="no joint counts of the anchor: set anchor=None to leave it"):
        judge_again(RECIPE, emptied)


def test_anchor_of_other_rows_is_damaged() -> None:
    kept = with_anchor(RECIPE, challenger=guess(0.3, seed=1), artifact=guess(0.02, seed=2)).document
    (first, *others) = kept["anchor"]["comparison"]["cells"]
    more = {**kept["anchor"]["comparison"], "cells": [[*first[:3], first[3] + 1, first[4]], *others]}

    with pytest.raises(NotKept, match="are of different rows: one is damaged"):
        judge_again(RECIPE, {**kept, "anchor": {**kept["anchor"], "comparison": more}})


def test_classes_in_another_order_are_the_same_classes() -> None:
    other = replace(RECIPE, positive="good", thresholds=OTHERS[0][1])
    champion, challenger = guess(0.2, seed=2), guess(0.1, seed=1)
    kept = report(RECIPE, champion, challenger=challenger)

    again = judge_again(other, kept.document)

    at_once = report(other, champion, challenger=challenger)
    assert [rule.reason for rule in again.rules] == [rule.reason for rule in at_once.rules]


def test_rule_that_no_recipe_states_stays_as_it_was() -> None:
    kept = report(RECIPE, None, challenger=guess(0.02, seed=1), estimator=guess(0.05, seed=1))

    again = judge_again(RECIPE, kept.document)

    assert not again.passed
    assert "labels that differ from the estimator's: " in again.reason


def without(kept: Report, **changes: Any) -> Report:
    document = {name: value for name, value in kept.document.items() if name not in changes or changes[name]}
    return Report.of({**document, **{name: value for name, value in changes.items() if value}})


def test_squares_of_an_earlier_release_follow_from_its_joint_counts() -> None:
    other = replace(RECIPE, thresholds=OTHERS[0][1])
    kept = report(RECIPE, guess(0.2, seed=2), challenger=guess(0.1, seed=1))

    assert judge_again(other, without(kept, squares=None).document) == judge_again(other, kept.document)


def test_first_model_of_an_earlier_release_is_judged_by_its_values_alone() -> None:
    first = without(report(RECIPE, None, challenger=guess(0.1, seed=1)), squares=None)

    assert judge_again(RECIPE, first.document).passed
    with pytest.raises(NotKept, match="no word of copies of rows: leave `sure` out of the thresholds"):
        judge_again(replace(RECIPE, thresholds=OTHERS[0][1]), first.document)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"matrix": None}, "its report holds no confusion matrix"),
        ({"comparison": None}, "no joint counts of both models: set compare_with_champion=False"),
        ({"comparison": {"cells": []}}, "no joint counts of both models"),
        ({"comparison": {"cells": [[0, 0, 0, 1]]}}, "its joint counts are damaged"),
        ({"comparison": {"cells": [[0, 2, 0, 1, 1]]}}, "its joint counts are damaged"),
        (
            {"comparison": {"cells": [[0, 0, 0, 1, 1]]}},
            "its joint counts and its confusion matrix are of different rows",
        ),
        ({"comparison": {"cells": [[0, 0, 0, 10**30, 1]]}}, "it counts more rows than there can be"),
        ({"classes": ["bad", "worse"]}, "its classes are bad, worse, the recipe's good, bad"),
    ],
)
def test_report_that_lacks_what_is_asked_says_so(changes: dict[str, Any], said: str) -> None:
    kept = report(RECIPE, guess(0.2, seed=2), challenger=guess(0.1, seed=1))
    if changes.get("comparison"):
        changes = {"comparison": {**(kept.document["comparison"]), **changes["comparison"]}}

    with pytest.raises(NotKept, match=said):
        judge_again(RECIPE, without(kept, **changes).document)


def test_report_without_joint_counts_is_judged_by_a_recipe_that_compares_nothing() -> None:
    kept = without(report(RECIPE, guess(0.2, seed=2), challenger=guess(0.1, seed=1)), comparison=None)

    assert judge_again(replace(RECIPE, compare_with_champion=False), kept.document).passed


def test_areas_that_were_undefined_are_undefined_again() -> None:
    kept = without(report(RECIPE, None, challenger=guess(0.1, seed=1)), roc_auc=None, average_precision=None)
    other = replace(RECIPE, thresholds=[at_least("roc_auc", bound=0.6), at_least("average_precision", bound=0.6)])

    assert judge_again(RECIPE, kept.document).passed
    assert [rule.value for rule in judge_again(other, kept.document).rules[:2]] == [None, None]


def test_area_of_another_class_is_not_judged() -> None:
    kept = report(RECIPE, None, challenger=guess(0.1, seed=1))
    other = replace(RECIPE, positive="good", thresholds=[at_least("roc_auc", bound=0.6)])

    with pytest.raises(NotKept, match="its roc_auc is of bad, the recipe's of good"):
        judge_again(other, kept.document)
