"""What is remembered of the cells of a column."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.reading.cells import number_check
from lambdas.model.recipe import Numeric
from lambdas.model.recipe.elements import MAGNITUDE_MAX
from tests.unit.workflows.drafting import files
from workflows.drafting import column_facts
from workflows.drafting.column_facts import BATCH_RECORDS, LEVELS_KEPT, Column, look_at_columns
from workflows.drafting.returning_dates import Dates

CELLS = st.text(alphabet="0123456789.-+eE abn\u00a0", max_size=6)


def column(*cells: str) -> Column:
    """A column of these cells, in a file of two columns: a line may be blank in a file of one."""
    text = files.content([["it", "other"], *([each, "x"] for each in cells)])
    found, _ = look_at_columns(text.body)
    return found


def test_numbers_are_told_by_their_ends() -> None:
    found = column("3", "-1.5", " 20 ")

    assert (found.rows, found.numbers, found.texts, found.empty) == (3, 3, 0, 0)
    assert (found.smallest, found.largest, found.is_whole) == (-1.5, 20.0, False)


@pytest.mark.parametrize(("cells", "whole"), [(("1", "2.0", "-3e2"), True), (("1", "2.5"), False)])
def test_whole_numbers_are_known_however_they_are_written(cells: tuple[str, ...], whole: bool) -> None:
    assert column(*cells).is_whole is whole


@pytest.mark.parametrize(
    ("cells", "rises"),
    [(("1", "2", "10"), True), (("1", "2", "2"), False), (("2", "1"), False), (("1", "x", "3"), False)],
)
def test_a_column_rises_where_each_number_is_larger_than_the_one_before(cells: tuple[str, ...], rises: bool) -> None:
    assert column(*cells).rises is rises


def test_a_column_stops_rising_between_two_batches_too() -> None:
    numbers = [str(each) for each in range(BATCH_RECORDS)]

    assert column(*numbers, str(BATCH_RECORDS)).rises
    assert not column(*numbers, "7").rises


def test_numbers_among_gaps_are_those_of_a_column_without_any() -> None:
    found = column("3", "", "NA", "-1.5", "?", "1e400", "x")

    assert (found.numbers, found.smallest, found.largest) == (2, -1.5, 3.0)
    assert (found.empty, found.marks.total(), found.texts) == (1, 2, 4)
    assert (found.stray, found.first_bad) == ((4, "NA"), (7, "1e400"))


def test_dates_that_come_again_are_looked_at_once_and_others_beyond_those_kept_too() -> None:
    dates = Dates()
    for _ in range(2):
        dates.add({f"{1970 + day // 28}-01-{day % 28 + 1:02}": 1 for day in range(28 * 2000)})

    assert (dates.span, len(dates.years)) == ("1970-01-01 to 3969-01-28", 2000)


def test_empty_cells_and_texts_are_counted_apart() -> None:
    found = column("", "  ", "n/a", "7", "7")

    assert (found.empty, found.texts, found.numbers) == (2, 1, 2)
    assert found.stray == (4, "n/a")
    assert list(found.others) == ["n/a"]
    assert found.words == 1


@pytest.mark.parametrize(
    ("cells", "dated"),
    [
        (("2024-01-31", "2024-02-01T10:00:00Z"), True),
        (("31.1.2024", "1/2/24"), True),
        (("2024-01-31", ""), True),
        (("2024-01-31", "7"), False),
        (("2024-01-31", "soon"), False),
        (("7", "8"), False),
    ],
)
def test_dates_are_known_by_their_form(cells: tuple[str, ...], dated: bool) -> None:
    assert column(*cells).is_dated is dated


def test_levels_are_kept_up_to_a_limit_once_one_is_there_twice() -> None:
    kept, more = Column("kept"), Column("more")
    texts = [f"t{number}" for number in range(LEVELS_KEPT)]
    for each, cells in ((kept, [*texts, "t0"]), (more, [*texts, "another", "t0"])):
        each.add(cells, lines=range(len(cells)))

    assert kept.levels is not None
    assert len(kept.levels) == LEVELS_KEPT
    assert kept.levels["t0"] == 2
    assert more.levels is None
    assert not kept.is_different
    assert not more.is_different


def test_a_long_column_of_different_texts_counts_as_different_to_its_end() -> None:
    found = Column("id")
    for start in range(0, column_facts.DIFFERENT_KEPT + 1, 50_000):
        cells = [f"t{number}" for number in range(start, start + 50_000)]
        found.add(cells, lines=range(len(cells)))

    assert found.levels is None
    assert found.is_different


def test_few_different_texts_are_remembered_beside_the_numbers() -> None:
    texts = [f"t{number}" for number in range(2 * column_facts.OTHERS_KEPT)]

    assert list(column("1", *texts).others) == texts[: column_facts.OTHERS_KEPT]


def test_the_longest_cell_is_told() -> None:
    assert column("a", "four", "").longest == 4


def test_blank_lines_are_no_rows() -> None:
    (found,) = look_at_columns(b"\na\n1\n \n2\n")

    assert (found.name, found.rows, found.numbers) == ("a", 2, 2)


@given(st.lists(CELLS, min_size=1, max_size=20))
def test_a_number_is_what_a_run_reads_as_one(cells: list[str]) -> None:
    check = number_check(Numeric("number"))
    good = [each for each in cells if check(each) is None]
    found = Column("it")

    found.add(cells, lines=range(len(cells)))

    assert found.numbers == len(good)
    assert found.smallest == min(map(float, good), default=math.inf)
    assert found.largest == max(map(float, good), default=-math.inf)
    assert found.rows == len(cells) == found.numbers + found.texts + found.empty


@pytest.mark.parametrize("cell", ["1e400", f"{MAGNITUDE_MAX * 2}", "nan", "inf"])
def test_a_number_that_no_run_computes_with_is_a_text(cell: str) -> None:
    assert column("1", cell).texts == 1
