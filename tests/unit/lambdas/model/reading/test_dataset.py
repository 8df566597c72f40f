from __future__ import annotations

import csv
import gzip
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import errors
from chalicelib.limits import FILE_BYTES
from lambdas.model.reading.cells import MAGNITUDE_MAX
from lambdas.model.reading.dataset import read_object, read_text
from lambdas.model.reading.table import Extent
from lambdas.model.reading.unpacking import unpack
from lambdas.model.recipe import Categorical, Numeric
from tests.given import data

RECIPE = data.recipe(
    columns=[
        Numeric("size", minimum=0, maximum=1000),
        Numeric("age"),
        Categorical("flag"),
        Categorical("zone", ["n", "s"]),
    ]
)
HEADER = "size,age,flag,zone,label"
GOOD = f"{HEADER}\n1,2,SF,n,ok.\n3,4.5,01,s,spam.\n"


def rows(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines, ""]).encode()


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode(),
        gzip.compress(GOOD.encode(), mtime=0),
        gzip.compress(GOOD[:30].encode(), mtime=0) + gzip.compress(GOOD[30:].encode(), mtime=0),
        GOOD.encode() + b"\n\t\n",
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.rstrip("\n").encode(),
        GOOD.replace("\n", "\n\n").encode(),
        b"\n \n" + GOOD.encode(),
        GOOD.replace("1,2", ' "1" , 2 ').replace(' "1" ', '"1"').encode(),
        GOOD.replace(HEADER, " size , age,flag,zone,label").encode(),
        b"label,x,zone,flag,age,size\nok.,,n,SF,2,1\nspam.,NA,s,01,4.5,3\n",
    ],
    ids=[
        "plain",
        "gzip",
        "gzip-members",
        "blank-end",
        "bom",
        "crlf",
        "no-last-newline",
        "blank-lines",
        "blank-start",
        "quotes",
        "spaces",
        "order",
    ],
)
def test_good_file_is_read_whatever_its_dress(content: bytes) -> None:
    table = read_object("day.txt", content=content, recipe=RECIPE)

    assert table.numeric.tolist() == [[1, 2], [3, 4.5]]
    assert table.categorical.tolist() == [["SF", "n"], ["01", "s"]]
    assert table.labels.tolist() == ["good", "bad"]
    assert [array.dtype.kind for array in (table.numeric, table.categorical, table.labels)] == ["f", "U", "U"]


@pytest.mark.parametrize(
    "text", ["NA", "None", "nan", "null", "01", "1.0", "True", "é", '"a ""b"", c"', '"two\nlines"', " x "]
)
def test_category_stays_the_text_that_it_is(text: str) -> None:
    table = read_object("day.csv", content=rows(f"1,2,{text},n,ok."), recipe=RECIPE)

    assert table.categorical[0, 0] == next(csv.reader(io.StringIO(text, newline="")))[0]


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


def test_column_of_nothing_but_0_and_1_is_numbers() -> None:
    table = read_object("day.csv", content=rows("0,1,SF,n,ok.", "1,0,SF,n,ok."), recipe=RECIPE)

    assert table.numeric.tolist() == [[0, 1], [1, 0]]


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


def test_lines_blank_lines_records_and_rows_of_a_file_are_counted() -> None:
    content = rows('"a\n\nb",1,2,SF,n,ok.', "", " ", "n,1,2,SF,n,ok.", header=f"note,{HEADER}")

    extent = read_text("day.csv", text=content, recipe=RECIPE).extent

    assert extent == Extent(lines=7, blank_lines=2, records=3, rows=2)


