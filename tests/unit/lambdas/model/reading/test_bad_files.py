"""A file that is not a CSV file of the recipe's columns, or is too large, gets an error that names why."""

from __future__ import annotations

import gzip

import pytest

from chalicelib import errors
from chalicelib.cutting import cut, listed
from chalicelib.limits import FILE_BYTES
from lambdas.model.reading.object_reader import read_object
from lambdas.model.reading.unpacking import unpack
from lambdas.model.recipe import Numeric
from tests.given import data
from tests.unit.lambdas.model.reading.tables import GOOD, HEADER, RECIPE, rows


def test_missing_column_shows_the_header_and_near_names() -> None:
    with pytest.raises(errors.ColumnMissing) as raised:
        read_object("day.csv", content=rows("1,2,SF,n,ok.", header="Size,AGE,flags,zone,label"), recipe=RECIPE)

    assert "size (is it 'Size'?), age (is it 'AGE'?), flag (is it 'flags'?)" in raised.value.message
    assert "reads: Size, AGE, flags, zone, label" in raised.value.message
    assert raised.value.details["columns"] == ["size", "age", "flag"]


@pytest.mark.parametrize(("sign", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_separators_than_commas_are_named(sign: str, words: str) -> None:
    with pytest.raises(errors.ColumnMissing, match=f"Its fields are separated by {words}: save it with commas"):
        read_object("day.csv", content=GOOD.replace(",", sign).encode(), recipe=RECIPE)


@pytest.mark.parametrize(("sign", "words"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
@pytest.mark.parametrize("before", ["", "\n \n"], ids=["the first line", "behind blank lines"])
def test_other_separators_than_commas_are_named_where_the_names_are_in_quotes(
    sign: str, words: str, before: str
) -> None:
    header = sign.join(f'"{name}"' for name in HEADER.split(","))

    with pytest.raises(errors.ObjectUnreadable, match=f"Its fields are separated by {words}: save it with commas"):
        read_object("day.csv", content=rows("1", header=before + header), recipe=RECIPE)


def test_a_header_of_a_broken_quote_is_not_said_to_have_other_separators() -> None:
    with pytest.raises(errors.ObjectUnreadable) as raised:
        read_object("day.csv", content=rows("1", header='"size"s,age;flag'), recipe=RECIPE)

    assert "has text behind a closing quote on line 1. Correct the file" in raised.value.message


def test_missing_columns_of_a_wide_file_are_listed_within_bounds() -> None:
    header = ",".join(f"{'é' * 500}{n}" for n in range(3_000))
    recipe = data.recipe(columns=[Numeric(f"x{n}") for n in range(900)])

    with pytest.raises(errors.ColumnMissing) as raised:
        read_object("day.csv", content=rows("1", header=header), recipe=recipe)

    assert raised.value.message.startswith("day.csv has no column x0, x1, x2, x3, x4 and 896 more. Its first line")
    assert raised.value.message.endswith("nightswap data remove day.csv --model flows")
    assert f"reads: {cut(listed(header.split(',')), 800)}. " in raised.value.message


@pytest.mark.parametrize(
    ("missing", "named"),
    [(5, "x0, x1, x2, x3, x4. Its first line"), (6, "x0, x1, x2, x3, x4 and 1 more. Its first line")],
)
def test_five_missing_columns_are_named_and_the_others_counted(missing: int, named: str) -> None:
    recipe = data.recipe(columns=[Numeric(f"x{n}") for n in range(missing)])

    with pytest.raises(errors.ColumnMissing, match=f"day.csv has no column {named}"):
        read_object("day.csv", content=rows("ok.", header="label"), recipe=recipe)


def test_details_name_twenty_columns_and_twenty_fields_of_the_header() -> None:
    header = ",".join(f"y{n:02}" for n in range(21))
    recipe = data.recipe(columns=[Numeric(f"x{n:02}") for n in range(21)])

    with pytest.raises(errors.ColumnMissing) as raised:
        read_object("day.csv", content=rows("1", header=header), recipe=recipe)

    assert raised.value.details["columns"] == [f"x{n:02}" for n in range(20)]
    assert raised.value.details["header"] == [f"y{n:02}" for n in range(20)]
    assert "y18, y19, ... (1 more)" in raised.value.message


def test_header_of_as_many_fields_as_the_limit_is_read() -> None:
    header = HEADER + ",x" * (10_000 - 5)

    assert len(
        read_object("day.csv", content=rows("1,2,SF,n,ok." + ",0" * (10_000 - 5), header=header), recipe=RECIPE)
    )


def test_header_of_too_many_fields_is_refused() -> None:
    with pytest.raises(errors.ObjectUnreadable, match="has a header of 10,001 fields: 10,000 are the most"):
        read_object("day.csv", content=rows("1", header=HEADER + ",x" * (10_001 - 5)), recipe=RECIPE)


def test_column_named_twice_is_an_error_only_where_the_recipe_needs_it() -> None:
    with pytest.raises(errors.ObjectUnreadable, match="names the column age 2 times"):
        read_object("day.csv", content=rows("1,2,2,SF,n,ok.", header="size,age,age,flag,zone,label"), recipe=RECIPE)

    extra = rows("1,2,SF,n,ok.,5,6", header=f"{HEADER},x,x")
    assert len(read_object("day.csv", content=extra, recipe=RECIPE)) == 1


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", errors.ObjectUnreadable, "is empty (0 bytes)"),
        (gzip.compress(b"", mtime=0), errors.ObjectUnreadable, "an empty gzip file"),
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
        (GOOD.encode("utf-16-le"), errors.ObjectUnreadable, "it looks like UTF-16 without its mark: save it as CSV"),
        (
            f"{GOOD}1,2,S\0F,n,ok.\n".encode(),
            errors.ObjectUnreadable,
            "line 4 holds a NUL byte in 'S\\x00F' of column flag: write it without such bytes",
        ),
        (b'a,b\n"x,y\xff",1\n', errors.ObjectUnreadable, "line 2 holds the byte 0xff in 'y\\xff\"': save it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(30), errors.ObjectUnreadable, "is an Excel workbook of before"),
        (b"SQLite format 3\0", errors.ObjectUnreadable, "is a database of SQLite: save it as CSV in UTF-8"),
        (b"PK\x03\x04" + bytes(30), errors.ObjectUnreadable, "is a zip file, as an Excel workbook is one"),
        (gzip.compress(b"PAR1" + bytes(30), mtime=0), errors.ObjectUnreadable, "is a Parquet file"),
        (
            f"{GOOD}1,2,caf\xe9,n,ok.".encode("latin-1"),
            errors.ObjectUnreadable,
            "line 4 holds the byte 0xe9 in 'caf\\xe9' of column flag: save it as CSV in UTF-8",
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
    assert raised.value.details["object"] == "day.csv"


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sep=,\nsize,age,flag,zone,label\n", "no header: delete that line. "),
        (
            "\ufeffSEP=;\nsize;age;flag;zone;label\n",
            "no header: delete that line, and save the file with commas in place of semicolons. ",
        ),
    ],
)
def test_mark_of_a_separator_before_the_header_is_named(text: str, told: str) -> None:
    with pytest.raises(errors.ColumnMissing, match="That is Excel's mark of the separator and ") as raised:
        read_object("day.csv", content=text.encode(), recipe=RECIPE)

    assert told in raised.value.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d\n",
            "a pointer of Git LFS in the place of the file",
        ),
        ("<!DOCTYPE html>\n<html></html>\n", "it may be an error page in the place of a download"),
        (
            '{"size": 1, "age": 2}\n',
            "pandas.read_json(FILE, lines=True).to_csv(NEW, index=False) writes its",
        ),
        ('[\n{"size": 1}]\n', "pandas.read_json(FILE).to_csv(NEW, index=False) writes it as CSV"),
        (
            f"Report of 2026-11-25\n\n{HEADER}\n1,2,SF,n,ok.\n",
            "Line 3 has the names of the columns: delete",
        ),
        ("1,2,SF,n,ok.\n3,4,SF,n,ok.\n", "These are values and no names: write a line with the"),
        (
            f"{HEADER.replace(',', '  ')}\n1  2  SF  n  ok.\n",
            "Its fields are separated by spaces: save it",
        ),
    ],
)
def test_first_line_that_is_no_header_is_told_for_what_it_is(text: str, told: str) -> None:
    with pytest.raises(errors.ColumnMissing) as raised:
        read_object("day.csv", content=text.encode(), recipe=RECIPE)

    assert told in raised.value.message


def test_header_of_other_names_is_taken_for_one() -> None:
    with pytest.raises(errors.ColumnMissing) as raised:
        read_object("day.csv", content=b"size,2025\n1,2\n", recipe=RECIPE)

    assert "no names" not in raised.value.message


@pytest.mark.parametrize(("row", "commas"), [("1,2,SF,n,ok.,", "1 comma"), ("1,2,SF,n,ok.,, ", "2 commas")])
def test_rows_that_end_in_a_comma_too_many_are_told_with_what_to_do(row: str, commas: str) -> None:
    told = rf"1 row in day\.csv is longer than the header, which names 5 fields, by {commas} at the end: "

    with pytest.raises(errors.ObjectUnreadable, match=told):
        read_object("day.csv", content=rows("1,2,SF,n,ok.", row), recipe=RECIPE)


@pytest.mark.parametrize("total", ["Total,7,,,", "9,7,,,Grand total", "Summe"])
def test_row_of_sums_at_the_end_is_named(total: str) -> None:
    with pytest.raises(errors.DataError, match=r"The last row looks like the sum of the others .*: delete it"):
        read_object("day.csv", content=rows("1,2,SF,n,ok.", total), recipe=RECIPE)


@pytest.mark.parametrize("lines", [("Total,7,,,", "1,2,SF,n,ok."), ("1,2,SF,n,ok.", "x,2,SF,n,ok.")])
def test_another_bad_row_is_no_row_of_sums(lines: tuple[str, ...]) -> None:
    with pytest.raises(errors.DataError) as raised:
        read_object("day.csv", content=rows(*lines), recipe=RECIPE)

    assert "looks like the sum" not in raised.value.message
