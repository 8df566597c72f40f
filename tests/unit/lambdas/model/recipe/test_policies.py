"""What a recipe may say of values that are missing or out of range."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from chalicelib.limits import CATEGORY_CHARACTERS
from lambdas.model.recipe import Categorical, Date, Numeric
from lambdas.model.recipe.elements import MAGNITUDE_MAX
from lambdas.model.recipe.size_rules import MISSING_VALUES
from tests.given import data

TAKES = Numeric("a", missing=0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"columns": [Numeric("a", missing="mode")]},
            "columns[0].missing is 'mode': expected a number, 'median'",
        ),
        ({"columns": [Numeric("a", missing=True)]}, "columns[0].missing is True: expected a number"),
        ({"columns": [Numeric("a", missing=math.nan)]}, "missing of column a is nan: expected a number of at most"),
        ({"columns": [Numeric("a", missing=math.inf)]}, "missing of column a is inf"),
        ({"columns": [Numeric("a", missing=-2 * MAGNITUDE_MAX)]}, "missing of column a is -6.8"),
        ({"columns": [Numeric("a", 0, outside="cut")]}, "columns[0].outside is 'cut': expected 'refuse', 'clip' or"),
        ({"columns": [Numeric("a", outside="clip")]}, "column a has outside='clip', and neither minimum nor maximum"),
        ({"columns": [Numeric("a", outside="drop")]}, "column a has outside='drop', and neither"),
        (
            {"columns": [Numeric("a", maximum=1e39, outside="clip")]},
            "a bound of column a is too large to compute",
        ),
        (
            {"columns": [Date("a", minimum="2026-01-02", maximum="2026-01-01T23:00Z")]},
            "column a has its minimum 2026-01-02 above its maximum 2026-01-01T23:00:00Z",
        ),
        ({"columns": [Date("a", parts=[])]}, "parts of column a is not a list of different parts"),
        ({"columns": [Date("a", parts=["year", "year"])]}, "parts of column a is not a list of different parts"),
        (
            {"columns": [Date("a", missing="kept", parts=["year", "hour"])]},
            "column a keeps missing dates, which have no hour: leave it out of its parts",
        ),
        ({"columns": [Date("a", outside="clip")]}, "column a has outside='clip', and neither minimum nor maximum"),
        ({"columns": [Categorical("a", missing=0)]}, "columns[0].missing is 0: expected a text, or None"),  # type: ignore[arg-type]
        ({"columns": [Categorical("a", missing="")]}, "missing of column a is an empty text"),
        ({"columns": [Categorical("a", missing="x" * (CATEGORY_CHARACTERS + 1))]}, "the category of a missing text"),
        ({"columns": [TAKES], "missing_values": "NA"}, "missing_values is 'NA': expected a list"),
        ({"columns": [TAKES], "missing_values": [None]}, "missing_values[0] is None: expected a text"),
        ({"columns": [TAKES], "missing_values": [""]}, "missing_values is not a list of different texts"),
        ({"columns": [TAKES], "missing_values": ["NA", "NA"]}, "missing_values is not a list of different texts"),
        ({"columns": [TAKES], "missing_values": [" NA"]}, "missing_values is not a list of different texts"),
        ({"columns": [TAKES], "missing_values": ["-999"]}, "missing_values has '-999', which is a number"),
        ({"columns": [TAKES], "missing_values": ["-Inf"]}, "missing_values has '-Inf', which is a number"),
        ({"columns": [TAKES], "missing_values": [f"x{at}" for at in range(MISSING_VALUES + 1)]}, "21 missing_values"),
        ({"columns": [TAKES], "missing_values": ["x" * 129]}, "the text of missing_values"),
        (
            {"columns": [Categorical("a", ["NA", "b"], missing="c")], "missing_values": ["NA"]},
            "column a has 'NA' among allowed, and missing_values has it too",
        ),
    ],
)
def test_contradiction_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as caught:
        data.recipe(**changes)

    assert words in caught.value.message


def test_what_is_at_the_limits_is_taken() -> None:
    columns = [
        Numeric("a", -MAGNITUDE_MAX, MAGNITUDE_MAX, missing=MAGNITUDE_MAX, outside="clip"),
        Numeric("b", maximum=0, missing=-1, outside="drop"),
        Date("e", minimum="0001-01-01", maximum="9999-12-31T23:59:59Z", missing="1970-01-01", outside="clip"),
        Categorical("c", ["x"], missing="y" * CATEGORY_CHARACTERS),
        Categorical("d", ["NA"]),
    ]

    recipe = data.recipe(columns=columns, missing_values=["NA", *(f"x{at}" for at in range(MISSING_VALUES - 1))])

    assert [column.takes(text) for column, text in zip(recipe.categorical, ("y" * 128, "x"), strict=True)] == [
        True,
        False,
    ]
    assert not recipe.categorical[0].is_listed("y" * 128)


def test_a_date_of_a_recipe_is_in_seconds_and_may_be_given_in_seconds() -> None:
    given = Date("a", minimum="1970-01-02", missing="median", outside="drop")

    assert (given.minimum, given.maximum, given.missing) == (86400.0, None, "median")
    assert replace(given, missing="1970-01-01T00:00:01Z") == Date("a", minimum=86400, missing=1, outside="drop")
    assert given != Numeric("a", minimum=86400.0, missing="median", outside="drop")
