"""A column of dates is read by either reader as a request is, or the error names the cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DataError, ValueMissing, ValueOutOfRange, ValueUnparsable
from lambdas.model.reading.object_reader import read_text
from lambdas.model.reading.table import Reading
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe, Tolerate
from lambdas.serve.seldom.date_texts import seconds_of
from tests.given import data

COLUMNS = [Numeric("size", missing=0), Date("opened"), Categorical("flag"), Date("closed", missing="median")]
DAY = 86_400.0


def recipe(**changes: Any) -> Recipe:
    return data.recipe(columns=COLUMNS, missing_values=["NA", "9999-12-31"], **changes)


def plain(*rows: str, of: Recipe | None = None) -> Reading:
    text = "\n".join(["size,opened,flag,closed,label", *rows, ""])
    return read_text("day.csv", text=text.encode(), recipe=of or recipe())


def by_records(*rows: str, of: Recipe | None = None) -> Reading:
    """By the reader of any file: a text with a byte order mark inside is not plain."""
    text = "\n".join(["size,opened,flag,closed,label,note", *(f"{row},\ufeff" for row in rows), ""])
    return read_text("day.csv", text=text.encode(), recipe=of or recipe())


BOTH = pytest.mark.parametrize("reader", [plain, by_records])


@BOTH
def test_dates_become_seconds_among_the_numbers(reader: Any) -> None:
    reading = reader(
        "1,1970-01-02,x,1970-01-01T00:00:01Z,ok.",
        '+2,"1970-01-02 00:00",y, 1969-12-31 ,spam.',
        "3,1970-01-01T23:00-01:00,z,,ok.",
    )

    expected = [[1.0, DAY, 1.0], [2.0, DAY, -DAY], [3.0, DAY, np.nan]]
    assert np.array_equal(reading.table.numeric, np.array(expected), equal_nan=True)
    assert reading.changed == {"closed": {"missing": 1}}


@BOTH
@pytest.mark.parametrize("cell", ["", " ", "NA", "9999-12-31", '"NA"'])
def test_a_missing_date_is_nan_and_counted(reader: Any, cell: str) -> None:
    reading = reader(f"NA,1970-01-02,x,{cell},ok.", "2,1970-01-02,x,1970-01-02,spam.")

    expected = [[np.nan, DAY, np.nan], [2.0, DAY, DAY]]
    assert np.array_equal(reading.table.numeric, np.array(expected), equal_nan=True)
    assert reading.changed == {"size": {"missing": 1}, "closed": {"missing": 1}}


@BOTH
@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        ("31/01/2026", ValueUnparsable, "no date (YYYY-MM-DD, alone or with a time such as T23:59:00Z)"),
        ("1767225600", ValueUnparsable, "no date (YYYY-MM-DD, alone or with a time such as T23:59:00Z)"),
        ("NA", ValueUnparsable, "no date (YYYY-MM-DD, alone or with a time such as T23:59:00Z)"),
        ("", ValueMissing, "empty"),
    ],
)
def test_a_cell_that_is_no_date_is_named(reader: Any, cell: str, error: type[DataError], words: str) -> None:
    with pytest.raises(error) as refused:
        reader("1,2026-01-31,x,2026-01-31,ok.", f"1,{cell},x,2026-01-31,ok.")

    where = f"1 cell of column opened in day.csv is {words}: row 2 (line 3) {cell!r}"
    assert refused.value.message.startswith(where)
    assert refused.value.details["column"] == "opened"


@BOTH
def test_bad_dates_and_bad_numbers_of_one_file_are_told_together(reader: Any) -> None:
    rows = ["1,2026-01-31,x,2026-01-31,ok.", "one,2026-1-31,x,yesterday,ok."]

    with pytest.raises(ValueUnparsable) as refused:
        reader(*rows)

    for words in ("size in day.csv is not a number", "opened in day.csv is no date", "closed in day.csv is no date"):
        assert words in refused.value.message


@BOTH
def test_a_row_with_a_bad_date_may_be_left_out(reader: Any) -> None:
    good = ["1,2026-01-31,x,2026-01-31,ok.", "1,2026-01-31,x,2026-01-31,spam."] * 10

    reading = reader(*good, "1,today,x,2026-01-31,ok.", of=recipe(tolerate=Tolerate(rows=0.1)))

    assert (len(reading.table), reading.left_out.facts["rows"]) == (20, 1)


@BOTH
def test_a_date_out_of_range_is_refused_clipped_or_dropped(reader: Any) -> None:
    rows = ["1,2019-12-31,x,2026-01-31,ok.", "1,2020-01-01,x,2026-01-31,ok."]

    def of(outside: str) -> Recipe:
        opened = Date("opened", minimum="2020-01-01", outside=outside)
        return recipe().__class__(**{**vars(recipe()), "columns": [COLUMNS[0], opened, *COLUMNS[2:]]})

    with pytest.raises(ValueOutOfRange, match=r"out of range \(a date \(.*\) >= 2020-01-01\): row 1 \(line 2\)"):
        reader(*rows, of=of("refuse"))

    bound = seconds_of("2020-01-01")
    clipped, dropped = reader(*rows, of=of("clip")), reader(*rows, of=of("drop"))
    assert clipped.table.numeric[:, 1].tolist() == [bound, bound]
    assert clipped.changed["opened"] == {"clipped": 1}
    assert dropped.table.numeric[:, 1].tolist() == [bound]


TIMES = (
    st.datetimes().map(str) | st.dates().map(str) | st.sampled_from(["", "x", "2026-02-30", "2026-01-31T10:00+01:00"])
)


@given(cells=st.lists(TIMES, min_size=1, max_size=20))
def test_both_readers_read_what_serving_reads(cells: list[str]) -> None:
    rows = [f"1,2026-01-31,x,{cell},ok." for cell in cells]
    seconds = [seconds_of(cell) for cell in cells]
    is_good = all(found is not None or not cell for found, cell in zip(seconds, cells, strict=True))
    expected = np.array([np.nan if each is None else each for each in seconds])

    for reader in (plain, by_records):
        if not is_good:
            with pytest.raises(ValueUnparsable):
                reader(*rows)
        else:
            assert np.array_equal(reader(*rows).table.numeric[:, 2], expected, equal_nan=True)
