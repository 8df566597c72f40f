"""A kept report that is judged again says what the gate would have said at once, rule by rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chalicelib.registry.report import Report
from lambdas.model.arrays import Integers
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.anchor import AnchorVersion, has_anchor
from lambdas.model.evaluation.judging_again import NotKept, Rows, another_anchor, judge_again
from lambdas.model.evaluation.tally.row_answers import RowAnswers
from lambdas.model.gate.thresholds import GateRule, Verdict, at_least, at_most, at_most_cost, at_most_flips
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import row_hashes
from tests.given import data
from tests.given.guesses import Guess
from tests.given.holdouts import evaluate
from tests.given.kept_rows import Broken, ByRow, kept

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


def again(recipe: Recipe, kept: Mapping[str, Any], rows: Rows | None = None) -> Verdict:
    return judge_again(recipe, kept, rows=rows or KeptOf())


class KeptOf:
    """What is kept row by row of the night, and of versions by their numbers; nothing else."""

    def __init__(self, tonight: RowAnswers | None = None, **versions: Guess) -> None:
        self._tonight, self._versions = tonight, versions

    def tonight(self) -> RowAnswers:
        if self._tonight is None:
            raise NotKept("none are kept row by row")
        return self._tonight

    def of_version(self, model_version: int, *, classes: Sequence[str]) -> Integers:
        version, hashes = self._versions.get(f"v{model_version}"), row_hashes(HOLDOUT)
        if version is None:
            raise NotKept("that one was never scored")
        rows = {each: place for place, each in enumerate(hashes.tolist())}
        labels = version.answers.labels.tolist()
        return np.array([list(classes).index(labels[rows[each]]) for each in self.tonight().hashes.tolist()])


OTHERS: Sequence[tuple[dict[str, Any], Sequence[GateRule]]] = [
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
@pytest.mark.parametrize("champion", [None, guess(0.05, seed=2), guess(0.4, seed=3), Broken(RECIPE.class_names)])
@pytest.mark.parametrize("wrong", [0.02, 0.15])
def test_night_judged_again_gets_the_verdict_that_it_would_have_had(
    fields: dict[str, Any], thresholds: Sequence[GateRule], champion: Artifact | None, wrong: float
) -> None:
    challenger, other = guess(wrong, seed=1), replace(RECIPE, thresholds=thresholds, **fields)

    kept = report(RECIPE, champion, challenger=challenger)
    at_once = report(other, champion, challenger=challenger)

    told = again(other, kept.document)
    assert [vars(rule) | {"interval": None} for rule in told.rules] == [
        {**rule.document, "interval": None} for rule in at_once.rules
    ]
    assert [rule.interval and vars(rule.interval) for rule in told.rules] == [
        rule.interval and rule.interval.document for rule in at_once.rules
    ]
    assert told.passed == at_once.passed


def test_recipe_as_it_is_gives_the_verdict_that_is_in_the_report() -> None:
    for wrong in (0.02, 0.3, 0.6):
        kept = report(RECIPE, guess(0.1, seed=2), challenger=guess(wrong, seed=1))

        assert again(RECIPE, kept.document).passed == kept.passed


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
        {"artifact": Broken(RECIPE.class_names)},
    ],
)
def test_night_with_an_anchor_judged_again_gets_the_verdict_that_it_would_have_had(
    fields: dict[str, Any], thresholds: Sequence[GateRule], anchor: dict[str, Any]
) -> None:
    named: dict[str, Any] = {"anchor": 3} if anchor.get("is_named") else {}
    challenger = guess(0.3, seed=1)
    kept = with_anchor(replace(RECIPE, **named), challenger=challenger, **anchor)
    other = replace(RECIPE, thresholds=thresholds, **fields, **named)

    told = again(other, kept.document)

    at_once = with_anchor(other, challenger=challenger, **anchor)
    assert [(rule.name, rule.passed, rule.reason) for rule in told.rules] == [
        (rule.name, rule.passed, rule.reason) for rule in at_once.rules
    ]


def test_recipe_without_an_anchor_is_judged_without_one() -> None:
    kept = with_anchor(RECIPE, challenger=guess(0.3, seed=1), artifact=guess(0.02, seed=2))

    assert not again(RECIPE, kept.document).passed
    assert again(replace(RECIPE, anchor=None), kept.document).passed


@pytest.mark.parametrize("then", [{}, {"anchor": None}])
@pytest.mark.parametrize(("fields", "thresholds"), OTHERS)
@pytest.mark.parametrize("wrong", [0.02, 0.3])
def test_version_that_was_no_anchor_is_one_by_the_answers_that_it_gave_to_these_rows(
    fields: dict[str, Any], thresholds: Sequence[GateRule], wrong: float, then: dict[str, Any]
) -> None:
    another, challenger = guess(wrong, seed=5), guess(0.25, seed=1)
    versions: dict[str, Any] = {"artifact": challenger, "champion": guess(0.2, seed=4)}
    anchor = AnchorVersion(model_version=3, artifact=guess(0.4, seed=2))
    night, rows = kept(replace(RECIPE, **then), HOLDOUT, **versions, anchor=anchor)
    other = replace(RECIPE, thresholds=thresholds, anchor=7, **fields)

    told = again(other, night.document, KeptOf(rows, v7=another))

    named = AnchorVersion(model_version=7, is_named=True, artifact=another)
    at_once, _ = kept(other, HOLDOUT, **versions, anchor=named)
    assert [(rule.name, rule.value, rule.passed, rule.reason) for rule in told.rules] == [
        (rule.name, rule.value, rule.passed, rule.reason) for rule in at_once.rules
    ]
    assert told.passed == at_once.passed
    assert another_anchor(other, night.document) == (7 if has_anchor(other) else None)


@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        (AnchorVersion(model_version=3, artifact=guess(0.02, seed=2)), "its anchor was version 3"),
        (None, "it had no anchor"),
    ],
)
def test_version_whose_answers_to_these_rows_nobody_kept_is_no_anchor(anchor: Any, said: str) -> None:
    other = replace(RECIPE, anchor=7)
    night, rows = kept(RECIPE, HOLDOUT, artifact=guess(0.3, seed=1), champion=guess(0.3, seed=2), anchor=anchor)

    with pytest.raises(NotKept, match=f"{said}, the recipe's is version 7; and that one was never scored"):
        again(other, night.document, KeptOf(rows))
    with pytest.raises(NotKept, match=f"{said}, the recipe's is version 7; and none are kept row by row"):
        again(other, night.document)


def test_named_version_that_was_live_is_compared_as_that_alone() -> None:
    night, rows = kept(RECIPE, HOLDOUT, artifact=guess(0.3, seed=1), champion=guess(0.3, seed=2))
    document = {**night.document, "champion_model_version": 7}

    assert [rule.name for rule in again(replace(RECIPE, anchor=7), document, KeptOf(rows)).rules] == [
        rule.name for rule in again(replace(RECIPE, anchor=None), document).rules
    ]


def test_named_version_is_no_anchor_before_anything_was_live() -> None:
    night, _ = kept(RECIPE, HOLDOUT, artifact=guess(0.3, seed=1), champion=None)

    assert again(replace(RECIPE, anchor=7), night.document).passed


def without_cells(comparison: Mapping[str, Any]) -> dict[str, Any]:
    """As a report has it where there are more cells than a document takes."""
    return {**comparison, "cells": []}


def test_counts_of_too_many_cells_follow_from_the_answers_row_by_row() -> None:
    anchor = AnchorVersion(model_version=3, artifact=guess(0.02, seed=2))
    night, rows = kept(RECIPE, HOLDOUT, artifact=guess(0.3, seed=1), champion=guess(0.2, seed=4), anchor=anchor)
    document = night.document
    emptied = {
        **document,
        "comparison": without_cells(document["comparison"]),
        "anchor": {**document["anchor"], "comparison": without_cells(document["anchor"]["comparison"])},
    }

    assert again(RECIPE, emptied, KeptOf(rows)) == again(RECIPE, document)


def test_anchor_of_too_many_cells_is_not_kept() -> None:
    kept = with_anchor(RECIPE, challenger=guess(0.3, seed=1), artifact=guess(0.02, seed=2)).document
    emptied = {**kept, "anchor": {**kept["anchor"], "comparison": {**kept["anchor"]["comparison"], "cells": []}}}

    with pytest.raises(NotKept, match="no joint counts of the anchor: set anchor=None to leave it"):
        again(RECIPE, emptied)


def test_anchor_of_other_rows_is_damaged() -> None:
    kept = with_anchor(RECIPE, challenger=guess(0.3, seed=1), artifact=guess(0.02, seed=2)).document
    (first, *others) = kept["anchor"]["comparison"]["cells"]
    more = {**kept["anchor"]["comparison"], "cells": [[*first[:3], first[3] + 1, first[4]], *others]}

    with pytest.raises(NotKept, match="are of different rows: one is damaged"):
        again(RECIPE, {**kept, "anchor": {**kept["anchor"], "comparison": more}})


def test_classes_in_another_order_are_the_same_classes() -> None:
    other = replace(RECIPE, positive="good", thresholds=OTHERS[0][1])
    champion, challenger = guess(0.2, seed=2), guess(0.1, seed=1)
    kept = report(RECIPE, champion, challenger=challenger)

    told = again(other, kept.document)

    at_once = report(other, champion, challenger=challenger)
    assert [rule.reason for rule in told.rules] == [rule.reason for rule in at_once.rules]


def test_rule_that_no_recipe_states_stays_as_it_was() -> None:
    kept = report(RECIPE, None, challenger=guess(0.02, seed=1), estimator=guess(0.05, seed=1))

    told = again(RECIPE, kept.document)

    assert not told.passed
    assert "labels that differ from the estimator's: " in told.reason


def without(kept: Report, **changes: Any) -> Report:
    document = {name: value for name, value in kept.document.items() if name not in changes or changes[name]}
    return Report.of({**document, **{name: value for name, value in changes.items() if value}})


def test_squares_of_an_earlier_release_follow_from_its_joint_counts() -> None:
    other = replace(RECIPE, thresholds=OTHERS[0][1])
    kept = report(RECIPE, guess(0.2, seed=2), challenger=guess(0.1, seed=1))

    assert again(other, without(kept, squares=None).document) == again(other, kept.document)


def test_first_model_of_an_earlier_release_is_judged_by_its_values_alone() -> None:
    first = without(report(RECIPE, None, challenger=guess(0.1, seed=1)), squares=None)

    assert again(RECIPE, first.document).passed
    with pytest.raises(NotKept, match="no word of copies of rows: leave `sure` out of the thresholds"):
        again(replace(RECIPE, thresholds=OTHERS[0][1]), first.document)


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
        again(RECIPE, without(kept, **changes).document)


def test_report_without_joint_counts_is_judged_by_a_recipe_that_compares_nothing() -> None:
    kept = without(report(RECIPE, guess(0.2, seed=2), challenger=guess(0.1, seed=1)), comparison=None)

    assert again(replace(RECIPE, compare_with_champion=False), kept.document).passed


def test_areas_that_were_undefined_are_undefined_again() -> None:
    kept = without(report(RECIPE, None, challenger=guess(0.1, seed=1)), roc_auc=None, average_precision=None)
    other = replace(RECIPE, thresholds=[at_least("roc_auc", bound=0.6), at_least("average_precision", bound=0.6)])

    assert again(RECIPE, kept.document).passed
    assert [rule.value for rule in again(other, kept.document).rules[:2]] == [None, None]


AREAS = [
    *(at_least("roc_auc", bound=0.6, margin=0.0), at_least("average_precision", bound=0.5, margin=0.1)),
    at_least("recall", of="bee", bound=0.2),
]
THREE = data.three_class_recipe(columns=RECIPE.columns, cross_validation_folds=0)
THREE_OF = {
    name: replace(THREE, positive=name, thresholds=THREE.thresholds if name is None else AREAS)
    for name in (None, *THREE.class_names)
}


@pytest.mark.parametrize("champion", [None, *(ByRow(THREE.class_names, seed=2, noise=noise) for noise in (0.1, 3))])
@pytest.mark.parametrize("wanted", THREE.class_names)
@pytest.mark.parametrize("then", [None, *THREE.class_names])
def test_area_of_another_class_is_the_one_that_it_would_have_had(
    then: str | None, wanted: str, champion: Artifact | None
) -> None:
    holdout = data.table(THREE, rows=80, seed=3).take(np.r_[np.arange(80), np.arange(20)])
    challenger = ByRow(THREE.class_names, seed=1)
    night, rows = kept(THREE_OF[then], holdout, artifact=challenger, champion=champion)

    told = again(THREE_OF[wanted], night.document, KeptOf(rows))

    at_once, _ = kept(THREE_OF[wanted], holdout, artifact=challenger, champion=champion)
    assert [(rule.name, rule.value, rule.passed, rule.reason) for rule in told.rules] == [
        (rule.name, rule.value, rule.passed, rule.reason) for rule in at_once.rules
    ]
    assert told.rules[0].value is not None


@pytest.mark.parametrize(("then", "said"), [("ant", "its roc_auc is of ant"), (None, "it has no roc_auc")])
def test_area_of_another_class_is_not_judged_by_the_report_alone(then: str | None, said: str) -> None:
    holdout = data.table(THREE, rows=80, seed=3)
    night, _ = kept(THREE_OF[then], holdout, artifact=ByRow(THREE.class_names, seed=1))

    with pytest.raises(NotKept, match=f"{said}, the recipe's of bee; and none are kept row by row"):
        again(THREE_OF["bee"], night.document)
