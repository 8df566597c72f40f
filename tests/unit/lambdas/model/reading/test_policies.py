"""A cell that is missing or out of range is read as its column says, by either reader, and counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import (
    DataError,
    ValueInfinite,
    ValueMissing,
    ValueNotAllowed,
    ValueOutOfRange,
    ValueUnparsable,
)
from lambdas.model.reading.object_reader import read_text
from lambdas.model.reading.table import Reading
from lambdas.model.recipe import Categorical, Numeric, Recipe, Tolerate
from lambdas.model.recipe.elements import MAGNITUDE_MAX
from tests.given import data
from tests.unit.lambdas.model.reading.tables import HEADER, rows

RECIPE = data.recipe(
    columns=[
        Numeric("size", minimum=0, maximum=100, missing=0, outside="clip"),
        Numeric("age", minimum=0, missing="median", outside="drop"),
        Categorical("flag", missing="none"),
        Categorical("zone", ["n", "s"], missing="n"),
    ],
    missing_values=["NA", "nan"],
)


def read(*lines: str, recipe: Recipe = RECIPE) -> Reading:
    return read_text("day.csv", text=rows(*lines), recipe=recipe)


def by_records(*lines: str, recipe: Recipe = RECIPE) -> Reading:
    """The same by the reader of any file: a text with a byte order mark inside is not plain."""
    text = rows(*(f"{line},\ufeff" for line in lines), header=f"{HEADER},note")
    return read_text("day.csv", text=text, recipe=recipe)


BOTH = pytest.mark.parametrize("reader", [read, by_records])


@BOTH
@pytest.mark.parametrize("cell", ["", "NA", "nan", " ", " NA ", '"NA"', '""'])
def test_a_missing_number_is_nan_until_the_training_rows_tell_what_takes_its_place(reader: Any, cell: str) -> None:
    reading = reader(f"1,{cell},S0,n,ok.", "2,3,S0,n,spam.")

    assert np.array_equal(reading.table.numeric, np.array([[1.0, np.nan], [2.0, 3.0]]), equal_nan=True)
    assert reading.changed == {"age": {"missing": 1}}


@BOTH
@pytest.mark.parametrize("cell", ["", "NA", "nan", '"NA"'])
def test_a_missing_text_is_the_category_that_takes_its_place(reader: Any, cell: str) -> None:
    reading = reader(f"1,2,{cell},{cell},ok.", "1,2,none,s,spam.", "1,2,x, ,spam.".replace(", ,", ",s,"))

    assert reading.table.categorical.tolist() == [["none", "n"], ["none", "s"], ["x", "s"]]
    assert reading.changed == {"flag": {"missing": 1}, "zone": {"missing": 1}}


@BOTH
@pytest.mark.parametrize(
    ("cell", "size"), [("-1", 0.0), ("100.5", 100.0), ("-1e300", 0.0), ("0", 0.0), ("100", 100.0)]
)
def test_a_number_out_of_range_is_clipped_to_the_nearest_bound(reader: Any, cell: str, size: float) -> None:
    reading = reader(f"{cell},2,x,n,ok.", "5,2,x,n,spam.")

    assert reading.table.numeric[:, 0].tolist() == [size, 5.0]
    assert reading.changed == ({} if cell in ("0", "100") else {"size": {"clipped": 1}})


@BOTH
def test_a_row_out_of_range_is_dropped_and_keeps_its_place_in_the_draw(reader: Any) -> None:
    reading = reader("1,-1,,n,ok.", "500,2,x,n,ok.", "2,-0.5,x,n,spam.", "3,0,x,n,spam.")

    assert reading.table.numeric.tolist() == [[100, 2], [3, 0]]
    assert reading.left_out is not None
    assert reading.left_out.rows.tolist() == [0, 2]
    assert (reading.left_out.facts["rows"], reading.left_out.facts["dropped"]) == (2, 2)
    assert reading.left_out.facts["reasons"] == [
        {"column": "age", "problem": "out of range (a number >= 0)", "rows": 2}
    ]
    assert len(reading.labels.codes) == reading.extent.rows == 4
    assert reading.changed == {"size": {"clipped": 1}}  # of the rows that stay
    assert np.array_equal(reading.in_table(reading.good(np.arange(4))), [0, 1])


@BOTH
def test_a_file_whose_rows_are_all_out_of_range_is_refused(reader: Any) -> None:
    with pytest.raises(ValueOutOfRange, match="2 cells of column age in day"):
        reader("1,-1,x,n,ok.", "1,-2,x,n,spam.")


@BOTH
@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("inf,2,x,n,ok.", ValueInfinite),
        ("1,-inf,x,n,ok.", ValueInfinite),
        ("1,1e300,x,n,ok.", None),
        ("N/A,2,x,n,ok.", ValueUnparsable),
        ("na,2,x,n,ok.", ValueUnparsable),
        ("1,2,x,w,ok.", ValueNotAllowed),
        ("1,2,x,n,", ValueMissing),
    ],
)
def test_what_no_policy_is_about_is_refused_as_ever(reader: Any, line: str, error: type[DataError] | None) -> None:
    if error is None:  # too large to compute with is out of any range
        assert len(reader(line, "1,2,x,n,spam.").table) == 1
        return
    with pytest.raises(error):
        reader(line, "1,2,x,n,spam.")


@BOTH
def test_a_dropped_row_that_is_bad_otherwise_too_is_a_bad_row(reader: Any) -> None:
    lines = ["1,-1,x,w,ok.", "1,-1,x,n,ok.", *["1,2,x,n,spam."] * 8]
    with pytest.raises(ValueOutOfRange, match="age"):
        reader(*lines)

    reading = reader(*lines, recipe=replace(RECIPE, tolerate=Tolerate(rows=0.1)))

    assert reading.left_out is not None
    assert (reading.left_out.rows.tolist(), reading.left_out.facts["dropped"]) == ([0, 1], 1)


def test_dropped_rows_do_not_count_among_those_that_are_tolerated() -> None:
    lines = ["1,-1,x,n,ok."] * 5 + ["1,2,x,n,spam.", "1,2,x,n,ok."]

    assert len(read(*lines).table) == 2
    with pytest.raises(DataError, match="1 row in day"):
        read(*lines, "1,2,x")


@BOTH
def test_a_column_without_a_policy_refuses_what_it_refused(reader: Any) -> None:
    plain = replace(RECIPE, columns=[Numeric("size"), *RECIPE.columns[1:]])

    for cell, error in (("", ValueMissing), ("NA", ValueUnparsable), ("nan", ValueUnparsable)):
        with pytest.raises(error):
            reader(f"{cell},2,x,n,ok.", "1,2,x,n,spam.", recipe=plain)


def test_a_missing_number_beside_words_for_truth_is_no_truth() -> None:
    with pytest.raises(ValueUnparsable):
        read("True,2,x,n,ok.", ",2,x,n,spam.")


CELLS = st.sampled_from(["", "NA", "nan", " ", "0", "-1", "101", "7.5", "1e300", "inf", "x", '"NA"', "+3", "True"])
TEXTS = st.sampled_from(["", "NA", "nan", "none", "n", "s", "w"])


@given(st.lists(st.tuples(CELLS, CELLS, TEXTS, TEXTS, st.sampled_from(["ok.", "spam.", ""])), min_size=1, max_size=6))
def test_both_readers_read_the_same(cells: list[tuple[str, ...]]) -> None:
    lines = [",".join(row) for row in [*cells, ("1", "2", "x", "n", "ok.")]]
    recipe = replace(RECIPE, tolerate=Tolerate(rows=0.9))

    def told(reader: Any) -> Any:
        try:
            found = reader(*lines, recipe=recipe)
        except DataError as error:
            return type(error), error.details.get("column"), error.details.get("count")
        facts = found.left_out.facts if found.left_out else None
        return found.table.numeric.tobytes(), found.table.categorical.tolist(), facts, found.changed

    assert told(read) == told(by_records)


def test_a_bound_that_is_clipped_to_is_small_enough_to_compute_with() -> None:
    assert read(f"{MAGNITUDE_MAX * 2},2,x,n,ok.", "1,2,x,n,spam.").table.numeric[0, 0] == 100
