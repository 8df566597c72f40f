"""Which columns become features, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lambdas.model.recipe import Categorical, Date, Numeric
from tests.unit.workflows.drafting import files
from workflows.drafting.choosing import LEVELS_MAX, LEVELS_TOGETHER, choose
from workflows.drafting.column_facts import Column, look_at_columns
from workflows.drafting.features import Choice

ROWS = 40


def chosen(*headers: str, cell: Callable[[int], str], rows: int = ROWS) -> Choice:
    """Of a file whose columns of these headers have the same cells, beside the label's."""
    made = [[*headers, "label"], *([*[cell(row)] * len(headers), "x"] for row in range(rows))]
    return choose(look_at_columns(files.content(made).body), label="label")


def why(name: str, cell: Callable[[int], str], *, rows: int = ROWS) -> str:
    """Why the column is left out; fails where it is a feature."""
    ((left_out, reason),) = chosen(name, cell=cell, rows=rows).left_out
    assert left_out == name
    return reason


def kept(name: str, cell: Callable[[int], str], *, rows: int = ROWS) -> Numeric | Categorical:
    (feature,) = chosen(name, cell=cell, rows=rows).features
    return feature.column


def test_numbers_become_a_numeric_without_a_range() -> None:
    (feature,) = chosen("age", cell=lambda row: str(18 + row % 7)).features

    assert feature.column == Numeric("age")
    assert feature.about == "18 to 24, 7 different"


def test_texts_become_a_categorical_that_takes_any() -> None:
    (feature,) = chosen("housing", cell=lambda row: "own" if row % 4 else "rent").features

    assert feature.column == Categorical("housing")
    assert feature.about == "'own', 'rent'"
    assert feature.levels == 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("model", "a request names its model by this word: rename the column"),
        ("", "it has no name in the header"),
        ("n" * 101, "its name has 101 characters: 100 are the most"),
    ],
)
def test_a_name_that_no_column_can_have_is_left_out(name: str, reason: str) -> None:
    assert why(name, lambda row: str(row % 3)) == reason


def test_the_longest_name_is_taken() -> None:
    assert kept("n" * 100, lambda row: str(row % 3)) == Numeric("n" * 100)


def test_columns_of_one_name_are_left_out() -> None:
    left_out = chosen("age", "age", cell=lambda row: str(row % 3)).left_out

    assert left_out == [
        ("age", "the header names it 2 times: give each a name of its own (nightswap data convert FILE)")
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (lambda row: "", "every cell is empty"),
        (lambda row: "" if row % 2 or row == 4 else str(row), "21 of 40 cells are missing: more than half"),
        (lambda row: "NA" if row % 2 or row == 4 else str(row), "21 of 40 cells are missing: more than half"),
        (lambda row: "" if row == 3 else "7", "every cell that is not missing is 7"),
        (lambda row: "k", "every cell is 'k'"),
        (lambda row: "7.0", "every cell is '7.0'"),
        (lambda row: str(500 + row), "every cell is another whole number: an identifier, or a place in the file"),
        (lambda row: str(900 - row), "every cell is another whole number: an identifier, or a place in the file"),
        (lambda row: str(row * row), "every cell is another whole number: an identifier, or a place in the file"),
        (lambda row: f"u-{row}", "every cell is another text, such as 'u-0': an identifier"),
        (lambda row: f"{row % 28 + 1:02}/01/2024", "dates, such as 01/01/2024: a Date takes the weekday"),
        (lambda row: f"{row % 9 + 1:02}/01/2024", "dates, such as 01/01/2024: a Date takes the weekday"),
        (lambda row: f"2024-01-{row % 4 * 7 + 1:02}", "dates, such as 2024-01-01: the days to come are others"),
        (lambda row: f"202401{row % 28 + 1:02}", "dates, such as 20240101: "),
        (lambda row: "long " * 26 + str(row % 3), "free text, up to 131 characters"),
    ],
)
def test_a_column_that_tells_nothing_of_the_rows_to_come_is_left_out(cell: Callable[[int], str], reason: str) -> None:
    assert why("it", cell).startswith(reason)


