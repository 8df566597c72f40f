"""A night is the date in an object's name, and what is recent is recent among the objects."""

from __future__ import annotations

import pytest

from chalicelib.dates import nights as dates
from chalicelib.errors import NameUndated


@pytest.mark.parametrize(
    "name",
    ["2026-11-25.csv", "loans-2026-11-25.csv.gz", "a/2026-11-25/7.csv", "2026-11-25T03.csv", "x2026-11-25_1.csv"],
)
def test_date_in_a_name_is_its_night(name: str) -> None:
    assert dates.night_of(name) == "2026-11-25"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("night-1.csv", "night-1.csv has no date in its name"),
        ("20261125.csv", "has no date in its name"),
        ("12026-11-25.csv", "has no date in its name"),
        ("2026-11-251.csv", "has no date in its name"),
        ("2026-11-25_2026-11-26.csv", "has 2 dates in its name"),
        ("2026-02-30.csv", "has 2026-02-30, which is no date, in its name"),
        ("my.csv", "name it as in loans-2026-11-25.csv, with one date"),
    ],
)
def test_name_that_does_not_tell_its_night_is_refused_with_a_way_out(name: str, why: str) -> None:
    with pytest.raises(NameUndated, match=why):
        dates.night_of(name)


@pytest.mark.parametrize(
    ("count", "first"), [(1, "2026-11-25"), (2, "2026-11-24"), (3, "2026-11-01"), (99, "2026-11-01")]
)
def test_nights_are_counted_and_not_files(count: int, first: str) -> None:
    nights = ["2026-11-24", "2026-11-25", "2026-11-01", "2026-11-25"]

    assert dates.last_nights(nights, count=count) == first
