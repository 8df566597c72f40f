"""A column of dates is read strictly, and each row has its day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import ColumnMissing, ObjectUnreadable, ValueMissing, ValueOutOfRange, ValueUnparsable
from lambdas.model.splitting.days import NO_DAY, day_of, read_days, read_span, text_of, up_to
from lambdas.model.splitting.sides import held_out
from lambdas.model.splitting.split import DATED, NIGHTLY, Draw

EPOCH = date(1970, 1, 1).toordinal()
BY_DAY = Draw(DATED, 0.2, 42, "salt", columns=("opened",), until="2026-11-25")
TEXT = b"opened,label\n2026-11-24,a\n2026-11-25T23:59:59Z,a\n2026-11-26,a\n"


def held(draw: Draw, text: bytes = TEXT) -> list[bool]:
    found = held_out("day.csv", text=text, draw=draw, rows=3, model="flows")
    assert found is not None
    return [bool(each) for each in found]


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)), st.integers(-840, 840))
def test_moment_with_an_offset_is_of_the_day_that_it_is_in_utc(moment: datetime, minutes: int) -> None:
    placed = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert day_of(placed.isoformat()) == placed.astimezone(UTC).toordinal() - EPOCH
    assert day_of(moment.isoformat(sep=" ")) == moment.toordinal() - EPOCH


@given(st.dates())
def test_day_is_read_as_it_is_written(day: date) -> None:
    assert day_of(day.isoformat()) == day.toordinal() - EPOCH
    assert text_of(day.toordinal() - EPOCH) == day.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-11",
        "2026-1-02",
        "20261126",
        "2026-W48-4",
        "26/11/2026",
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "2026-11-26T",
        "2026-11-26T24:00",
        "2026-11-26T23:60",
        "2026-11-26T23:59:60",
        "2026-11-26T9:00",
        "2026-11-26T09:00z",
        "2026-11-26T09:00+1",
        "2026-11-26T09:00+14:01",
        "2026-11-26T09:00+01:60",
        "2026-11-26Z",
        "٢٠٢٦-11-26",
        "0001-01-01T00:00+00:01",
        "9999-12-31T23:59-00:01",
        "today",
    ],
)
def test_another_spelling_is_no_date(text: str) -> None:
    assert day_of(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("0001-01-01", NO_DAY + 1),
        ("9999-12-31", 2_932_896),
        (" 1970-01-02 ", 1),
        ("1970-01-01T00:00+14:00", -1),
        ("1970-01-01T23:59:59.999999999-00:01", 1),
        ("1970-01-01T23:59:59.9Z", 0),
    ],
)
def test_limits_of_what_is_a_date(text: str, day: int) -> None:
    assert day_of(text) == day


def span(text: bytes, column: str = "opened") -> tuple[str, str]:
    return read_span("day.csv", text=text, column=column, model="flows", last="2026-11-26")


def test_bad_cell_has_no_day_and_the_others_tell_the_dates() -> None:
    text = b"opened,label\n2026-11-24,a\n26/11/2026,a\n,a\n9999-12-31,a\n2026-11-26T23:59:59,a\n"

    days = read_days("day.csv", text=text, column="opened", model="flows")

    assert (days > NO_DAY).tolist() == [True, False, False, True, True]
    assert span(text) == ("2026-11-24", "2026-11-26")


def test_bad_cells_alone_are_named_with_their_rows_and_values() -> None:
    with pytest.raises(
        ValueUnparsable, match=r"1 cell of column opened in day.csv is no date \(YYYY-MM-DD.*row 1 \(line 2\) '26/11"
    ):
        span(b"opened,label\n26/11/2026,a\n,a\n")
    with pytest.raises(ValueOutOfRange, match=r"is later than 2026-11-26, too far ahead: row 1 .*'9999-12-31'"):
        span(b"opened,label\n9999-12-31,a\n")
    with pytest.raises(ObjectUnreadable, match=r"every row of day\.csv is too short or too long"):
        span(b"label,opened\na\n")


def test_empty_cell_and_missing_column_are_errors_of_their_own() -> None:
    with pytest.raises(ValueMissing, match=r"column opened in day.csv is empty: row 1"):
        span(b"opened,label\n,a\n")
    with pytest.raises(ColumnMissing, match="has no column closed"):
        span(b"opened,label\n,a\n", "closed")


def test_row_that_is_too_short_has_no_day() -> None:
    found = read_days("day.csv", text=b"label,opened\na,1970-01-02\na\n", column="opened", model="flows")

    assert found.tolist() == [1, NO_DAY]


def test_rows_up_to_the_date_train_and_newer_ones_are_held_out() -> None:
    assert held(BY_DAY) == [False, False, True]


def test_without_a_date_all_rows_are_held_out() -> None:
    assert held(Draw(DATED, 0.2, 42, "salt", columns=("opened",))) == [True] * 3


def test_night_is_whole_on_one_side() -> None:
    night = Draw(NIGHTLY, 0.2, 42, "salt", night="2026-11-25")

    assert held(night) == [True] * 3
    assert held(Draw(NIGHTLY, 0.2, 42, "salt", night="2026-11-25", until="2026-11-25")) == [False] * 3


def test_day_itself_is_reached() -> None:
    days = read_days("day.csv", text=TEXT, column="opened", model="flows")

    assert up_to("2026-11-25", days=days).tolist() == [True, True, False]
    assert up_to("", days=days).tolist() == [False] * 3
