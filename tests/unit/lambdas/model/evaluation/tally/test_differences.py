from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from lambdas.model.evaluation.tally.answered import Answered
from lambdas.model.evaluation.tally.differences import ROWS_MAX
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.serve.schema import Schema
from tests.given import data
from tests.given.holdouts import evaluate

RECIPE = data.recipe()
CLASSES = ("bad", "good")


def holdout(*, labels: list[str], sizes: list[float] | None = None) -> Table:
    numeric = np.array([[size, 1.0] for size in sizes or range(len(labels))])
    return Table(numeric, np.full((len(labels), 1), "SF"), np.array(labels))


def answers(*bad: float, classes: tuple[str, str] = CLASSES) -> Answers:
    """The probabilities of the first class; a row is of the likelier one."""
    first = np.array(bad)
    labels = np.where(first > 0.5, *classes)
    return Answers(classes, labels, np.column_stack([first, 1 - first]))


class Fixed:
    """An artifact that gives these answers."""

    schema = Schema.from_document({"columns": []})

    def __init__(self, answers: Answers) -> None:
        self.answers, self.classes, self.given = answers, answers.classes, 0

    def score(self, features: Mapping[str, Any]) -> Answers:
        """Of as many rows as there are: they are asked one part after another."""
        first, self.given = self.given, self.given + len(features["size"])
        return self.answers.between(first, self.given)


def told(rows: Table, challenger: Answers, champion: Answers, *, recipe: Recipe = RECIPE) -> list[dict[str, Any]]:
    made = evaluate(recipe, artifact=Fixed(challenger), holdout=rows, answers=challenger, champion=Fixed(champion))
    return list(json.loads(json.dumps(made["differences"], allow_nan=False)))


def test_rows_come_by_how_far_the_probabilities_of_the_true_class_are_apart() -> None:
    rows = holdout(labels=["bad", "good", "bad"])

    found = told(rows, answers(0.9, 0.25, 0.5), answers(0.8, 0.75, 0.5))

    assert found == [
        {
            "row": 1,
            "rows_alike": 1,
            "features": {"size": 1.0, "age": 1.0, "flag": "SF"},
            "true": "good",
            "challenger": {"label": "good", "probability": 0.75},
            "champion": {"label": "bad", "probability": 0.25},
        },
        {
            "row": 0,
            "rows_alike": 1,
            "features": {"size": 0.0, "age": 1.0, "flag": "SF"},
            "true": "bad",
            "challenger": {"label": "bad", "probability": 0.9},
            "champion": {"label": "bad", "probability": 0.8},
        },
    ]


def test_no_more_than_the_first_few_are_told() -> None:
    rows = holdout(labels=["bad"] * 30)

    assert len(told(rows, answers(*[0.9] * 30), answers(*[0.8] * 30))) == ROWS_MAX


def test_rows_alike_are_told_once() -> None:
    rows = holdout(labels=["bad", "bad", "good", "bad"], sizes=[5, 5, 5, 6])

    found = told(rows, answers(*[0.75] * 4), answers(*[0.25] * 4))

    assert [(each["row"], each["rows_alike"], each["true"]) for each in found] == [
        (0, 2, "bad"),
        (2, 1, "good"),
        (3, 1, "bad"),
    ]


@pytest.mark.parametrize("difference", [0.0, 1e-10])
def test_rounding_is_no_difference(difference: float) -> None:
    assert told(holdout(labels=["bad"]), answers(0.9), answers(0.9 - difference)) == []


def test_row_without_a_probability_is_left_out() -> None:
    assert told(holdout(labels=["bad", "bad"]), answers(np.nan, 0.9), answers(0.1, 0.1))[0]["row"] == 1


def test_class_that_a_version_does_not_know_has_the_probability_0() -> None:
    found = Answered(answers(0.9, 0.8, classes=("ugly", "good")), np.array([0, 0]))

    assert found.of_true_class(np.array([1, 0]), classes=("good", "bad")).tolist() == [0.0, pytest.approx(0.2)]


def test_table_without_texts_or_rows_has_its_differences_too() -> None:
    recipe = data.numeric_recipe()
    bare = Table(np.ones((2, 2)), np.empty((2, 0), dtype=np.str_), np.array(["bad", "good"]))

    made = told(bare, answers(0.9, 0.4), answers(0.2, 0.4), recipe=recipe)

    assert [each["row"] for each in made] == [0]
    nothing = Answers(CLASSES, np.array([], dtype=np.str_), np.empty((0, 2)))
    assert told(bare.take(np.arange(0)), nothing, nothing, recipe=recipe) == []


def test_rows_alike_in_another_part_are_counted_although_others_are_as_far_apart_there() -> None:
    rows = holdout(labels=["bad"] * 41, sizes=[0, *range(1, 40), 0])
    near, far = answers(*[0.75] * 41), answers(*[0.25] * 41)

    found = evaluate(RECIPE, artifact=Fixed(near), holdout=rows, answers=near, champion=Fixed(far), at=[1])

    assert [(each["row"], each["rows_alike"]) for each in found["differences"]] == [
        (0, 2),
        *((row, 1) for row in range(1, ROWS_MAX)),
    ]
