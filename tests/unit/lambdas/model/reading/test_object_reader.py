"""A file is read alike in every form of CSV: quotes, line ends, compression."""

from __future__ import annotations

import csv
import gzip
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import errors
from lambdas.model.reading.object_reader import read_object, read_text
from lambdas.model.reading.table import Extent
from lambdas.model.recipe.elements import MAGNITUDE_MAX
from tests.unit.lambdas.model.reading.tables import GOOD, HEADER, RECIPE, rows


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


def test_column_of_nothing_but_0_and_1_is_numbers() -> None:
    table = read_object("day.csv", content=rows("0,1,SF,n,ok.", "1,0,SF,n,ok."), recipe=RECIPE)

    assert table.numeric.tolist() == [[0, 1], [1, 0]]


def test_lines_blank_lines_records_and_rows_of_a_file_are_counted() -> None:
    content = rows('"a\n\nb",1,2,SF,n,ok.', "", " ", "n,1,2,SF,n,ok.", header=f"note,{HEADER}")

    extent = read_text("day.csv", text=content, recipe=RECIPE).extent

    assert extent == Extent(lines=7, blank_lines=2, records=3, rows=2)


@pytest.mark.parametrize("content", [GOOD, GOOD.rstrip("\n"), GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r")])
def test_lines_are_counted_as_an_editor_counts_them(content: str) -> None:
    extent = read_text("day.csv", text=content.encode(), recipe=RECIPE).extent

    assert extent == Extent(lines=3, blank_lines=0, records=3, rows=2)


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
