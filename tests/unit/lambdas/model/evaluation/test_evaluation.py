from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lambdas
from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import Artifact
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.gate.parity import compare_answers
from lambdas.model.gate.thresholds import at_least, at_most, at_most_cost
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Numeric, Recipe
from lambdas.model.training.estimator import fit
from tests.given import data
from tests.given.holdouts import evaluate

RECIPE = data.recipe(cross_validation_folds=0)
HOLDOUT = data.table(RECIPE, rows=200, seed=1)
ROOT = Path(lambdas.__file__).parent.parent


def train(recipe: Recipe, *, rows: Table | None = None) -> tuple[Artifact, Answers]:
    fitted = fit(recipe, train=data.table(recipe, rows=300) if rows is None else rows)
    return load(export(fitted).content), fitted.answers(data.table(recipe, rows=200, seed=1))


ARTIFACT, ANSWERS = train(RECIPE)


def report(recipe: Recipe = RECIPE, **changes: Any) -> dict[str, Any]:
    given = {"artifact": ARTIFACT, "holdout": HOLDOUT, "answers": ANSWERS, "champion": None, **changes}
    made = evaluate(recipe, **given)
    return dict(json.loads(json.dumps(made, allow_nan=False)))


def rule(made: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(each) for each in made["rules"] if each["name"] == name)


def test_report_holds_matrix_ratios_curves_parity_and_every_rule() -> None:
    made = report()

    assert made["passed"], made["reason"]
    assert made["classes"] == ["good", "bad"]
    assert np.sum(made["matrix"]) == made["rows"] == 200
    (tn, fp), (fn, tp) = made["matrix"]
    bad = made["ratios"]["bad"]
    assert [bad["true_negatives"], bad["false_positives"], bad["false_negative_count"], bad["true_positives"]] == [
        tn,
        fp,
        fn,
        tp,
    ]
    assert bad["recall"] == tp / (tp + fn)
    assert made["accuracy"] == (tp + tn) / 200
    assert 0.5 < made["average_precision"] <= 1
    assert 0.5 < made["roc_auc"] <= 1
    assert made["threshold_sweep"][-1]["recall"] == 1
    assert made["parity"]["label_mismatches"] == 0
    assert made["champion"] is None
    assert [each["name"] for each in made["rules"]] == [
        "recall of bad",
        "precision of bad",
        "labels that differ from the estimator's",
        "largest difference from the estimator's probabilities",
    ]
    assert made["reason"] == "all 4 rules hold"


def test_three_classes_are_judged_class_by_class() -> None:
    recipe = data.three_class_recipe(cross_validation_folds=0)
    served, answers = train(recipe)
    holdout = data.table(recipe, rows=200, seed=1)

    made = report(recipe, artifact=served, answers=answers, holdout=holdout)

    assert made["classes"] == ["ant", "bee", "cat"]
    for name, row in zip(made["classes"], made["matrix"], strict=True):
        ratios = made["ratios"][name]
        assert ratios["support"] == sum(row) == (holdout.labels == name).sum()
        counts = ("true_positives", "false_positives", "true_negatives", "false_negative_count")
        assert sum(ratios[count] for count in counts) == 200
    assert "roc_auc" not in made
    assert made["threshold_sweep"] == []


def test_threshold_that_no_model_can_meet_rejects_with_the_reason() -> None:
    recipe = replace(RECIPE, thresholds=[*RECIPE.thresholds, at_least("support", of="bad", bound=10_000)])

    made = report(recipe)

    assert not made["passed"]
    assert made["reason"] == f"support of bad: {made['ratios']['bad']['support']} < 10000"


@pytest.mark.parametrize(("bound", "passes"), [(0.5, True), (0.97, False)])
def test_first_model_goes_live_by_what_its_rows_prove_alone(bound: float, passes: bool) -> None:
    recipe = replace(RECIPE, thresholds=[*RECIPE.thresholds, at_least("accuracy", bound=bound, sure=0.95)])
    right = ANSWERS.labels == HOLDOUT.labels
    kept = np.concatenate([np.flatnonzero(right)[:98], np.flatnonzero(~right)[:2]])
    answers = Answers(ANSWERS.classes, ANSWERS.labels[kept], ANSWERS.probabilities[kept])

    made = report(recipe, holdout=HOLDOUT.take(kept), answers=answers)

    judged = rule(made, "accuracy")
    assert made["champion"] is None
    assert (made["passed"], judged["passed"], judged["enough_rows"]) == (passes, passes, passes)
    assert judged["value"] == 0.98
    assert judged["interval"] == pytest.approx(
        {"low": 0.938381, "high": 0.996435, "sure": 0.95, "rows": 100, "distinct": 100}, abs=1e-6
    )
    assert passes or made["reason"] == (
        "accuracy: NOT ENOUGH ROWS: 0.98 >= 0.97 (each end 95 % sure: 0.938381 to 0.996435); "
        "at this rate about 846 rows would do, 746 more than the holdout has: add files, or hold out a larger part"
    )


