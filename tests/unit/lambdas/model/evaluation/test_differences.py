from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from lambdas.model.evaluation.differences import ROWS_MAX, differences, of_true_class
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from tests.given import data

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


def told(rows: Table, challenger: Answers, champion: Answers) -> list[dict[str, Any]]:
    made = differences(RECIPE, holdout=rows, challenger=challenger, champion=champion)
    return list(json.loads(json.dumps(made, allow_nan=False)))


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


def test_class_that_a_champion_does_not_know_has_the_probability_0() -> None:
    rows = holdout(labels=["bad", "good"])

    assert of_true_class(rows, answers=answers(0.9, 0.8, classes=("ugly", "good"))).tolist() == [
        0.0,
        pytest.approx(0.2),
    ]


def test_table_without_texts_or_rows_has_its_differences_too() -> None:
    recipe = data.numeric_recipe()
    bare = Table(np.ones((2, 2)), np.empty((2, 0), dtype=np.str_), np.array(["bad", "good"]))

    made = differences(recipe, holdout=bare, challenger=answers(0.9, 0.4), champion=answers(0.2, 0.4))

    assert [each["row"] for each in made] == [0]
    nothing = Answers(CLASSES, np.array([], dtype=np.str_), np.empty((0, 2)))
    assert differences(recipe, holdout=bare.take(np.arange(0)), challenger=nothing, champion=nothing) == []
