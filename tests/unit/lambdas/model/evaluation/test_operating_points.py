"""A model is judged by its own operating point, the champion by the champion's, and what is replayed follows it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.explain import champion_words
from chalicelib.registry.report import Report
from lambdas.model.artifact import Artifact, served
from lambdas.model.evaluation.live_quality import Past, Scored
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.formats.trees import format as trees_format
from lambdas.model.gate.parity import LABELS
from lambdas.model.predictions import Answers
from lambdas.model.recipe import Columns, Recipe, Threshold
from lambdas.model.training.estimator import fit
from lambdas.serve import trees
from lambdas.serve.handler import Service
from lambdas.serve.scorecard import read
from tests.given import data
from tests.given.holdouts import evaluate
from tests.given.present import present

PLAIN = data.recipe()
HOLDOUT = data.table(PLAIN, rows=300, seed=1)


def made(threshold: Threshold | None) -> tuple[Recipe, bytes, Answers]:
    """The recipe, its artifact, and what was fitted says of the holdout."""
    recipe = replace(PLAIN, threshold=threshold)
    fitted = fit(recipe, train=data.table(recipe, rows=300))
    return recipe, export(fitted).content, fitted.answers(HOLDOUT)


LOW, HIGH, NONE = made(Threshold.at_recall(0.99)), made(Threshold(0.9)), made(None)


def report(of: tuple[Recipe, bytes, Answers], *, champion: Artifact | None = None, **changes: Any) -> dict[str, Any]:
    recipe, content, answers = of
    given = {"artifact": load(content), "holdout": HOLDOUT, "answers": answers, "champion": champion, **changes}
    return dict(json.loads(json.dumps(evaluate(recipe, **given), allow_nan=False)))


@pytest.mark.parametrize("of", [LOW, HIGH])
def test_the_gate_counts_the_labels_of_the_threshold_and_the_report_marks_it(
    of: tuple[Recipe, bytes, Answers],
) -> None:
    point = present(load(of[1]).schema.operating_point)
    answered = of[2].of("bad") >= point.threshold
    is_bad = HOLDOUT.labels == "bad"

    found = report(of)

    assert found["matrix"] == [
        [int((~is_bad & ~answered).sum()), int((~is_bad & answered).sum())],
        [int((is_bad & ~answered).sum()), int((is_bad & answered).sum())],
    ]
    assert found["threshold"] == {
        **point.to_document(),
        **{name: found["ratios"]["bad"][name] for name in ("recall", "precision", "false_positive_rate")},
    }
    assert found["parity"]["label_mismatches"] == 0
    assert (found["average_precision"], found["roc_auc"]) == (
        report(NONE)["average_precision"],
        report(NONE)["roc_auc"],
    )


def test_a_model_without_a_threshold_has_none_in_its_report() -> None:
    assert report(NONE)["threshold"] is None


def test_an_artifact_that_lost_its_threshold_is_not_what_was_fitted() -> None:
    found = report(HIGH, artifact=load(NONE[1]))

    (parity,) = [rule for rule in found["rules"] if rule["name"] == LABELS]
    assert (parity["passed"], parity["value"] > 0) == (False, True)


def test_the_champion_keeps_its_own_threshold() -> None:
    found = report(HIGH, champion=load(LOW[1]))
    own = report(LOW)

    assert found["champion"]["matrix"] == own["matrix"] != found["matrix"]
    assert found["champion"]["threshold"] == present(load(LOW[1]).schema.operating_point).to_document()
    assert report(HIGH, champion=load(NONE[1]))["champion"]["threshold"] is None


def test_answers_that_change_by_the_threshold_alone_are_moved_by_the_level() -> None:
    """Both models have the same weights."""
    found = report(HIGH, champion=load(NONE[1]))["flips"]

    assert found["flipped"] > 0
    assert {(side["champion"], side["challenger"]) for side in found["sides"]} == {("bad", "good")}
    assert {moved["column"] for side in found["sides"] for moved in side["moved_by"]} == {None}


@pytest.mark.parametrize("of", [LOW, HIGH])
def test_what_a_replay_expects_is_what_the_version_answers(of: tuple[Recipe, bytes, Answers]) -> None:
    sample = report(of)["replay"]
    service = Service(read(of[1]), "flows", 1, artifact_sha256="0" * 64, format="scorecard")

    answer: Any = service.answer({"instances": sample["instances"]})

    told = [(each["label"], each["probabilities"]) for each in answer["body"]["predictions"]]
    assert told == [(each["label"], each["probabilities"]) for each in sample["expected"]]
    assert any(
        each["label"] != max(each["probabilities"], key=each["probabilities"].get) for each in sample["expected"]
    )


def test_live_quality_counts_the_labels_of_the_threshold() -> None:
    recipe, content, _ = HIGH
    scored = Scored(load(content), recipe=recipe)

    scored.add(HOLDOUT)

    assert scored.to_document(Past({}, []))["matrix"] == report(HIGH)["matrix"]


def test_explain_tells_the_threshold_and_what_it_rests_on() -> None:
    document = {**report(LOW), "threshold": {"positive": "bad", "probability": 0.0123456789, "words": "as asked"}}
    document["champion"] = {"scored": False, "problem": "gone", "threshold": None}
    found = Report.of(document)

    (said,) = champion_words.threshold(found.threshold)

    assert said == "It answers bad at a probability of 0.0123457 or more: as asked."
    assert not list(champion_words.threshold(None))


def forest(_: Columns) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=3, max_depth=3, random_state=0)


def test_trees_answer_by_the_threshold_and_tell_the_lead_over_it() -> None:
    recipe = data.numeric_recipe(forest, threshold=Threshold(0.9))
    fitted = fit(recipe, train=data.table(recipe, rows=200))
    content = trees_format.export(fitted).content
    service = Service(trees.read(content), "flows", 1, artifact_sha256="0" * 64, format="trees")
    instances = [{"size": size, "age": 5.0} for size in (0.5, 4.0, 9.0, 30.0)]

    told: Any = service.answer({"instances": instances})
    why: Any = service.answer({"instances": instances, "why": 1})

    found = [(each["label"] == "bad", each["probabilities"]["bad"]) for each in told["body"]["predictions"]]
    assert all(is_bad == (probability >= 0.9) for is_bad, probability in found)
    assert any(0.5 < probability < 0.9 for _, probability in found)
    for each in why["body"]["predictions"]:
        over = each["probabilities"]["bad"] - 0.9
        assert each["why"]["lead"] == pytest.approx(2 * abs(over), abs=1e-9)
    holdout = data.table(recipe, rows=100, seed=1)
    artifact = trees_format.load(content)
    assert served(artifact, holdout.features(recipe)).labels.tolist() == fitted.answers(holdout).labels.tolist()
