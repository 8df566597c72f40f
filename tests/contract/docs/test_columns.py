"""docs/columns.md says what becomes of a cell and of a feature, as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from lambdas.model.data.part import Part
from lambdas.model.filling.fills import fills
from lambdas.model.folding.total import Rows
from lambdas.model.formats.scorecard.export import export
from lambdas.model.reading.object_reader import read_text
from lambdas.model.recipe import Recipe
from lambdas.model.training.estimator import fit
from lambdas.serve.handler import Service
from lambdas.serve.scorecard import read
from tests.contract.docs import pages

PAGE = pages.PAGES["columns.md"]
SAID, SEEN = pages.blocks(PAGE, "text")


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """That of the recipes' page, with the columns of this one."""
    names: dict[str, Any] = {}
    exec(pages.blocks(pages.PAGES["recipes.md"], "python")[0], names)  # noqa: S102
    given: dict[str, Any] = {}
    exec(pages.blocks(PAGE, "python")[-1], dict(names), given)  # noqa: S102
    found: Recipe = replace(names["RECIPE"], **given)
    return found


def test_a_file_becomes_the_rows_of_the_page(recipe: Recipe) -> None:
    reading = read_text("some.csv", text=SAID.encode(), recipe=recipe)
    rows = Rows.of(Part.of(reading.table, classes=recipe.class_names))

    filled = fills(recipe, total=rows.total).table(reading.table)

    header, *seen = [line.split(",") for line in SEEN.splitlines()]
    assert header == ["age", "income", "housing"]
    assert filled.numeric.tolist() == [[float(cell) for cell in row[:2]] for row in seen]
    assert filled.categorical.ravel().tolist() == [row[2] for row in seen]
    assert reading.left_out is not None
    assert (reading.left_out.rows.tolist(), reading.left_out.facts["dropped"]) == ([3], 1)
    assert reading.changed == {"age": {"clipped": 2}, "income": {"missing": 1}, "housing": {"missing": 1}}


def test_the_warnings_of_the_page_are_those_of_the_answer(recipe: Recipe) -> None:
    table = read_text("some.csv", text=SAID.encode(), recipe=recipe).table
    scorer = read(export(fit(replace(recipe, cross_validation_folds=0), train=table)).content)
    service = Service(scorer=scorer, model="loans", model_version=1, artifact_sha256="", format="scorecard")
    (shown,) = pages.blocks(PAGE, "json")
    asked = PAGE.rsplit("Such an answer comes of `", 1)[1].split("`")[0]

    answer: Any = service.answer(json.loads(asked))

    assert answer["body"]["warnings"] == json.loads(shown)


def test_an_estimator_sees_no_missing_value(recipe: Recipe) -> None:
    seen: list[bool] = []

    class Watching(LogisticRegression):  # type: ignore[misc]
        def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Watching:
            seen.append(bool(np.isnan(X).any()))
            super().fit(X, y, sample_weight)
            return self

    Watching.__module__, Watching.__name__ = "sklearn.linear_model", "LogisticRegression"
    table = read_text("some.csv", text=SAID.encode(), recipe=recipe).table

    watched = replace(recipe, estimator=lambda _: Watching(solver="liblinear"), cross_validation_folds=0)
    fit(watched, train=table)

    assert seen == [False]
