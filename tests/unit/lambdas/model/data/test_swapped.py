"""Columns whose values stand under each other's names are told, and those of an ordinary night are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lambdas.model.data.part import Part
from lambdas.model.data.profile import profile
from lambdas.model.data.sums import Sums
from lambdas.model.data.swapped import ROWS_MIN, swapped
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Numeric, Recipe
from tests.given import data

RECIPE = data.recipe(
    columns=[
        Numeric("age"),
        Numeric("income"),
        Numeric("balance", missing="median"),
        Numeric("flag"),
        Numeric("score"),
        Categorical("housing"),
        Categorical("purpose"),
    ]
)


def night(rows: int, *, seed: int) -> Table:
    """Numbers of several shapes, one constant for most rows; and texts of two vocabularies."""
    draw = np.random.default_rng(seed)
    balance = np.where(draw.random(rows) < 0.1, np.nan, draw.exponential(300, rows))
    flag = (draw.random(rows) < 0.25).astype(np.float64)
    numeric = [draw.normal(45, 12, rows), draw.lognormal(10, 0.5, rows), balance, flag, draw.normal(0, 1, rows)]
    texts = [draw.choice(["own", "rent", "free"], rows), draw.choice(["car", "house", "tv", "other"], rows)]
    labels = np.array(RECIPE.class_names)[np.arange(rows) % len(RECIPE.class_names)]
    return Table(np.column_stack(numeric), np.column_stack(texts).astype(np.str_), labels)


def with_swapped(table: Table, one: int, other: int, *, of: str = "numeric") -> Table:
    order = list(range(getattr(table, of).shape[1]))
    order[one], order[other] = order[other], order[one]
    arrays = {"numeric": table.numeric, "categorical": table.categorical, of: getattr(table, of)[:, order]}
    return Table(arrays["numeric"], arrays["categorical"], table.labels)


def earlier(recipe: Recipe = RECIPE) -> Any:
    part = Part.of(night(2_000, seed=7), classes=recipe.class_names)
    return profile(Sums.of(part, part, salt="0" * 16), recipe=recipe)["columns"]


EARLIER = earlier()


@pytest.mark.parametrize("rows", [50, 200, 5_000])
@pytest.mark.parametrize(("one", "other", "names"), [(0, 1, ("age", "income")), (1, 2, ("income", "balance"))])
def test_two_columns_of_numbers_that_are_swapped_are_named(
    rows: int, one: int, other: int, names: tuple[str, str]
) -> None:
    told = [
        swapped(with_swapped(night(rows, seed=each), one, other), recipe=RECIPE, earlier=EARLIER)
        for each in range(20)
    ]

    assert sum(each == [names] for each in told) >= (20 if rows > 50 else 5)
    assert all(each in ([], [names]) for each in told)


def test_two_columns_of_texts_that_are_swapped_are_named() -> None:
    found = with_swapped(night(200, seed=1), 0, 1, of="categorical")

    assert swapped(found, recipe=RECIPE, earlier=EARLIER) == [("housing", "purpose")]


@pytest.mark.parametrize("rows", [ROWS_MIN, 100, 1_000])
def test_no_ordinary_night_of_many_is_told(rows: int) -> None:
    assert not any(swapped(night(rows, seed=each), recipe=RECIPE, earlier=EARLIER) for each in range(300))


def test_column_that_moves_alone_is_not_taken_for_another() -> None:
    found = night(500, seed=3)
    moved = found.numeric.copy()
    moved[:, 0] = moved[:, 1]

    assert swapped(Table(moved, found.categorical, found.labels), recipe=RECIPE, earlier=EARLIER) == []


@pytest.mark.parametrize("known", [{}, {"age": EARLIER["age"]}, {"age": {"kind": "number", "median": None}}])
def test_column_that_was_not_there_before_is_not_told(known: Any) -> None:
    assert swapped(with_swapped(night(500, seed=3), 0, 1), recipe=RECIPE, earlier=known) == []


@pytest.mark.parametrize("known", [{}, {"housing": EARLIER["housing"]}, {**EARLIER, "purpose": {"top": None}}])
def test_column_of_texts_that_was_not_there_before_is_not_told(known: Any) -> None:
    found = with_swapped(night(200, seed=1), 0, 1, of="categorical")

    assert swapped(found, recipe=RECIPE, earlier=known) == []


def test_few_rows_tell_nothing() -> None:
    assert swapped(with_swapped(night(ROWS_MIN - 1, seed=3), 0, 1), recipe=RECIPE, earlier=EARLIER) == []