@pytest.mark.parametrize("content", [GOOD, GOOD.rstrip("\n"), GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r")])
def test_lines_are_counted_as_an_editor_counts_them(content: str) -> None:
    extent = read_text("day.csv", text=content.encode(), recipe=RECIPE).extent

    assert extent == Extent(lines=3, blank_lines=0, records=3, rows=2)


@pytest.mark.parametrize("space", ["\xa0", "\u2028", "\x85", "\x1c", "\ufeff"])
def test_space_beside_a_number_that_is_none_of_ascii_is_named_with_its_place(space: str) -> None:
    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object("day.csv", content=rows("1,2,SF,n,ok.", f"1,{space}2,SF,n,ok."), recipe=RECIPE)

    shown = f"row 2 (line 3) {space + '2'!r}"
    assert f"1 cell of column age in day.csv is not a number: {shown}" in raised.value.message


def test_field_of_any_length_in_an_ignored_column_hides_nothing() -> None:
    header, long = f"note,{HEADER}", '"' + "x" * 200_000 + '"'

    assert len(read_object("day.csv", content=rows(f'{long},1,2,a"b,n,ok.', header=header), recipe=RECIPE)) == 1
    with pytest.raises(errors.ValueUnparsable, match=r"row 2 \(line 3\) 'y'"):
        read_object(
            "day.csv", content=rows(f"{long},1,2,SF,n,ok.", f"{long},y,2,SF,n,ok.", header=header), recipe=RECIPE
        )


def test_file_of_many_batches_is_read_in_the_order_of_its_rows() -> None:
    lines = [f'{n % 1000},{n},"f""{n % 7}",n,{"ok." if n % 3 else "spam."}' for n in range(1_201)]
    irregular = rows(*lines, '1,1201,5" x,n,ok.')

    for content, count in ((rows(*lines), 1_201), (irregular, 1_202)):
        table = read_object("day.csv", content=content, recipe=RECIPE)

        assert table.numeric[:, 1].tolist() == list(range(count))
        assert table.categorical[:1_201, 0].tolist() == [f'f"{n % 7}' for n in range(1_201)]
        assert table.labels[:1_201].tolist() == ["good" if n % 3 else "bad" for n in range(1_201)]


def test_blanks_before_the_first_field_are_kept_wherever_they_stand_in_a_large_file() -> None:
    flags = [" " * 40 + f"u{n % 9}" for n in range(20_000)]  # pandas looks for blank lines, 256 KB at a time
    lines = [f"{flag},1,2,n,ok." for flag in flags]

    table = read_object("day.csv", content=rows(*lines, header="flag,size,age,zone,label"), recipe=RECIPE)

    assert table.categorical[:, 0].tolist() == flags


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


def test_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(errors.ValueUnparsable) as raised:
        read_object("day.csv", content=rows("y" * 5000 + ",2,SF,n,ok."), recipe=RECIPE)

    assert len(raised.value.message) < 300


def test_missing_column_shows_the_header_and_near_names() -> None:
    with pytest.raises(errors.ColumnMissing) as raised:
        read_object("day.csv", content=rows("1,2,SF,n,ok.", header="Size,AGE,flags,zone,label"), recipe=RECIPE)

    assert "size (is it 'Size'?), age (is it 'AGE'?), flag (is it 'flags'?)" in raised.value.message
    assert "reads: Size, AGE, flags, zone, label" in raised.value.message
    assert raised.value.details["columns"] == ["size", "age", "flag"]


@pytest.mark.parametrize(("sign", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_separators_than_commas_are_named(sign: str, words: str) -> None:
    with pytest.raises(errors.ColumnMissing, match=f"Its fields are parted by {words}: save it with commas"):
        read_object("day.csv", content=GOOD.replace(",", sign).encode(), recipe=RECIPE)


def test_missing_columns_of_a_wide_file_are_listed_within_bounds() -> None:
    header = ",".join(f"{'é' * 500}{n}" for n in range(3_000))
    recipe = data.recipe(columns=[Numeric(f"x{n}") for n in range(900)])

    with pytest.raises(errors.ColumnMissing) as raised:
        read_object("day.csv", content=rows("1", header=header), recipe=recipe)

    assert raised.value.message.startswith("day.csv has no column x0, x1, x2, x3, x4 and 896 more. Its first line")
    assert raised.value.message.endswith("nightswap data remove day.csv --model flows")


def test_header_of_too_many_fields_is_refused() -> None:
    with pytest.raises(errors.ObjectUnreadable, match="has a header of 10,005 fields: 10,000 are the most"):
        read_object("day.csv", content=rows("1", header=HEADER + ",x" * 10_000), recipe=RECIPE)


def test_column_named_twice_is_an_error_only_where_the_recipe_needs_it() -> None:
    with pytest.raises(errors.ObjectUnreadable, match="names the column age 2 times"):
        read_object("day.csv", content=rows("1,2,2,SF,n,ok.", header="size,age,age,flag,zone,label"), recipe=RECIPE)

    extra = rows("1,2,SF,n,ok.,5,6", header=f"{HEADER},x,x")
    assert len(read_object("day.csv", content=extra, recipe=RECIPE)) == 1


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", errors.ObjectUnreadable, "is empty (0 bytes)"),
        (gzip.compress(b"", mtime=0), errors.ObjectUnreadable, "a gzip file of nothing"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-9], errors.ObjectUnreadable, "a truncated gzip file"),
        (b"\x1f\x8b", errors.ObjectUnreadable, "a truncated gzip file"),
        (b"\x1f\x8b" + bytes(40), errors.ObjectUnreadable, "a corrupt gzip file"),
        (gzip.compress(GOOD.encode(), mtime=0) + b"corrupt", errors.ObjectUnreadable, "a corrupt gzip file"),
        (b"\n\n  \n", errors.ObjectUnreadable, "blank lines alone"),
        (HEADER.encode(), errors.ObjectEmpty, "a header and no row"),
        (f"{HEADER}\n\n".encode(), errors.ObjectEmpty, "a header and no row"),
        (GOOD.encode("utf-32"), errors.ObjectUnreadable, "is UTF-32: save it as CSV in UTF-8"),
        (b"\0\0\xfe\xff" + GOOD.encode("utf-32-be"), errors.ObjectUnreadable, "is UTF-32"),
        (data.zipped(data.zipped(GOOD.encode())), errors.ObjectUnreadable, "is a gzip file in a gzip file"),
        (GOOD.encode("utf-16"), errors.ObjectUnreadable, "is UTF-16: save it as CSV in UTF-8"),
        (GOOD.encode("utf-16-le"), errors.ObjectUnreadable, "line 1 holds a NUL byte"),
        (b"PK\x03\x04" + bytes(30), errors.ObjectUnreadable, "is a zip file, as an Excel workbook is one"),
        (gzip.compress(b"PAR1" + bytes(30), mtime=0), errors.ObjectUnreadable, "is a Parquet file"),
        (
            f"{GOOD}1,2,caf\xe9,n,ok.".encode("latin-1"),
            errors.ObjectUnreadable,
            "line 4 holds the byte 0xe9: save it as CSV in UTF-8",
        ),
        (
            b'"size,age\n1,2',
            errors.ObjectUnreadable,
            "a header that cannot be read: the record that begins on line 1",
        ),
    ],
)
def test_file_that_is_no_csv_is_named(content: bytes, error: type[errors.DataError], words: str) -> None:
    with pytest.raises(error) as raised:
        read_object("day.csv", content=content, recipe=RECIPE)

    assert words in raised.value.message
    assert "nightswap data remove day.csv --model flows" in raised.value.message


def zipped(size_bytes: int) -> bytes:
    """A gzip file of so many blanks: of whole members of a megabyte, so that it is quick to make."""
    megabytes, rest = divmod(size_bytes, 10**6)
    return gzip.compress(b" " * 10**6) * megabytes + gzip.compress(b" " * rest)


def test_small_file_that_unpacks_to_more_than_a_run_reads_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(errors.ObjectUnreadable) as raised:
        read_object("day.csv.gz", content=zipped(FILE_BYTES + 1), recipe=RECIPE)

    assert f"a run reads {FILE_BYTES:,} bytes of one file at most" in raised.value.message
    assert "nightswap data remove day.csv.gz --model flows" in raised.value.message


def test_file_of_as_many_bytes_as_a_run_reads_is_read() -> None:
    assert len(unpack("day.csv.gz", content=zipped(FILE_BYTES), model="flows")) == FILE_BYTES


def test_plain_file_of_more_bytes_than_a_run_reads_is_refused() -> None:
    with pytest.raises(errors.ObjectUnreadable, match=rf"day\.csv has {FILE_BYTES + 1:,} bytes: a run reads"):
        read_object("day.csv", content=bytes(FILE_BYTES + 1), recipe=RECIPE)


numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1000)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)


