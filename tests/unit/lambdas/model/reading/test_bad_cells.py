"""A cell or a row that is not as the recipe has it is named, with its place."""

from __future__ import annotations

import pytest

from chalicelib import errors
from lambdas.model.reading.object_reader import read_object
from lambdas.model.recipe import Numeric
from tests.given import data
from tests.unit.lambdas.model.reading.tables import HEADER, RECIPE, rows

NUMBER_ERRORS = [
    ("abc", errors.ValueUnparsable),
    ("0x1f", errors.ValueUnparsable),
    ("1_000", errors.ValueUnparsable),
    ("+1e 1", errors.ValueUnparsable),
    ("1 000", errors.ValueUnparsable),
    ('"1,000"', errors.ValueUnparsable),
    ("\u0661\u0662", errors.ValueUnparsable),
    ("True", errors.ValueUnparsable),
    ("FALSE", errors.ValueUnparsable),
    ("nan", errors.ValueUnparsable),
    ("NaN", errors.ValueUnparsable),
    ("NA", errors.ValueUnparsable),
    ("None", errors.ValueUnparsable),
    ("", errors.ValueMissing),
    ("  ", errors.ValueMissing),
    ('""', errors.ValueMissing),
    ("inf", errors.ValueInfinite),
    ("-Infinity", errors.ValueInfinite),
    ("1e999", errors.ValueInfinite),
    ("-0.5", errors.ValueOutOfRange),
    ("1000.1", errors.ValueOutOfRange),
]


@pytest.mark.parametrize(("text", "error"), NUMBER_ERRORS)
@pytest.mark.parametrize("others", [["1,2,SF,n,ok.", "7,2,SF,n,ok."], []], ids=["among-good-rows", "alone"])
def test_bad_number_is_named_with_row_line_and_value(
    text: str, error: type[errors.DataError], others: list[str]
) -> None:
    with pytest.raises(error) as raised:
        read_object("day3.csv", content=rows(*others, f"{text},2,SF,n,ok."), recipe=RECIPE)

    row = len(others) + 1
    assert type(raised.value) is error
    assert "column size in day3.csv" in raised.value.message
    assert f"row {row} (line {row + 1})" in raised.value.message
    assert "nightswap data remove day3.csv --model flows" in raised.value.message
    assert raised.value.details["cells"] == [{"row": row, "line": row + 1, "value": text.strip('"')}]


@pytest.mark.parametrize(
    ("line", "error", "words"),
    [
        ("1,2,,n,ok.", errors.ValueMissing, "1 cell of column flag in day.csv is empty: row 2 (line 3) ''"),
        ("1,2,SF,,ok.", errors.ValueMissing, "column zone"),
        ("1,2,SF,east,ok.", errors.ValueNotAllowed, "not allowed (one of n, s): row 2 (line 3) 'east'"),
        ("1,2," + "x" * 129 + ",n,ok.", errors.ValueNotAllowed, "longer than 128 characters"),
        ("1,2,SF,n,", errors.ValueMissing, "column label"),
        (
            "1,2,SF",
            errors.ObjectUnreadable,
            "shorter than the header, which names 5 fields: row 2 (line 3) '3 fields'",
        ),
        ("1,2,SF,n,ham.", errors.LabelUnknown, "no known label (one of ok., spam., worm.): row 2 (line 3) 'ham.'"),
        ("1,2,SF,n,OK.", errors.LabelUnknown, "'OK.'"),
        ("1,2,SF,n,ok.,6", errors.ObjectUnreadable, "longer than the header, which names 5 fields: row 2 (line 3)"),
        (
            "1,2,'S, F',n,ok.",
            errors.ObjectUnreadable,
            "which names 5 fields; single quotes hold no comma, write double ones around such a text: row 2 (line 3)",
        ),
        (
            '1,2,"SF,n,ok.',
            errors.ObjectUnreadable,
            "the record that begins on line 3 opens a quote that is never closed",
        ),
    ],
)
def test_bad_cell_or_row_is_named(line: str, error: type[errors.DataError], words: str) -> None:
    with pytest.raises(error) as raised:
        read_object("day.csv", content=rows("1,2,SF,n,ok.", line), recipe=RECIPE)

    assert words in raised.value.message
    assert raised.value.details["object"] == "day.csv"


def test_rows_that_are_all_too_long_are_named() -> None:
    with pytest.raises(errors.ObjectUnreadable, match=r"2 rows in day\.csv are longer than the header"):
        read_object("day.csv", content=rows("1,2,SF,n,ok.,", "1,2,SF,n,ok.,"), recipe=RECIPE)


def test_many_bad_cells_are_counted_and_the_first_few_shown() -> None:
    lines = [f"x{n},2,SF,n,ok." for n in range(1234)]

    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object("day.csv", content=rows("1,2,SF,n,ok.", *lines), recipe=RECIPE)

    assert raised.value.message == (
        "1,234 cells of column size in day.csv are not a number: row 2 (line 3) 'x0', row 3 (line 4) 'x1', "
        "row 4 (line 5) 'x2', ... (1,234 in all). Correct the file, or take it out: nightswap data remove day.csv"
        " --model flows"
    )
    assert raised.value.details["count"] == 1234


def test_every_kind_of_trouble_is_named_and_the_first_decides_the_error() -> None:
    content = rows("1,2,SF,n,ham.", "1,inf,SF,n,ok.", ",2,SF,n,ok.")

    with pytest.raises(errors.LabelUnknown) as raised:
        read_object("day.csv", content=content, recipe=RECIPE)

    assert "column age in day.csv is infinite" in raised.value.message
    assert "column size in day.csv is empty" in raised.value.message