def test_copies_of_rows_prove_no_more_than_the_rows_themselves() -> None:
    recipe = replace(RECIPE, thresholds=[*RECIPE.thresholds, at_least("accuracy", bound=0.6, sure=0.95)])
    fivefold = np.repeat(np.arange(200), 5)
    answers = Answers(ANSWERS.classes, ANSWERS.labels[fivefold], ANSWERS.probabilities[fivefold])

    once, copied = report(recipe), report(recipe, holdout=HOLDOUT.take(fivefold), answers=answers)

    for name in ("accuracy", "recall of bad", "precision of bad"):
        first, second = rule(once, name), rule(copied, name)
        assert second["value"] == first["value"]
        assert second["interval"] == {**first["interval"], "rows": 5 * first["interval"]["rows"]}
    assert ", where copies make 1,000 rows count as about 200)" in rule(copied, "accuracy")["reason"]


@pytest.mark.parametrize(("bound", "found"), [(0.6, None), (0.3, "bad")])
def test_report_names_the_class_that_as_the_only_answer_keeps_every_threshold(
    bound: float, found: str | None
) -> None:
    """About half of the rows are bad."""
    recipe = replace(RECIPE, thresholds=[at_least("precision", of="bad", bound=bound)])

    assert report(recipe)["passing_class"] == found


@pytest.mark.parametrize(("per_row", "passes"), [(0.25, True), (0.2499, False)])
def test_cost_is_the_mean_of_what_all_errors_cost(per_row: float, passes: bool) -> None:
    costs = at_most_cost({"fn": 5, "fp": 1.5}, of="bad", per_row=per_row)
    wrong = np.concatenate(
        [np.flatnonzero(HOLDOUT.labels == "bad")[:7], np.flatnonzero(HOLDOUT.labels == "good")[:10]]
    )
    labels = HOLDOUT.labels.copy()
    labels[wrong] = np.where(labels[wrong] == "bad", "good", "bad")

    class Wrong:
        classes = ARTIFACT.classes
        schema = ARTIFACT.schema

        def score(self, features: object) -> Answers:
            return replace(ANSWERS, labels=labels)

    judged = rule(report(replace(RECIPE, thresholds=[costs]), artifact=Wrong()), "cost_per_row of bad")

    assert (judged["value"], judged["passed"], judged["interval"]) == (0.25, passes, None)


@pytest.mark.parametrize("kept", ["good", "bad", "none"])
def test_holdout_without_a_class_fails_its_rules_with_the_reason(kept: str) -> None:
    recipe = replace(
        RECIPE,
        thresholds=[
            at_least("recall", of="bad", bound=0),
            at_most("false_positive_rate", of="bad", bound=1),
            at_least("roc_auc", bound=0),
            at_least("accuracy", bound=0.6),
        ],
    )
    rows = np.flatnonzero(HOLDOUT.labels == kept)
    answers = Answers(ANSWERS.classes, ANSWERS.labels[rows], ANSWERS.probabilities[rows])

    made = report(recipe, holdout=HOLDOUT.take(rows), answers=answers)

    assert not made["passed"]
    assert rule(made, "recall of bad")["passed"] is (kept == "bad")
    assert rule(made, "false_positive_rate of bad")["passed"] is (kept == "good")
    assert rule(made, "accuracy")["passed"] is (kept != "none")
    assert "undefined: the holdout lacks the positive class or any other" in made["reason"]


