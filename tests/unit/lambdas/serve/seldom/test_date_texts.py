"""A text is read as the second that the standard library's calendar has for it, or it is no date."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.serve.dates import PARTS
from lambdas.serve.seldom.date_texts import FIRST, LAST, seconds_of, text_of

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EDGES = [
    *(FIRST, LAST, -1, 0, 1, 86399, 86400),
    951_782_400,  # 2000-02-29, a leap day of a century
    4_107_542_399,  # 2100-02-28 23:59:59, before no leap day
    -2_203_891_201,  # 1900-02-28 23:59:59, before no leap day
]
SECONDS = st.sampled_from(EDGES) | st.integers(FIRST, LAST)
OFFSETS = st.integers(-14 * 60, 14 * 60)


def moment(seconds: int) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@given(seconds=SECONDS, fraction=st.text("0123456789", max_size=9), mark=st.sampled_from("T "))
def test_a_time_in_utc_is_read_to_the_second(seconds: int, fraction: str, mark: str) -> None:
    text = f"{moment(seconds):%H:%M:%S}{fraction and f'.{fraction}'}"

    for end in ("Z", "", "+00:00", "-00:00"):
        assert seconds_of(f"{moment(seconds).date()}{mark}{text}{end}") == seconds


@given(seconds=SECONDS, minutes=OFFSETS)
def test_an_offset_leads_to_utc(seconds: int, minutes: int) -> None:
    try:
        there = moment(seconds).astimezone(timezone(minutes * MINUTE))
    except OverflowError:  # of another year than 1 to 9999
        return

    assert seconds_of(there.isoformat()) == seconds


@given(days=st.dates())
def test_a_day_is_its_midnight(days: datetime) -> None:
    assert seconds_of(days.isoformat()) == (days.toordinal() - BEGIN.toordinal()) * 86400.0


@given(year=st.integers(0, 9999), month=st.integers(0, 13), day=st.integers(0, 32))
def test_a_day_is_read_where_the_calendar_has_it_and_nowhere_else(year: int, month: int, day: int) -> None:
    try:
        expected = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        expected = None

    found = seconds_of(f"{year:04}-{month:02}-{day:02}")

    assert found == (expected and (expected - BEGIN).total_seconds())


@given(text=st.text() | st.from_regex(r"[0-9]{2,4}[-/. T][0-9]{2}[-/. :][0-9]{2}.{0,20}"))
def test_no_text_fails(text: str) -> None:
    found = seconds_of(text)

    assert found is None or text_of(found)[:4].isdigit()


@given(seconds=SECONDS, more=st.floats(0, 0.999))
def test_what_is_written_is_read_again(seconds: int, more: float) -> None:
    assert seconds_of(text_of(float(seconds))) == seconds
    assert seconds_of(text_of(seconds + more)) == math.floor(seconds + more)


@pytest.mark.parametrize("seconds", [FIRST - 1.0, LAST + 1.0, math.inf, -math.inf, math.nan])
def test_what_is_no_time_is_not_written(seconds: float) -> None:
    with pytest.raises(ValueError, match="no time between the years 1 and 9999"):
        text_of(seconds)


@given(seconds=SECONDS)
def test_parts_of_a_text_are_those_that_it_shows(seconds: int) -> None:
    at = moment(seconds)
    found = seconds_of(at.isoformat())
    assert found is not None

    shown = {name: getattr(at, name) for name in PARTS if name != "weekday"}

    assert {name: PARTS[name](found) for name in shown} == shown
    assert PARTS["weekday"](found) == at.weekday()
