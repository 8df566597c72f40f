"""Numbers as people write them are read where their column tells how, and left alone where it does not."""

from __future__ import annotations

import pytest

from workflows.converting.numbers import spellings


def plain(*columns: list[str], separator: str = ";") -> list[list[str] | None]:
    """Each column as it becomes; None where it stays."""
    found = spellings(columns, separator=separator)
    return [
        [spelling.plain(cell) for cell in column] if spelling else None
        for column, spelling in zip(columns, found, strict=True)
    ]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["1,5", "-2,25", "3"], ["1.5", "-2.25", "3"]),
        (["1.234,50", "12"], ["1234.50", "12"]),
        (["1,234.50", "1,234,567"], ["1234.50", "1234567"]),
        (["1\u202f234,5", "1 234 567,8", "9'000,1"], ["1234.5", "1234567.8", "9000.1"]),
        (["12 %", "3,5%", ""], ["12", "3.5", ""]),
        (["$1,200.00", "-$3.50", "$-7.25"], ["1200.00", "-3.50", "-7.25"]),
        (["1.200,00 \u20ac", "\u22127,50 \u20ac", "NA"], ["1200.00", "-7.50", "NA"]),
        (["0,123", "0,456"], ["0.123", "0.456"]),
        (["(1,200.50)", "3", "(7)"], ["-1200.50", "3", "-7"]),
        (["($1,200.00)", "$3.50", "$(7.25)"], ["-1200.00", "3.50", "-7.25"]),
        (["(1.200,50) \u20ac", "3,50 \u20ac", "(7\u00a0\u20ac)"], ["-1200.50", "3.50", "-7"]),
        (["$ (7.25)", "$3.50"], ["-7.25", "3.50"]),
        (["12,50-", "3,00 ", "7-"], ["-12.50", "3.00", "-7"]),
    ],
)
def test_column_is_read_by_the_one_spelling_that_all_its_numbers_allow(cells: list[str], read: list[str]) -> None:
    assert plain(cells) == plain(cells, separator=",") == [read]


@pytest.mark.parametrize(
    "cells",
    [
        ["1.5", "2", "1e5"],
        ["1", "2"],
        ["1.234", "2.345"],
        ["12 \u20ac", "12 $"],
        ["12 %", "0.12"],
        ["own", "rent"],
        ["", "NA"],
        ["31.01.2026", "01.02.2026"],
        ["$5 %", "--1", "1,5"],
        ["(1)", "(2)", "(3)"],
        ["(-1)", "-1-", "(2", "3)", "-(4)"],
        [],
    ],
)
def test_what_is_plain_or_no_number_or_not_clear_stays(cells: list[str]) -> None:
    assert plain(cells) == plain(cells, separator=",") == [None]


def test_comma_before_three_digits_is_told_by_the_other_columns_or_else_by_the_separator() -> None:
    unclear = ["1,234", "5,678"]

    assert plain(unclear) == [["1.234", "5.678"]]
    assert plain(unclear, separator=",") == [["1234", "5678"]]
    assert plain(unclear, ["1,5", "2"], separator=",")[0] == ["1.234", "5.678"]
    assert plain(unclear, ["1.5", "2"])[0] == ["1234", "5678"]
    assert plain(unclear, ["1.5", "2"], ["1,5", "2"])[0] == ["1.234", "5.678"]
    assert plain(["1.234", "5.678"], ["1,5", "2"])[0] == ["1234", "5678"]


def test_one_cell_in_a_hundred_may_be_something_else_and_stays() -> None:
    cells = ["1,5"] * 99

    assert plain([*cells, "lots"]) == [[*["1.5"] * 99, "lots"]]
    assert plain([*cells, "lots", "more"]) == [None]
    assert plain([*["1.5 %"] * 100, "1,2,3 %"]) == [[*["1.5"] * 100, "1,2,3 %"]]
    assert plain([*["1.5 %"] * 10, "1,2,3 %"]) == [None]