def test_a_whole_number_that_is_different_by_chance_is_a_feature_unless_its_name_says_what_it_is() -> None:
    def shuffled(row: int) -> str:
        return str(row * 17 % 40 * 3)

    assert kept("income", shuffled) == Numeric("income")
    assert kept("valid", shuffled) == Numeric("valid")
    for name in ("id", "ID", "user_id", "orderId", "order no", "Unnamed: 0", "row-index", "guid"):
        assert why(name, shuffled).startswith("every cell is another whole number")


def test_whole_numbers_that_floats_do_not_keep_apart_are_an_identifier() -> None:
    told = "whole numbers of more digits than a number keeps apart: an identifier"

    assert why("it", lambda row: str(10**30 + row)) == told


def test_numbers_with_decimals_are_features_though_all_are_different() -> None:
    assert kept("x", lambda row: str(row + 0.5)) == Numeric("x")


@pytest.mark.parametrize("rows", [19, 20])
def test_few_rows_may_all_be_different(rows: int) -> None:
    choice = chosen("it", cell=str, rows=rows)

    assert len(choice.features) == (1 if rows < 20 else 0)


def test_dates_become_a_date_with_the_parts_that_vary() -> None:
    (days,) = chosen("opened", cell=lambda row: f"2024-01-{row % 28 + 1:02}").features
    (times,) = chosen(
        "opened", cell=lambda row: "" if row == 3 else f"2024-{row % 9 + 1:02}-02T0{row % 5}:30"
    ).features

    assert days.column == Date("opened", parts=["weekday"])
    assert (days.about, days.levels) == ("2024-01-01 to 2024-01-28", 7)
    assert times.column == Date("opened", parts=["month", "weekday", "hour"], missing="median")
    assert times.about == "2024-01-02 to 2024-09-02; 1 of 40 is missing"


@pytest.mark.parametrize(
    ("bad", "told"), [("soon", "'soon' on line 9"), ("0", "'0' on line 9"), ("31.01.2026", "'31.01.2026' on line 9")]
)
def test_a_bad_cell_among_dates_is_tolerated_where_too_many_are_left_out(bad: str, told: str) -> None:
    def cell(row: int) -> str:
        return bad if row % 200 == 7 else f"2024-{row % 12 + 1:02}-{row % 28 + 1:02}"

    choice = chosen("opened", cell=cell, rows=400)
    (feature,) = choice.features

    assert feature.column == Date("opened", parts=["month", "weekday"])
    assert feature.stray == f"2 of 400 cells are no dates, such as {told}"
    assert (feature.bad, choice.tolerate) == (2, 0.01)
    assert why("opened", lambda row: "soon" if row % 20 == 7 else cell(row), rows=400) == (
        "20 of 400 cells are no dates, such as 'soon' on line 9: correct the file"
    )


def test_a_single_bad_cell_among_dates_is_told_as_one() -> None:
    choice = chosen(
        "opened", cell=lambda row: "" if row == 3 else f"2024-{row % 12 + 1:02}-01" if row else "?x", rows=200
    )

    assert choice.features[0].stray == "1 of 200 cells is no date, such as '?x' on line 2"
    assert choice.features[0].about.startswith(
        "2024-01-01 to 2024-12-01; 1 of 200 is missing; 1 of 200 cells is no date"
    )


def test_numbers_that_are_near_dates_are_features() -> None:
    assert kept("it", lambda row: str(20241301 + row % 3)) == Numeric("it")
    assert kept("it", lambda row: str(20240132 + row % 3)) == Numeric("it")
    assert kept("it", lambda row: str(18990101 + row % 3)) == Numeric("it")


def lots(row: int) -> str:
    return "lots" if row == 7 else "NA" if row % 10 == 0 else str(row % 150)


