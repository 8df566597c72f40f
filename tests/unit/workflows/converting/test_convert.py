"""A foreign file becomes one that runs read, and each change is told."""

from __future__ import annotations

import pytest

from workflows.converting.convert import convert
from workflows.converting.numbers import COMMA
from workflows.converting.written_dates import MONTH_FIRST


def test_all_that_is_foreign_is_written_otherwise_and_told() -> None:
    text = (
        "größe;größe; preis ;quote;seit;wo\r\n"
        '1,5;1,25;1.200,50 €;12 %;31.01.2026;"Köln; Süd"\r\n'
        "2,5;3,75;NA;7,5 %;01.02.2026;Ulm\r\n"
    )

    converted = convert("a.csv", text.encode("cp1252"))

    assert converted.body.decode() == (
        "größe,größe_2,preis,quote,seit,wo\n"
        "1.5,1.25,1200.50,12,2026-01-31,Köln; Süd\n"
        "2.5,3.75,NA,7.5,2026-02-01,Ulm\n"
    )
    assert converted.changes == [
        "its encoding was Windows-1252, and is UTF-8",
        "its fields were separated by semicolons, and are by commas",
        "größe: 2 cells, such as '1,5', which is '1.5' now",
        "größe_2: 2 cells, such as '1,25', which is '1.25' now",
        "preis: 1 cell, such as '1.200,50 €', which is '1200.50' now; all were in €",
        "quote: 2 cells, such as '7,5 %', which is '7.5' now; all were in %",
        "seit: 2 cells, such as '31.01.2026', which is '2026-01-31' now",
        "größe_2: was a second größe",
    ]


@pytest.mark.parametrize("text", ["a,b\n1,x\n", "a,b\n", "a\n1.5\n2\n"])
def test_file_that_is_as_it_should_be_has_no_changes(text: str) -> None:
    converted = convert("a.csv", text.encode())

    assert (converted.changes, converted.body.decode()) == ([], text)


def test_what_was_converted_is_not_converted_again() -> None:
    once = convert("a.csv", "a;b;c\n1,5;1.234,5;x\n2,5;6;y\n".encode("utf-16"))

    assert convert("a.csv", once.body).changes == []


def test_second_names_get_numbers_that_no_other_column_has() -> None:
    assert convert("a.csv", b"a,a,a_2,a,\n1,2,3,4,5\n").body.startswith(b"a,a_3,a_2,a_4,\n")


IN_DOUBT = b"day,price\n,1.234\n01/02/2026,5.678\n"


def test_dates_of_which_nothing_tells_the_order_stay_and_are_told() -> None:
    converted = convert("a.csv", IN_DOUBT)

    assert (converted.body, converted.changes) == (IN_DOUBT, [])
    assert converted.doubts == {
        "day": "stays as it is: dates such as '01/02/2026' may have the day first or the month first"
    }


def test_person_says_how_dates_and_numbers_are_meant() -> None:
    converted = convert("a.csv", IN_DOUBT, dates=MONTH_FIRST, decimal=COMMA)

    assert converted.body == b"day,price\n,1234\n2026-01-02,5678\n"
    assert converted.doubts == {}
