"""Rows with missing values are judged, explained and replayed as they will be served."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import as_json, as_taken
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Numeric, Recipe
from lambdas.model.training.estimator import fit
from lambdas.serve.handler import Service
from lambdas.serve.schema import CategoryColumn, NumberColumn
from lambdas.serve.scorecard import read
from tests.given import data
from tests.given.holdouts import evaluate

COLUMNS = [
    Numeric("size", minimum=0, maximum=8, missing="median", outside="clip"),
    Numeric("age", missing="mean"),
    Categorical("flag", missing="none"),
]
RECIPE = data.recipe(columns=COLUMNS, cross_validation_folds=0, missing_values=["?"])


def rows(count: int, *, seed: int) -> Table:
    """A third of the numbers are missing."""
    table = data.table(RECIPE, rows=count, seed=seed)
    numeric = np.minimum(table.numeric, 8.0)
    numeric[np.random.default_rng(seed).random(numeric.shape) < 0.3] = np.nan
    categorical = np.where(np.arange(count)[:, None] % 4 == 0, "none", table.categorical)
    return Table(numeric, categorical, table.labels)


TRAIN, HOLDOUT = rows(400, seed=1), rows(200, seed=2)


def made(recipe: Recipe = RECIPE) -> tuple[Any, Any]:
    fitted = fit(recipe, train=TRAIN)
    return fitted, export(fitted).content


@pytest.mark.parametrize("estimator", [None, lambda _: make_pipeline(RobustScaler(), LogisticRegression())])
def test_artifact_answers_as_the_estimator_and_replay_as_the_artifact(estimator: Any) -> None:
    recipe = replace(RECIPE, estimator=estimator) if estimator else RECIPE
    fitted, content = made(recipe)
    champion = load(export(fit(replace(recipe, split=recipe.split), train=TRAIN.take(np.arange(200)))).content)

    answers = fitted.answers(HOLDOUT)
    report = evaluate(recipe, artifact=load(content), holdout=HOLDOUT, answers=answers, champion=champion)

    told = json.loads(json.dumps(report, allow_nan=False))
    assert told["parity"]["label_mismatches"] == 0
    assert told["parity"]["largest_difference"] < 1e-9
    assert told["champion"]["scored"]
    assert any(None in each["features"].values() for each in told["differences"])
    replay = told["replay"]
    assert sum(value is None for each in replay["instances"] for value in each.values()) > 50
    service = Service(scorer=read(content), model="m", model_version=1, artifact_sha256="", format="scorecard")
    answered: Any = service.answer({"instances": replay["instances"]})
    for said, wanted in zip(answered["body"]["predictions"], replay["expected"], strict=True):
        assert said["label"] == wanted["label"]
        assert said["probabilities"] == pytest.approx(wanted["probabilities"], abs=1e-12)
    codes = {each["Code"] for each in answered["body"]["warnings"]}
    assert codes == {"FeatureMissing"}


def test_artifact_tells_what_takes_the_place_of_a_missing_value() -> None:
    fitted, content = made()

    size, age, flag = json.loads(content)["schema"]["columns"]

    assert fitted.fills.of_columns == (size["missing"], age["missing"])
    assert size["missing"] == np.nanmedian(TRAIN.numeric[:, 0])
    assert age["missing"] == pytest.approx(np.nanmean(TRAIN.numeric[:, 1]), rel=1e-14)
    assert (flag["missing"], flag["absent"], size["absent"], size["outside"]) == ("none", ["?"], ["?"], "clip")
    assert "outside" not in age


def test_a_live_model_without_a_policy_cannot_be_scored_on_missing_values_and_the_report_says_why() -> None:
    fitted, content = made()
    plain = data.recipe(columns=[Numeric("size"), Numeric("age"), Categorical("flag")], cross_validation_folds=0)
    older = load(export(fit(plain, train=data.table(plain, rows=300))).content)

    report = evaluate(
        RECIPE, artifact=load(content), holdout=HOLDOUT, answers=fitted.answers(HOLDOUT), champion=older
    )

    assert not report["champion"]["scored"]
    assert "the artifact takes no missing value of size" in json.dumps(report["champion"])
    with pytest.raises(ArtifactInvalid, match="made by a recipe without `missing`"):
        older.score(HOLDOUT.features(RECIPE))


def test_a_refusing_encoder_refuses_a_missing_text_that_training_did_not_have() -> None:
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder

    recipe = replace(
        RECIPE,
        columns=[Categorical("flag", ["S0", "S1"], missing="none")],
        estimator=lambda columns: make_pipeline(
            make_column_transformer((OneHotEncoder(), columns.categorical)), LogisticRegression()
        ),
        missing_values=[],
    )
    table = Table(np.empty((4, 0)), np.array([["S0"], ["S1"]] * 2), np.array(["bad", "good"] * 2))

    def flag(rows: Table) -> Any:
        return json.loads(export(fit(recipe, train=rows)).content)["schema"]["columns"][0]

    assert "missing" not in flag(table)
    assert flag(table)["allowed"] == ["S0", "S1", "none"]
    with_none = Table(np.empty((4, 0)), np.array([["S0"], ["none"]] * 2), table.labels)
    assert flag(with_none)["missing"] == "none"


@pytest.mark.parametrize(
    ("column", "taken"),
    [
        (NumberColumn("x", 0, 5), [-1.0, np.nan, 9.0]),
        (NumberColumn("x", 0, 5, missing=7.0), [-1.0, 7.0, 9.0]),
        (NumberColumn("x", 0, 5, outside="clip"), [0.0, np.nan, 5.0]),
        (NumberColumn("x", None, 5, missing=7.0, outside="clip"), [-1.0, 7.0, 5.0]),
    ],
)
def test_numbers_are_scored_as_a_request_with_them(column: NumberColumn, taken: list[float]) -> None:
    assert np.array_equal(as_taken(column, np.array([-1.0, np.nan, 9.0])), taken, equal_nan=True)


def test_texts_are_scored_as_they_are_and_a_missing_number_is_null() -> None:
    texts = np.array(["a", "b"])

    assert as_taken(CategoryColumn("x", frozenset(), missing="c"), texts) is texts
    assert as_json(texts) == ["a", "b"]
    assert as_json(np.array([1.5, np.nan])) == [1.5, None]
