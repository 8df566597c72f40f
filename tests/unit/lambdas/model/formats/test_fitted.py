"""Categories become codes, an estimator is asked some rows at a time, and its errors name the recipe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalicelib.errors import TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.formats.fitted import ANSWERED_ROWS, FIT_ERRORS, UNKNOWN, Fitted, Levels, failures
from lambdas.model.reading.table import Table
from tests.given import data


class Asked:
    """An estimator of one class more than one, which notes how many rows it is asked about."""

    classes_ = np.array(["bad", "good"])

    def __init__(self) -> None:
        self.rows: list[int] = []

    def predict(self, X: Floats) -> Any:
        self.rows.append(len(X))
        return np.where(X[:, 0] > 0, "good", "bad")

    def predict_proba(self, X: Floats) -> Floats:
        return np.column_stack([1 - X[:, 0], X[:, 0]])


def table(*texts: str, numbers: Floats | None = None) -> Table:
    numeric = np.zeros((len(texts), 1)) if numbers is None else numbers
    return Table(numeric, np.array(texts)[:, None], np.array(["good"] * len(texts)))


def test_category_is_coded_by_its_place_and_an_unknown_one_as_none() -> None:
    levels = Levels.of(table("b", "d", "b"))

    assert levels.of_columns == (("b", "d"),)
    assert levels.encode(table("d", "b", "a", "c", "e"))[:, 1].tolist() == [1.0, 0.0, UNKNOWN, UNKNOWN, UNKNOWN]


def test_part_is_coded_as_its_table() -> None:
    levels, rows = Levels.of(table("b", "d")), table("e", "d", "b", "a")

    part = Part.of(rows, classes=["good", "bad"])

    assert levels.encode_part(part).tolist() == levels.encode(rows).tolist()


@pytest.mark.parametrize("rows", [0, 1, ANSWERED_ROWS, ANSWERED_ROWS + 1])
def test_estimator_is_asked_about_some_rows_at_a_time(rows: int) -> None:
    numbers = (np.arange(rows) % 2).astype(np.float64)[:, None]
    estimator = Asked()
    fitted = Fitted(data.recipe(), estimator, Levels((("SF",),)), {})

    answers = fitted.answers_to(Part.of(table(*["SF"] * rows, numbers=numbers), classes=["good", "bad"]))

    assert (answers.classes, len(answers), answers.probabilities.shape) == (("bad", "good"), rows, (rows, 2))
    assert answers.of("good").tolist() == numbers[:, 0].tolist()
    assert answers.labels.tolist() == ["good" if number else "bad" for number in numbers[:, 0]]
    assert estimator.rows == [size for size in (min(rows, ANSWERED_ROWS), rows - ANSWERED_ROWS) if size > 0]


@pytest.mark.parametrize("kind", FIT_ERRORS)
def test_error_of_an_estimator_names_the_recipe_and_its_first_line(kind: type[Exception]) -> None:
    with pytest.raises(TrainingFailed) as raised, failures(data.recipe(), doing="fitting"):
        raise kind(" so it is \nand a page of advice")

    said = f"fitting the estimator of recipe flows raised {kind.__name__}, which says 'so it is'"
    assert raised.value.message.startswith(said)
    assert ("leave sparse_output=False out" in raised.value.message) == (kind is MemoryError)
    assert raised.value.details["model"] == "flows"