@given(
    cells=st.lists(
        st.tuples(numbers, st.floats(-MAGNITUDE_MAX, MAGNITUDE_MAX), texts, st.sampled_from("ns")), min_size=1
    )
)
def test_whatever_a_csv_writer_writes_is_read_back_exactly(cells: list[tuple[float, float, str, str]]) -> None:
    content = io.StringIO(newline="")
    writer = csv.writer(content, quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER.split(","), *([*row, "ok."] for row in cells)])

    table = read_object("day.csv", content=content.getvalue().encode(), recipe=RECIPE)

    assert table.numeric.tolist() == [[size, age] for size, age, _, _ in cells]
    assert table.categorical.tolist() == [[flag, zone] for _, _, flag, zone in cells]


@settings(max_examples=300)
@given(content=st.one_of(st.binary(max_size=80), st.binary(max_size=40).map(lambda tail: GOOD.encode() + tail)))
def test_arbitrary_bytes_are_read_or_refused_with_a_data_error(content: bytes) -> None:
    try:
        table = read_object("day.csv", content=content, recipe=RECIPE)
    except errors.DataError as refused:
        assert "nightswap data remove" in refused.message
    else:
        assert np.isfinite(table.numeric).all()
        assert set(table.labels.tolist()) <= {"good", "bad"}


@given(text=st.text(st.sampled_from("0123456789.eE+-_x naif"), max_size=8))
def test_number_is_read_as_its_text_says_or_refused(text: str) -> None:
    try:
        table = read_object("day.csv", content=rows(f"1,{text},SF,n,ok."), recipe=RECIPE)
    except errors.DataError:
        return

    assert table.numeric[0, 1] == float(text)
    assert "_" not in text
