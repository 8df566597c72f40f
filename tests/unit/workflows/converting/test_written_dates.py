"""Dates are written otherwise where their column tells whether the day or the month stands first."""

from __future__ import annotations

import pytest

from workflows.converting.written_dates import DAY_FIRST, MONTH_FIRST, in_doubt, iso, order, orders


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["31/01/2026", "01/02/2026", "NA"], ["2026-01-31", "2026-02-01", None]),
        (["01/31/2026", "02-01-2026"], ["2026-01-31", "2026-02-01"]),
        (["01.02.2026 9:30", "03.04.2026 10:20:30"], ["2026-02-01T09:30", "2026-04-03T10:20:30"]),
        (["1/31/2026 12:05 AM", "2/1/2026 2:05 p.m."], ["2026-01-31T00:05", "2026-02-01T14:05"]),
        (["Aug 24, 2026", "sept. 1st 2026, 9:30"], ["2026-08-24", "2026-09-01T09:30"]),
        (["24-Aug-2026", "1 September 2026"], ["2026-08-24", "2026-09-01"]),
        (["2026/08/24", "2026.9.1 9:30"], ["2026-08-24", "2026-09-01T09:30"]),
        (["20260824", "20260901"], ["2026-08-24", "2026-09-01"]),
    ],
)
def test_column_tells_the_order_by_its_dates_or_its_points(cells: list[str], read: list[str | None]) -> None:
    found = order(cells)

    assert found
    assert [iso(cell, found) for cell in cells] == read


@pytest.mark.parametrize(
    "cells",
    [
        ["1/31/2026 13:05 PM"],
        ["1/31/2026 25:05"],
        ["30240824", "20260901"],
        ["20260231"],
        ["01/02/2026", "03/04/2026"],
        ["31/01/2026", "01/31/2026"],
        ["2026-01-31"],
        ["31/01/2026", "today"],
        [""],
        [],
    ],
)
def test_order_that_is_not_clear_is_not_guessed(cells: list[str]) -> None:
    assert order(cells) is None


EITHER = ["NA", "01/02/2026", "03/04/2026"]


def test_dates_that_may_be_either_are_read_as_the_other_dates_of_the_file() -> None:
    assert list(orders([EITHER, ["31/01/2026"], ["x"]])) == [DAY_FIRST, DAY_FIRST, None]
    assert list(orders([["1/31/2026"], EITHER])) == [MONTH_FIRST, MONTH_FIRST]
    assert list(orders([["2026/01/31"], EITHER]))[1] is None
    assert list(orders([["31/01/2026"], ["1/31/2026"], EITHER]))[2] is None


def test_what_a_person_says_counts_for_dates_that_may_be_either_and_for_no_others() -> None:
    assert list(orders([EITHER, ["31/01/2026"]], otherwise=MONTH_FIRST)) == [MONTH_FIRST, DAY_FIRST]


def test_date_of_a_column_in_doubt_is_told() -> None:
    assert in_doubt(EITHER) == "01/02/2026"
    assert [in_doubt(each) for each in (["31/01/2026"], ["01.02.2026"], ["x"], [])] == [""] * 4