def test_a_few_texts_among_numbers_are_tolerated_where_too_many_are_left_out() -> None:
    choice = chosen("it", cell=lots, rows=300)
    (feature,) = choice.features
    more = why("it", lambda row: "lots" if row % 60 == 7 else str(row % 150), rows=300)

    assert feature.column == Numeric("it", missing="median")
    assert (feature.bad, feature.marks) == (1, frozenset({"NA"}))
    assert feature.stray == "1 of 300 cells is no number, such as 'lots' on line 9"
    assert feature.about.endswith(f"; 30 of 300 are missing; {feature.stray}")
    assert choice.tolerate == 0.01
    assert more.startswith("5 of 300 cells are no numbers, such as 'lots' on line 9: correct the file; or write")
    assert kept("it", lambda row: "lots" if row == 7 else str(row % 3), rows=300) == Categorical("it")


def test_one_text_that_is_too_long_is_named_with_its_line() -> None:
    assert why("city", lambda row: "x" * 500 if row == 7 else f"u{row % 3}", rows=100) == (
        "a text of 500 characters on line 9, and 128 are the most: correct the file"
    )


def test_a_name_with_a_character_that_cannot_be_seen_is_left_out() -> None:
    assert why("\u200bage", lambda row: str(row % 3)) == (
        "its name has a character that cannot be seen, '\\u200bage': rename it"
    )


def test_numbers_that_begin_with_0_may_be_codes() -> None:
    (feature,) = chosen("zip", cell=lambda row: f"{row % 30:03}").features

    assert feature.column == Numeric("zip")
    assert feature.doubt in feature.about
    assert feature.doubt == (
        "cells such as '000' begin with 0: if it holds codes, such as postal ones, make it a Categorical, or leave"
        " it out"
    )


def test_one_word_among_many_numbers_may_stand_for_a_missing_one() -> None:
    told = why("income", lambda row: "unknown" if row % 3 == 0 else str(1000 + row), rows=300)

    assert told.startswith("100 of 300 cells are no numbers, such as 'unknown' on line 2: correct the file; or write")
    assert told.endswith(
        "Numeric('income', missing='median') and missing_values=['unknown'], if that stands for a missing number"
    )


@pytest.mark.parametrize(("different", "column"), [(20, Categorical("age")), (21, Numeric("age"))])
def test_a_bad_cell_makes_texts_only_of_numbers_of_few_values(different: int, column: Numeric | Categorical) -> None:
    (feature,) = chosen("age", cell=lambda row: "?x" if row == 7 else str(row % (different - 1)), rows=300).features

    assert feature.column == column
    told = "300 cells are numbers, and on line 9 stands '?x': if it shall be a number"
    assert (told in feature.doubt) is isinstance(column, Categorical)


@pytest.mark.parametrize(("bad", "tolerated"), [(0, 0.0), (1, 0.01), (2, 0.01), (3, 0.02), (4, 0.02)])
def test_twice_as_many_bad_rows_as_the_file_has_are_tolerated_or_more(bad: int, tolerated: float) -> None:
    choice = chosen("it", cell=lambda row: "lots" if row < bad else str(row % 150), rows=400)

    assert choice.tolerate == tolerated


def test_bad_cells_of_all_columns_together_are_few_and_those_of_the_worst_one_are_not_tolerated() -> None:
    def column(name: str, bad: int) -> Column:
        found = Column(name)
        cells = ["lots" if row < bad else str(row % 150) for row in range(400)]
        found.add(cells, lines=range(2, 402))
        return found

    choice = choose([column("worst", 4), column("some", 2), column("one", 1)], label="y")

    assert [each.column.name for each in choice.features] == ["some", "one"]
    ((name, reason),) = choice.left_out
    assert name == "worst"
    assert reason.startswith("4 of 400 cells are no numbers, such as 'lots' on line 2: correct the file; or write")
    assert choice.tolerate == 0.02


def test_an_identifier_with_a_bad_cell_is_left_out_as_any() -> None:
    assert why("user_id", lambda row: "lots" if row == 7 else str(7 * row % 300), rows=300).endswith(
        "an identifier, or a place in the file"
    )


