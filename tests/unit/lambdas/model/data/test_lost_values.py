"""What a file has lost is told: columns that tell nothing, other texts, classes without a row. Of an ordinary night
nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import numpy as np
import pytest

from lambdas.model.data.lost_values import NOTHING, Before, lost_classes, lost_columns
from lambdas.model.data.part import Part
from lambdas.model.data.profile import profile
from lambdas.model.data.sums import Sums
from lambdas.model.reading.object_reader import read_text
from lambdas.model.reading.table import Reading
from lambdas.model.recipe import Categorical, Date, Numeric
from tests.given import data

RECIPE = data.recipe(
    columns=[
        Numeric("age", minimum=18, maximum=90, outside="clip"),
        Numeric("income", missing="median"),
        Numeric("flag", missing=0.0),
        Date("since", missing="kept"),
        Categorical("member", missing="unknown"),
        Numeric.array("pixels", 2, missing=0.0),
    ]
)
SALT = "0" * 16
HEADER = "age,income,flag,since,member,pixels_0,pixels_1,label"
COLUMNS = HEADER.split(",")


def cell(column: str, row: int) -> str:
    """Of an ordinary night: every twentieth row has the flag, and every tenth no income."""
    cells = {
        "age": 20 + row % 60,
        "income": "" if row % 10 == 3 else 1000 + 7 * row,
        "flag": int(row % 20 == 0),
        "since": f"2026-11-{1 + row % 28:02}",
        "member": "" if row % 40 == 3 else ("true", "false")[row % 2],
        "label": "spam." if row % 10 == 9 else "ok.",
    }
    return str(cells.get(column, row % 7))


def night(rows: int = 400, /, **instead: str) -> Reading:
    """Rows in which some columns hold one text, or no text of those that they had."""
    lines = [",".join(instead.get(name, cell(name, row)) for name in COLUMNS) for row in range(rows)]
    return read_text("night.csv", text="\n".join([HEADER, *lines]).encode(), recipe=RECIPE)


def before(reading: Reading) -> Before:
    part = Part.of(reading.table, classes=RECIPE.class_names)
    found = profile(Sums.of(part, part.take(np.arange(0)), salt=SALT), recipe=RECIPE)
    classes = {name: int((reading.table.labels == name).sum()) for name in RECIPE.class_names}
    return Before(found["columns"], found["rows"], classes)


EARLIER = before(night())


def told(reading: Reading, earlier: Before = EARLIER) -> Sequence[str]:
    return [
        *lost_columns(reading, recipe=RECIPE, before=earlier),
        *lost_classes(reading, recipe=RECIPE, before=earlier),
    ]


@pytest.mark.parametrize("earlier", [EARLIER, NOTHING])
@pytest.mark.parametrize("rows", [40, 200, 1_000])
def test_ordinary_night_has_lost_nothing(rows: int, earlier: Before) -> None:
    assert told(night(rows), earlier) == []


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("income", "", "column income has no value: all 400 cells are missing"),
        ("since", "", "column since has no value: all 400 cells are missing"),
        ("member", "", "column member has no value: all 400 cells are missing"),
        ("age", "3500", "column age has no value in its range: all 400 numbers became the nearest bound"),
        ("income", "0", "column income holds 0 alone"),
        ("flag", "1", "column flag holds 1 alone"),
        ("member", "true", "column member holds 'true' alone"),
        ("member", "True", "column member holds 'True' alone"),
    ],
)
def test_column_that_tells_nothing_any_more_is_named(column: str, text: str, words: str) -> None:
    assert told(night(**{column: text})) == [words]


def test_array_is_one_column() -> None:
    assert told(night(pixels_0="", pixels_1="")) == ["column pixels has no value: all 800 cells are missing"]
    assert told(night(pixels_0="3", pixels_1="3")) == ["column pixels holds 3 alone"]
    assert told(night(pixels_0="3")) == []


def test_texts_that_are_all_others_are_named() -> None:
    lines = [
        ",".join(cell(name, row).capitalize() if name == "member" else cell(name, row) for name in COLUMNS)
        for row in range(400)
    ]
    other = read_text("night.csv", text="\n".join([HEADER, *lines]).encode(), recipe=RECIPE)

    assert told(other) == ["column member has other texts than before: 'True', 'False', and not 'true', 'false'"]
    assert told(other, NOTHING) == []


def test_class_without_a_row_is_named_where_that_is_no_chance() -> None:
    counted = Before(rows=1_000, classes={"good": 30, "bad": 970})

    assert told(night(400, label="spam."), counted) == [
        "no row is of the class good, and 3 % of the rows before were"
    ]
    assert told(night(40, label="spam."), counted) == []


def test_rare_value_may_be_absent_by_chance() -> None:
    """The flag is 0 in 95 of 100 rows: so it is in all of 100 rows of one night in 170."""
    assert told(night(100, flag="0")) == []
    assert told(night(400, flag="0")) == ["column flag holds 0 alone"]


def test_what_was_so_before_is_no_news() -> None:
    same = {"income": "", "flag": "7", "member": "x", "pixels_0": "1", "pixels_1": "1"}

    assert told(night(**same), before(night(**same))) == []


@pytest.mark.parametrize("rows", [29, 30])
def test_of_a_file_alone_thirty_rows_are_enough_to_tell(rows: int) -> None:
    assert told(night(rows, flag="7"), NOTHING) == ["column flag holds 7 alone"] * (rows >= 30)


def test_file_without_a_value_is_told_to_fail_alone_where_a_median_has_to_be_found() -> None:
    assert told(night(5, income="", flag=""), NOTHING) == [
        "column income has no value: all 5 cells are missing, and a run of this file alone fails, for there is no"
        " median",
        "column flag has no value: all 5 cells are missing",
    ]


def several(*nights: Reading) -> Before:
    parts = [Part.of(each.table, classes=RECIPE.class_names) for each in nights]
    sums = reduce(add, (Sums.of(part, part.take(np.arange(0)), salt=SALT) for part in parts))
    return Before(profile(sums, recipe=RECIPE)["columns"], sums.rows)


def test_column_that_is_constant_in_each_file_by_nature_is_no_news() -> None:
    days = several(
        *(night(member=day, age=age) for day, age in [("monday", "31"), ("tuesday", "32"), ("friday", "33")])
    )

    assert told(night(member="thursday", age="34"), days) == []
    assert told(night(member=""), days) == ["column member has no value: all 400 cells are missing"]


@pytest.mark.parametrize(("ordinary", "news"), [(9, []), (10, ["column flag holds 7 alone"])])
def test_column_that_was_constant_in_a_tenth_of_the_files_is_no_news(ordinary: int, news: list[str]) -> None:
    assert told(night(flag="7"), several(night(flag="7"), *[night()] * ordinary)) == news


def test_class_that_a_tenth_of_the_files_lacked_is_no_news() -> None:
    of_good = night(400, label="spam.")

    assert told(of_good, Before(rows=1_000, classes={"good": 500, "bad": 500}, absent={"good": 0.1})) == []
    assert told(of_good, Before(rows=1_000, classes={"good": 500, "bad": 500}, absent={"good": 0.09})) != []
