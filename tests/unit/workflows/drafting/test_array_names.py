"""`nightswap init` declares columns that are numbered from 0 as one array."""

from __future__ import annotations

import ast

import pytest

from lambdas.model.recipe import Numeric
from lambdas.model.recipe.elements import Array
from workflows.drafting.array_names import COLUMNS_MIN
from workflows.drafting.choosing import choose
from workflows.drafting.column_facts import look_at_columns
from workflows.drafting.estimators import plain
from workflows.drafting.features import Choice
from workflows.drafting.recipe_text import Parts, source


def chosen(*names: str, cells: dict[str, str] | None = None) -> Choice:
    """A file in which each column has two numbers, unless `cells` says what it has in every row."""
    rows = [
        ",".join([*((cells or {}).get(name, str(row % 2)) for name in names), "ab"[row % 2]]) for row in range(30)
    ]
    text = "\n".join([",".join([*names, "label"]), *rows, ""])
    return choose(look_at_columns(text.encode()), label="label")


def pixels(count: int) -> list[str]:
    return [f"pixels_{place}" for place in range(count)]


def test_numbered_columns_of_numbers_are_one_array_even_if_some_never_change() -> None:
    choice = chosen("age", *pixels(9), "size", cells={"pixels_0": "0", "pixels_8": ""} | {"pixels_8": "255"})

    assert [each.column for each in choice.features] == [Numeric("age"), Array("pixels", size=9), Numeric("size")]
    assert choice.features[1].about == "9 columns, pixels_0 to pixels_8: 0 to 255"
    assert choice.left_out == []


def test_array_that_lacks_numbers_takes_their_median() -> None:
    text = "\n".join([",".join([*pixels(8), "label"]), *["," * 7 + "1,a", "2," * 8 + "b"] * 15, ""])
    (feature,) = choose(look_at_columns(text.encode()), label="label").features

    assert feature.column == Array("pixels", missing="median", size=8)
    assert feature.about.endswith("1 to 2; 105 numbers are missing")


@pytest.mark.parametrize(
    ("names", "cells"),
    [
        (pixels(COLUMNS_MIN - 1), {}),
        ([f"pixels_{place}" for place in range(1, 12)], {}),
        ([*pixels(9), "pixels"], {}),
        (pixels(9), {"pixels_3": "x"}),
        ([*pixels(5), "age", *pixels(9)[5:]], {}),
        ([*pixels(9), "pixels_3"], {}),
        ([f"model_{place}" for place in range(9)], {}),
    ],
)
def test_columns_that_are_no_array_stay_by_themselves(names: list[str], cells: dict[str, str]) -> None:
    choice = chosen(*names, cells=cells)

    assert [each.column for each in choice.features if isinstance(each.column, Array)] == []


def test_array_is_one_line_of_the_recipe() -> None:
    choice = chosen(*pixels(9))
    written = source(
        Parts(
            file="a.csv",
            rows=30,
            model="m",
            label="label",
            labels={"a": 15, "b": 15},
            classes={"a": "a", "b": "b"},
            positive=None,
            choice=choice,
            estimator=plain,
            bounds=[],
        )
    )

    ast.parse(written)
    assert '        Numeric.array("pixels", 9),\n' in written
    assert "from lambdas.model.recipe import Columns, Numeric, Recipe, at_least\n" in written