def test_artifact_that_differs_from_the_estimator_fails_parity() -> None:
    labels = ANSWERS.labels.copy()
    labels[3] = "bad" if labels[3] == "good" else "good"
    probabilities = ANSWERS.probabilities + 1e-8

    made = report(answers=Answers(ANSWERS.classes, labels, probabilities))

    assert not made["passed"]
    assert rule(made, "labels that differ from the estimator's")["value"] == 1
    assert not rule(made, "largest difference from the estimator's probabilities")["passed"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (replace(ANSWERS, classes=("good", "bad")), "the classes are"),
        (Answers(ANSWERS.classes, ANSWERS.labels[:-1], ANSWERS.probabilities[:-1]), "200 and 199 answers"),
        (replace(ANSWERS, probabilities=ANSWERS.probabilities * np.nan), "a probability is not a number"),
    ],
)
def test_answers_that_cannot_be_compared_fail_parity(answers: Answers, words: str) -> None:
    made = report(answers=answers)

    assert not made["passed"]
    assert words in made["reason"]


def test_parity_tolerates_a_billionth_and_not_more() -> None:
    for difference, passed in ((9e-10, True), (1.1e-9, False)):
        moved = replace(ANSWERS, probabilities=ANSWERS.probabilities + difference)

        assert all(each.passed for each in compare_answers(ANSWERS, estimator=moved).rules()) is passed


def test_champion_is_measured_on_the_same_holdout_and_equal_is_not_shown_worse() -> None:
    made = report(champion=ARTIFACT)

    assert made["passed"]
    assert made["champion"]["matrix"] == made["matrix"]
    assert made["champion"]["scored"]
    compared = rule(made, "recall of bad, against the champion")
    assert compared["value"] == made["ratios"]["bad"]["recall"]
    assert "difference +0.0000 (" in compared["reason"]


def test_model_worse_than_the_champion_is_rejected_unless_the_recipe_does_not_compare() -> None:
    poor, answers = train(RECIPE, rows=data.table(RECIPE, rows=4, seed=9))
    recipe = replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51)])

    made = report(recipe, artifact=poor, answers=answers, champion=ARTIFACT)
    alone = report(replace(recipe, compare_with_champion=False), artifact=poor, answers=answers, champion=ARTIFACT)

    assert made["reason"].startswith("accuracy, against the champion: ")
    assert alone["passed"]
    assert alone["champion"]["scored"]


OTHER_CLASSES = data.recipe(
    classes={"a": "fine", "b": "poor"}, positive=None, thresholds=[at_least("accuracy", bound=0.6)]
)


def champion_of(recipe: Recipe) -> Artifact:
    return train(recipe)[0]


@pytest.mark.parametrize(
    ("champion", "words"),
    [
        (
            champion_of(replace(RECIPE, columns=[*RECIPE.columns, Numeric("gone")])),
            "takes gone, which the data does not have",
        ),
        (
            champion_of(replace(RECIPE, columns=[Categorical("size"), Numeric("age"), Categorical("flag")])),
            "size as another kind",
        ),
        (
            champion_of(OTHER_CLASSES),
            "is not among good, bad",
        ),
    ],
    ids=["column-gone", "column-of-another-kind", "other-classes"],
)
def test_champion_that_cannot_be_scored_fails_the_comparison_with_the_way_out(champion: Artifact, words: str) -> None:
    made = report(champion=champion)

    assert not made["passed"]
    assert words in made["reason"]
    assert "compare_with_champion=False" in made["reason"]
    assert made["champion"]["scored"] is False
    assert report(replace(RECIPE, compare_with_champion=False), champion=champion)["passed"]


def test_artifact_that_cannot_be_scored_is_an_error() -> None:
    served = champion_of(replace(RECIPE, columns=[*RECIPE.columns, Numeric("gone")]))

    with pytest.raises(ArtifactInvalid):
        report(artifact=served)


def test_nan_of_the_artifact_fails_closed() -> None:
    class Broken:
        classes = ARTIFACT.classes
        schema = ARTIFACT.schema

        def score(self, features: object) -> Answers:
            return replace(ANSWERS, probabilities=ANSWERS.probabilities * np.nan)

    recipe = replace(RECIPE, thresholds=[at_least("average_precision", bound=0.1)])

    made = report(recipe, artifact=Broken())

    assert not made["passed"]
    assert not rule(made, "average_precision")["passed"]
    assert made["threshold_sweep"] == []


def test_evaluation_imports_neither_pandas_nor_scikit_learn() -> None:
    code = (
        "import sys; import lambdas.model.evaluation.evaluation, lambdas.model.formats.package; "
        "import lambdas.model.data.preparation; "
        "print([name for name in ('pandas', 'sklearn', 'scipy', 'boto3') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
