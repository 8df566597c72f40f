"""The reader gives what Python's own strict reader finds, row by row, or an error that says what is wrong."""

from __future__ import annotations

import csv
import io

from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from chalicelib import errors
from chalicelib.limits import MESSAGE_CHARACTERS
from lambdas.model.reading import plain, strict
from lambdas.model.reading.columns import Gathered, Wanted
from lambdas.model.reading.findings import Looked
from lambdas.model.reading.header import find_columns
from lambdas.model.reading.object_reader import read_text
from lambdas.model.reading.unpacking import unpack
from lambdas.model.recipe import Categorical, Numeric
from lambdas.serve.schema import NUMBER
from tests.given import data

RECIPE = data.recipe(
    columns=[Numeric("x"), Categorical("c")], label="y", classes={"a": "good", "b": "bad", "true": "bad"}
)
HEADER = "c,x,y,note\n"
ASCII_SPACES = " \t\n\r\x0b\x0c"

Row = tuple[float, str, str]


def expected(text: str) -> list[Row] | None:
    """None for what is to be refused."""
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    header, *rows = [row for row in found if len(row) > 1 or "".join(row).strip(" \t")]
    if ",".join(header) != HEADER.strip() or not rows or not all(map(is_good, rows)):
        return None
    return [(float(number), category, RECIPE.classes[label]) for category, number, label, _ in rows]


def is_good(row: list[str]) -> bool:
    if len(row) != 4:
        return False
    category, number, label, _ = row
    number = number.strip(ASCII_SPACES)
    is_number = NUMBER.fullmatch(number) is not None and abs(float(number)) < 3e38
    return is_number and 0 < len(category) <= 128 and label in RECIPE.classes


def read(content: bytes) -> list[Row] | None:
    """None for what is refused."""
    try:
        text = unpack("day.csv", content=content, model=RECIPE.model)
        reading = read_text("day.csv", text=text, recipe=RECIPE)
    except errors.DataError as refused:
        assert len(refused.message) <= MESSAGE_CHARACTERS
        assert refused.message.endswith("nightswap data remove day.csv --model flows")
        return None
    table, extent = reading.table, reading.extent
    assert extent.rows == len(table) == len(reading.labels.codes) == extent.records - 1
    return as_rows(table.numeric[:, 0].tolist(), table.categorical[:, 0].tolist(), table.labels.tolist())


def as_rows(numbers: list[float], categories: list[str], labels: list[str]) -> list[Row]:
    return list(zip(numbers, categories, labels, strict=True))


SPACES = [" ", "\t", "\x0b", "\x0c", "\x1c", "\x85", "\xa0", "\u2028", "\ufeff"]
STRUCTURE = [",", '"', '""', "\n", "\r\n", "\r", "\n\n", "\n \t\n", ",,,", HEADER]
SIGNS = [
    "_",
    "+",
    "-",
    ".",
    "e",
    "E5",
    "e400",
    "0x",
    "d5",
    "\uff11",
    "nan",
    "inf",
    "1",
    "True",
    "False",
    "#",
    ";",
    "\\",
]
ODD = st.sampled_from([*SPACES, *STRUCTURE, *SIGNS])

NOTES = [
    "n",
    "",
    " ",
    "\tu v",
    "true",
    "\xe9",
    "\ufeffn",
    '"q"',
    '"q,r"',
    '"q""r"',
    '"q\nr"',
    '"q\r\nr"',
    '""',
    '5" disk',
]
NUMBERS = [
    "1",
    "0",
    "-2.50",
    '"7"',
    " 1 ",
    '"\t3\n"',
    "+.5e-3",
    "1.",
    "9007199254740993",
    "123456789012345678901e-20",
]
CATEGORIES = ["u", " u", "\ufeffu", "01", "NA", '"u"', '"u,v"', '"u\n"']
LABELS = ["a", "b", '"a"', "true"]
lines = st.tuples(*(st.sampled_from(fields) for fields in (CATEGORIES, NUMBERS, LABELS, NOTES))).map(",".join)
ends = st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n", "\n \n"])


@st.composite
def tails(draw: st.DrawFn) -> str:
    """Good lines, and now and then something odd amid them."""
    end = draw(ends)
    good = end.join(draw(st.lists(lines, min_size=1, max_size=6))) + draw(st.sampled_from(["", end]))
    for piece in draw(st.lists(ODD, max_size=2)):
        place = draw(st.integers(0, len(good)))
        good = good[:place] + piece + good[place:]
    return good


@settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(tail=tails())
@example(tail='u,1,a,"n\nv,2,b,n\nv,3,b,"n\nw,4,a,n\n')
@example(tail='u,"1"2,a,n\n')
@example(tail="u,\xa01,a,n\n")
@example(tail="u,1,a,n\r v,2,b,n\r")
@example(tail="u,true,a,n\nu,false,a,n\n")
@example(tail="u,+1e 1,a,n\n")
@example(tail="u, +9.985089453757765e+16 ,a,n\n")
@example(tail='u,1,a,n\n"')
@example(tail='u,1,a,n\nu,1,a,q"r,s"\n')
@example(tail="u,1,a\nu,1,a,n,n\n")
def test_rows_are_those_of_the_strict_reader_or_an_error_is_raised(tail: str) -> None:
    wanted = expected(HEADER + tail)
    event("refused" if wanted is None else "read")

    assert read((HEADER + tail).encode()) == wanted


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(
    tail=st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(list(b'1,u,a\n\r" ')), max_size=30).map(bytes))
)
@example(tail=b"u,1,a,n\0\n")
@example(tail=b"u,1,a,\xff\n")
def test_random_bytes_are_read_as_the_strict_reader_reads_them_or_refused(tail: bytes) -> None:
    try:
        wanted = None if b"\0" in tail else expected(HEADER + tail.decode())
    except UnicodeDecodeError:
        wanted = None

    assert read(HEADER.encode() + tail) == wanted


@settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(tail=tails(), block_bytes=st.integers(25, 200))
@example(tail="u,1,a,n\n\ufeffu,1,a,n\n", block_bytes=25)
@example(tail=" u,1,a,n\n \tu,1,a,n\n", block_bytes=25)
@example(tail="u,1,a,n\n\n \n", block_bytes=100)
def test_fast_reading_finds_what_the_slow_one_finds_or_leaves_it_to_it(tail: str, block_bytes: int) -> None:
    text = (HEADER + tail).encode()
    try:
        places = find_columns("day.csv", text=text, wanted=["c", "x", "y"], model="flows")
        wanted = Wanted.of(RECIPE, places=places)
        fast = Looked(Gathered(wanted))
        plain.gather(text, into=fast, block_bytes=block_bytes)
    except (errors.DataError, plain.NotPlain):
        return
    event("fast, with quotes" if '"' in tail else "fast")
    slow = Looked(Gathered(wanted))
    strict.gather("day.csv", text=text, into=slow, model="flows")

    assert counts(fast.gathered) == counts(slow.gathered)
    assert fast.gathered.bad.tolist() == slow.gathered.bad.tolist()
    assert [vars(each) for each in fast.findings] == [vars(each) for each in slow.findings]
    if fast.gathered.rows:
        assert fast.gathered.table(RECIPE).to_files() == slow.gathered.table(RECIPE).to_files()
        assert labels(fast.gathered) == labels(slow.gathered)


def counts(gathered: Gathered) -> tuple[int, int, int]:
    return gathered.rows, gathered.lines, gathered.blank_lines


def labels(gathered: Gathered) -> list[str]:
    found = gathered.labels
    return [found.raw[code] for code in found.codes]