def test_nothing_is_tolerated_where_the_classes_would_shift() -> None:
    column = Column("it")
    column.add([lots(row) for row in range(300)], lines=range(2, 302))

    choice = choose([column], label="y", intolerable=["it"])

    assert not choice.features
    assert choice.left_out[0][1].startswith("31 of 300 cells are no numbers")
    assert choice.left_out[0][1].endswith("cannot leave these rows out, for the shares of the classes would shift")


def test_a_number_that_stands_with_its_thousands_can_be_converted() -> None:
    def amount(row: int) -> str:
        return "1,082.37" if row % 400 == 7 else f"{row}.5"

    (feature,) = chosen("amount", cell=amount, rows=400).features

    assert feature.stray.endswith("such as '1,082.37' on line 9 (nightswap data convert FILE makes numbers of such)")
    assert why("amount", lambda row: "1,082.37" if row % 40 == 7 else f"{row}.5", rows=400) == (
        "numbers such as '1,082.37': write 1234.56 (nightswap data convert FILE)"
    )


@pytest.mark.parametrize("date", ["Aug {:02}, 2026", "{:02} August 2026", "2026/08/{:02}", "202608{:02}"])
def test_dates_in_other_words_can_be_converted(date: str) -> None:
    told = why("seen", lambda row: date.format(1 + row % 28), rows=300)

    assert told.startswith(f"dates, such as {date.format(1)}: a Date takes the weekday")
    assert told.endswith("write them so (nightswap data convert FILE)")


@pytest.mark.parametrize(
    ("gap", "missing", "about"),
    [("", "missing", "'EU'; 40 of 60 are missing"), ("US", None, "'NA', 'EU', 'US'")],
)
def test_what_stands_for_a_missing_number_stands_for_a_missing_text_where_texts_are_missing(
    gap: str, missing: str | None, about: str
) -> None:
    cells = [(("NA", "1.5", "2", "3")[row % 4], ("NA", "EU", gap)[row % 3], "x") for row in range(60)]

    score, region = choose(
        look_at_columns(files.content([["score", "region", "label"], *cells]).body), label="label"
    ).features

    assert score.column == Numeric("score", missing="median")
    assert region.column == Categorical("region", missing=missing)
    assert region.about == about


def test_numbers_of_few_values_with_a_bad_one_are_texts_with_a_hint() -> None:
    def about(cell: Callable[[int], str]) -> str:
        (feature,) = chosen("it", cell=cell, rows=300).features
        assert feature.column == Categorical("it")
        return feature.about

    assert about(lambda row: "lots" if row == 7 else str(row % 2)) == (
        "'0', '1', 'lots'; 299 of 300 cells are numbers, and on line 9 stands 'lots': if it shall be a number,"
        " correct the file; or write Numeric('it') and tolerate=Tolerate(rows=0.01), which leaves such rows out"
    )
    assert about(lambda row: "lots" if row % 60 == 7 else str(row % 2)).endswith("a number, correct the file")
    assert "number" not in about(lambda row: "lots" if row % 2 else "1")


@pytest.mark.parametrize("mark", ["NA", "-", "null"])
def test_marks_among_dates_are_missing_dates(mark: str) -> None:
    cells = [mark if row in (0, 9) else f"2024-01-{row % 28 + 1:02}" for row in range(ROWS)]
    (feature,) = chosen("opened", cell=cells.__getitem__).features

    assert feature.column == Date("opened", parts=["weekday"], missing="median")
    assert feature.about == "2024-01-01 to 2024-01-28; 2 of 40 are missing"
    assert feature.marks == {mark}


def test_marks_alone_are_no_dates_and_dates_of_another_kind_are_named_though_a_mark_comes_first() -> None:
    told = why("opened", lambda row: "NA" if row == 0 else f"{row % 28 + 1:02}.01.2024")

    assert told.startswith("dates, such as 02.01.2024: ")
    assert kept("opened", lambda row: "NA" if row % 2 else "?") == Categorical("opened")


@pytest.mark.parametrize(("years", "parts"), [(2, ["weekday"]), (3, ["year", "weekday"])])
def test_year_is_a_part_where_there_are_several(years: int, parts: list[str]) -> None:
    assert kept("born", lambda row: f"{1970 + row % years}-01-02") == Date("born", parts=parts)