def test_lines_are_those_of_the_file_and_rows_those_of_the_data() -> None:
    with pytest.raises(errors.ValueUnparsable, match=r"row 2 \(line 6\) 'x'"):
        read_object("day.csv", content=rows('1,2,"a\n\nb",n,ok.', "", "x,2,SF,n,ok."), recipe=RECIPE)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ["n,1,2,u,n,ok.", '"n,2,2,v,n,ok.', "n,3,2,v,n,ok.", '"n,4,2,w,n,ok.', "n,5,2,v,n,ok."],
            "the record that begins on line 3 has text behind a closing quote on line 5",
        ),
        (['n,"1"2,2,SF,n,ok.'], "the record that begins on line 2 has text behind a closing quote on line 2."),
        (
            ["n,1,2,SF,n,ok.", '"n,1,2,SF,n,ok.'],
            "the record that begins on line 3 opens a quote that is never closed.",
        ),
        (['"n" ,1,2,SF,n,ok.'], "the record that begins on line 2 has text behind a closing quote on line 2."),
    ],
)
def test_quote_that_swallows_rows_is_named_though_its_column_is_ignored(lines: list[str], words: str) -> None:
    with pytest.raises(errors.ObjectUnreadable) as raised:
        read_object("day.csv", content=rows(*lines, header=f"note,{HEADER}"), recipe=RECIPE)

    assert f"day.csv cannot be read as CSV: {words}" in raised.value.message


def test_bad_cells_before_a_stray_quote_are_named_beside_it() -> None:
    with pytest.raises(errors.ObjectUnreadable) as raised:
        read_object("day.csv", content=rows("x,2,SF,n,ok.", '1,"2"3,SF,n,ok.'), recipe=RECIPE)

    assert "line 3 has text behind a closing quote on line 3. 1 cell of column size" in raised.value.message


@pytest.mark.parametrize("space", ["\xa0", "\u2028", "\x85", "\x1c", "\ufeff"])
def test_space_beside_a_number_that_is_none_of_ascii_is_named_with_its_place(space: str) -> None:
    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object("day.csv", content=rows("1,2,SF,n,ok.", f"1,{space}2,SF,n,ok."), recipe=RECIPE)

    shown = f"row 2 (line 3) {space + '2'!r}"
    assert f"1 cell of column age in day.csv is not a number: {shown}" in raised.value.message


def test_endless_field_is_refused_with_the_line_that_it_begins_on() -> None:
    content = rows("1,2,SF,n,ok.", '"' + "1,2,SF,n,ok.\n" * 800_000)

    with pytest.raises(errors.ObjectUnreadable, match="line 3 has a field of more than 10,000,000 characters"):
        read_object("day.csv", content=content, recipe=RECIPE)


def test_bad_cells_of_all_batches_are_counted() -> None:
    lines = [f"1,{n if n % 600 else 'x'},SF,n,ok." for n in range(1_801)]

    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object("day.csv", content=rows(*lines), recipe=RECIPE)

    assert [cell["row"] for cell in raised.value.details["cells"]] == [1, 601, 1201]
    assert raised.value.details["count"] == 4


def test_message_stays_bounded_however_much_is_wrong() -> None:
    columns = [Numeric(f"column_{n:03}_{'x' * 80}") for n in range(300)]
    recipe = data.recipe(columns=columns)
    header = ",".join([*(column.name for column in columns), "label"])

    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object(
            "day.csv", content=rows(",".join(["\U000e0001" * 50] * 300 + ["ok."]), header=header), recipe=recipe
        )

    assert raised.value.message.endswith(
        "297 more things are wrong. Correct the file, or take it out: nightswap data remove day.csv --model flows"
    )
    assert "row 1 (line 2)" in raised.value.message


@pytest.mark.parametrize(
    ("value", "shown"), [("y" * 40, "y" * 40), ("y" * 41, "y" * 40 + "..."), ("y" * 5000, "y" * 40 + "...")]
)
def test_value_of_up_to_40_characters_is_shown_whole_and_a_longer_one_is_cut(value: str, shown: str) -> None:
    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object("day.csv", content=rows(f"{value},2,SF,n,ok."), recipe=RECIPE)

    assert f"row 1 (line 2) {shown!r}. Correct the file" in raised.value.message


@pytest.mark.parametrize(
    ("line", "beyond"),
    [("x,y,SF,n,ham.", None), ("x,y,,n,ham.", "1 more thing is wrong"), ("x,y,,w,ham.", "2 more things are wrong")],
    ids=["three findings", "four", "five"],
)
def test_three_findings_are_shown_and_the_others_counted(line: str, beyond: str | None) -> None:
    with pytest.raises(errors.DataError) as raised:
        read_object("day.csv", content=rows(line), recipe=RECIPE)

    assert raised.value.message.count("1 cell of column") == 3
    assert raised.value.message.partition(" more thing")[1] == (" more thing" if beyond else "")
    assert beyond is None or beyond in raised.value.message


def test_three_bad_cells_are_shown_without_a_count_of_all() -> None:
    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object("day.csv", content=rows(*["x,2,SF,n,ok."] * 3), recipe=RECIPE)

    assert "row 2 (line 3) 'x', row 3 (line 4) 'x'. Correct" in raised.value.message
