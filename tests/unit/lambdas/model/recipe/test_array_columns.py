"""A recipe declares many columns of one kind by one line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from chalicelib.limits import COLUMNS
from lambdas.model.recipe import Categorical, Date, Numeric
from lambdas.model.recipe.elements import Array
from tests.given import data

PIXELS = Numeric.array("pixels", 3, minimum=0, maximum=255)


def test_array_stands_for_its_columns_in_its_place() -> None:
    recipe = data.recipe(columns=[Numeric("age"), PIXELS, Categorical("flag")])

    assert [column.name for column in recipe.columns] == ["age", "pixels", "flag"]
    assert [column.name for column in recipe.single_columns] == ["age", "pixels_0", "pixels_1", "pixels_2", "flag"]
    assert [column.name for column in recipe.numeric] == ["age", "pixels_0", "pixels_1", "pixels_2"]
    assert recipe.positions.numeric == [0, 1, 2, 3]
    assert {(column.minimum, column.maximum) for column in recipe.numeric[1:]} == {(0, 255)}
    assert [column.declared for column in recipe.numeric] == ["age", "pixels", "pixels", "pixels"]


def test_recipe_with_an_array_can_be_changed() -> None:
    recipe = data.recipe(columns=[PIXELS, Categorical("flag")])

    assert replace(recipe, cross_validation_folds=0).columns == recipe.columns


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([Numeric.array("a", "3")], "columns[0].size is '3': expected a whole number"),  # type: ignore[arg-type]
        ([Numeric.array("a", 0)], "size of column 'a' is 0: expected 1 to 1,000"),
        ([Numeric.array("a", 10**9)], "1,000,000,000 columns: 1,000 are the most"),
        ([Numeric.array("a", COLUMNS), Numeric("b")], "1,001 columns: 1,000 are the most"),
        ([Numeric.array("a" * 99, 12)], "the column's name"),
        ([Numeric.array("a", 3), Numeric("a_2")], "column a_2 is named twice"),
        ([Numeric.array("a", 3), Categorical("a")], "column a is named twice"),
        ([Numeric.array("model", 3)], "'model' cannot be a column's name"),
        ([Numeric.array("", 3)], "'' cannot be a column's name"),
        ([Numeric.array("a", 3, minimum=2, maximum=1)], "column a has its minimum 2 above its maximum 1"),
        ([Numeric.array("a", 3, minimum="0")], "columns[0].minimum is '0': expected a number"),  # type: ignore[arg-type]
        ([Numeric.array("a", 3, outside="clip")], "column a has outside='clip', and neither minimum nor maximum"),
        ([Numeric.array("a", 3, missing="mode")], "columns[0].missing is 'mode': expected a number"),
    ],
)
def test_contradiction_is_told_once_and_by_the_name_of_the_array(columns: list[Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(columns=columns)

    assert words in raised.value.message
    assert raised.value.message.count("a_1") == raised.value.message.count("; ") == 0


def test_dates_have_no_array() -> None:
    with pytest.raises(TypeError, match=r"Date has no array: write Numeric.array\('opened', 3\)"):
        Date.array("opened", 3)


def test_array_of_one_column_is_an_array_too() -> None:
    assert [each.name for each in Array("a", size=1).elements] == ["a_0"]
