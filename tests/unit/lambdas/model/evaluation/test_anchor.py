"""What the report says of the anchor; the artifacts are those of test_champion."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chalicelib.registry.report import Report
from lambdas.model.evaluation.anchor import AnchorVersion
from lambdas.model.gate.thresholds import at_least
from tests.given.holdouts import evaluate
from tests.unit.lambdas.model.evaluation.test_champion import HOLDOUT, RECIPE, Wrong

COMPARED = replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51)])
RULE = "accuracy, against the anchor, version 3"


def report(
    challenger: Wrong, *, champion: Wrong | None = None, recipe: Any = COMPARED, **anchor: Any
) -> dict[str, Any]:
    """`anchor` are the fields of version 3, the anchor; without any there is none."""
    made = evaluate(
        recipe,
        artifact=challenger,
        holdout=HOLDOUT,
        answers=challenger.answers,
        champion=champion or challenger,
        anchor=AnchorVersion(model_version=3, **anchor) if anchor else None,
    )
    document = dict(json.loads(json.dumps(made, allow_nan=False)))
    Report.made_of(document)
    return document


def rules(made: dict[str, Any]) -> dict[str, Any]:
    return {rule["name"]: rule for rule in made["rules"] if "anchor" in rule["name"]}


def strange() -> Wrong:
    """It answers a class that the recipe does not have."""
    found = Wrong()
    found.answers = replace(found.answers, labels=np.full(200, "ugly"))
    return found


def test_challenger_that_is_proved_worse_than_the_anchor_is_refused_although_the_champion_is_as_bad() -> None:
    made = report(Wrong(*range(12)), champion=Wrong(*range(12)), artifact=Wrong())

    assert not made["passed"]
    rule = rules(made)[RULE]
    assert rule["reason"].startswith("new 0.9400, anchor 1.0000, difference -0.0600 (")
    assert ": worse, 12 rows against it and 0 for it (p = " in rule["reason"]
    assert made["reason"] == f"{RULE}: {rule['reason']}"
    assert made["anchor"]["comparison"]["ratios"][0]["words"] == rule["reason"]
    assert not made["anchor"]["advances"]


def test_challenger_that_is_not_shown_worse_passes_and_the_anchor_stays() -> None:
    made = report(Wrong(1, 2), artifact=Wrong(1))

    assert made["passed"] and rules(made)[RULE]["passed"]
    assert made["reason"].endswith("; not shown worse than the anchor, version 3")
    told = {name: made["anchor"][name] for name in ("model_version", "named", "problem", "advances")}
    assert told == {"model_version": 3, "named": False, "problem": None, "advances": False}
    assert made["anchor"]["comparison"]["sure"] == pytest.approx(0.9625)
    assert sum(cell[3] for cell in made["anchor"]["comparison"]["cells"]) == 200


def test_challenger_that_is_proved_better_becomes_the_anchor() -> None:
    made = report(Wrong(), artifact=Wrong(*range(20)))

    assert made["anchor"]["advances"]
    assert made["reason"].endswith(
        "; proved better than the anchor, version 3, by more than 2 points of accuracy, and observed worse in none:"
        " it becomes the anchor"
    )


def test_challenger_that_is_proved_better_in_one_ratio_and_lower_in_another_does_not() -> None:
    recall = [at_least("recall", of=name, bound=0.6) for name in ("bad", "good")]
    bad, good = (np.flatnonzero(HOLDOUT.labels == name) for name in ("bad", "good"))

    made = report(Wrong(good[0]), artifact=Wrong(*bad[:30]), recipe=replace(COMPARED, thresholds=recall))

    assert made["passed"] and not made["anchor"]["advances"]
    assert made["anchor"]["why"].endswith(", and observed worse in recall of good: the anchor stays")


def test_area_that_is_lower_keeps_the_anchor_and_refuses_nobody() -> None:
    recipe = replace(COMPARED, thresholds=[*COMPARED.thresholds, at_least("roc_auc", bound=0.1, margin=0.45)])
    anchor, blurred = Wrong(*range(20)), Wrong()
    sharp = np.where(HOLDOUT.labels == "bad", 0.9, 0.1)
    anchor.answers = replace(anchor.answers, probabilities=np.column_stack([sharp, 1 - sharp]))
    half = np.where(blurred.answers.labels == "bad", 0.6, 0.4)
    half[:3] = 0.5
    blurred.answers = replace(blurred.answers, probabilities=np.column_stack([half, 1 - half]))

    made = report(blurred, artifact=anchor, recipe=recipe)

    assert list(rules(made)) == [RULE]
    assert not made["anchor"]["advances"]
    assert made["anchor"]["why"].endswith("worse in roc_auc: the anchor stays")


def test_anchor_that_is_the_champion_is_scored_once_and_may_give_its_place_to_a_better_one() -> None:
    as_good = report(Wrong(1), champion=Wrong(2), is_champion=True)
    better = report(Wrong(), champion=Wrong(*range(20)), is_champion=True)

    assert (rules(as_good), as_good["anchor"]["comparison"], as_good["anchor"]["advances"]) == ({}, None, False)
    assert as_good["anchor"]["why"] == "the anchor, version 3, is the live model"
    assert "anchor" not in as_good["reason"]
    assert better["anchor"]["advances"] and "it becomes the anchor" in better["reason"]


def test_champion_that_is_the_anchor_and_cannot_be_scored_is_told_once() -> None:
    made = report(Wrong(), champion=strange(), is_champion=True)

    assert not made["passed"]
    assert not made["anchor"]["advances"]
    assert made["anchor"]["why"] == "the anchor, version 3, is the champion, which cannot be scored"


@pytest.mark.parametrize(
    ("anchor", "why"),
    [
        ({"artifact": strange()}, "it cannot be scored on this holdout: 1 class that is not declared"),
        ({"problem": "model.json is gone"}, "model.json is gone"),
    ],
)
def test_ratchet_begins_anew_where_the_anchor_cannot_be_scored(anchor: dict[str, Any], why: str) -> None:
    made = report(Wrong(1), **anchor)

    assert made["passed"] and made["anchor"]["advances"]
    assert made["anchor"]["problem"].startswith(why.partition(": ")[0])
    assert made["anchor"]["why"].startswith(f"not compared with the anchor, version 3: {why.partition(': ')[0]}")
    assert made["reason"].endswith("; the new model becomes the anchor")


def test_version_that_the_recipe_names_stays_the_anchor_and_has_to_be_scored() -> None:
    better = report(Wrong(), artifact=Wrong(*range(20)), is_named=True)
    gone = report(Wrong(), problem="model.json is gone", is_named=True)

    assert better["passed"] and not better["anchor"]["advances"]
    assert better["anchor"]["why"] == "not shown worse than the anchor, version 3, which the recipe names"
    assert not gone["passed"] and not gone["anchor"]["advances"]
    assert gone["reason"] == (
        "against the anchor, version 3: model.json is gone; name another version as the recipe's anchor, or set"
        " anchor=None to be judged without one"
    )


def test_first_model_becomes_the_anchor() -> None:
    made = report(Wrong())

    assert (made["anchor"]["model_version"], made["anchor"]["advances"]) == (None, True)
    assert "anchor" not in made["reason"]


@pytest.mark.parametrize(
    "changes",
    [
        {"anchor": None},
        {"compare_with_champion": False},
        {"thresholds": [at_least("accuracy", bound=0.51, margin=None)]},
        {"thresholds": [at_least("accuracy", bound=0.51, margin=None), at_least("roc_auc", bound=0.6)]},
    ],
)
def test_recipe_without_a_compared_ratio_has_no_anchor(changes: dict[str, Any]) -> None:
    made = report(Wrong(*range(12)), artifact=Wrong(), recipe=replace(COMPARED, **changes))

    assert made["anchor"] is None
    assert rules(made) == {}


def test_what_the_recipe_demands_of_the_champion_is_not_asked_of_the_anchor() -> None:
    made = report(Wrong(1), artifact=Wrong(2), recipe=replace(COMPARED, detectable=0.02))

    assert "against the champion" in made["reason"]
    assert rules(made)[RULE]["passed"]