@pytest.mark.parametrize("number", ["29738,65", "29.738,65", "29,738.65", "1,200,300", "-0,5"])
def test_numbers_with_a_comma_are_no_identifiers_and_no_categories(number: str) -> None:
    told = f"numbers such as '{number}': write 1234.56 (nightswap data convert FILE)"

    assert why("it", lambda row: number if row == 0 else f"{row},{row % 7}") == told
    assert why("it", lambda row: number if row % 2 else "") == told
    assert why("it", lambda row: number if row % 2 else "30") == told


def test_texts_with_a_comma_are_categories() -> None:
    assert kept("it", lambda row: ("1,2 or 3", "a,b")[row % 2]) == Categorical("it")


def test_missing_numbers_take_the_median_whether_empty_or_marked() -> None:
    (feature,) = chosen(
        "gap", cell=lambda row: ("", "NA", "?")[row // 2] if row in (0, 2, 4) else str(row % 5)
    ).features

    assert feature.column == Numeric("gap", missing="median")
    assert feature.about == "0 to 4, 5 different; 3 of 40 are missing"
    assert feature.marks == {"NA", "?"}


def test_half_of_the_cells_may_be_missing() -> None:
    assert kept("gap", lambda row: "" if row % 2 else str(row)) == Numeric("gap", missing="median")


def test_a_missing_text_is_a_category_of_its_own_though_there_is_one_other_text() -> None:
    (feature,) = chosen("flag", cell=lambda row: "yes" if row % 3 else "").features

    assert feature.column == Categorical("flag", missing="missing")
    assert feature.about == "'yes'; 14 of 40 are missing"
    assert feature.marks == frozenset()


def test_a_mark_among_texts_is_a_text_like_any_other() -> None:
    assert kept("it", lambda row: "NA" if row % 3 else "own") == Categorical("it")


def test_marks_of_all_features_are_listed_once() -> None:
    made = [
        ["a", "b", "label"],
        *(["NA", "?", "x"] if row == 7 else [str(row % 5)] * 2 + ["x"] for row in range(ROWS)),
    ]
    made[3] = ["?", "1", "x"]

    assert choose(look_at_columns(files.content(made).body), label="label").marks == ["?", "NA"]


def test_as_many_texts_as_are_sensible_are_taken_and_one_more_is_not() -> None:
    assert kept("city", lambda row: f"c{row % LEVELS_MAX}", rows=300) == Categorical("city")
    assert why("city", lambda row: f"c{row % (LEVELS_MAX + 1)}", rows=300).startswith("101 different texts, such as")


def test_a_column_of_too_many_texts_may_be_the_group_of_its_rows() -> None:
    assert why("customer", lambda row: f"c{row % 150}", rows=300).endswith(
        "join the rare ones; or is it who the rows are of? split=Split(group='customer') keeps theirs together"
    )


def test_sentences_are_free_text_and_names_of_two_words_are_texts() -> None:
    assert why("note", lambda row: f"number {row % 200} came", rows=400) == "free text, up to 15 characters"
    assert why("note", lambda row: f"number {row % 200}", rows=400).startswith("200 different texts")


def test_columns_of_the_most_texts_go_where_all_have_too_many() -> None:
    names = [f"c{place}" for place in range(6)]
    made = [[*names, "label"]]
    for row in range(600):
        made.append([*(f"t{row % (LEVELS_MAX - place)}" for place in range(6)), "x"])

    choice = choose(look_at_columns(files.content(made).body), label="label")

    assert [each.column.name for each in choice.features] == names[1:]
    assert sum(each.levels for each in choice.features) <= LEVELS_TOGETHER
    assert choice.left_out == [
        ("c0", "with its 100 texts the columns have 585 in all: more than 500"),
    ]


def test_too_many_texts_to_count_are_told_so() -> None:
    assert why("it", lambda row: f"t{row % 10_001}", rows=10_500).startswith("thousands of different texts")
