"""A file whose cells look missing is told so, with what the recipe can say of them."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.errors import DataError, ValueInfinite, ValueMissing, ValueOutOfRange, ValueUnparsable
from lambdas.model.reading.object_reader import read_text
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Numeric
from tests.given import data
from workflows.checking import missing_texts

PLAIN = data.recipe(columns=[Numeric("size"), Categorical("flag")])
TAKES = data.recipe(columns=[Numeric("size", 0, 9, missing=0, outside="clip"), Categorical("flag", missing="none")])
LINES = "size,flag,label\n1,S0,ok.\n{},{},spam.\n"


@pytest.mark.parametrize("text", sorted(missing_texts.LOOKALIKES))
def test_a_text_is_known_in_any_letters(text: str) -> None:
    assert missing_texts.looks_missing(f" {text.upper()} ")
    assert not missing_texts.looks_missing(f"{text}a1")


@pytest.mark.parametrize(
    ("number", "text", "error", "words"),
    [
        ("", "S0", ValueMissing, "a missing value: missing='median', say, of column size (docs"),
        ("NA", "S0", ValueUnparsable, "of column size and missing_values=['NA'] of the recipe (docs"),
        ("nan", "S0", ValueUnparsable, "missing_values=['nan']"),
        ("1", "", ValueMissing, "of column flag"),
        ("abc", "S0", ValueUnparsable, ""),
        ("inf", "S0", ValueInfinite, ""),
        ("1e39", "S0", ValueOutOfRange, ""),
    ],
)
def test_what_a_recipe_can_say_of_a_cell_that_is_missing_or_looks_so(
    number: str, text: str, error: type[DataError], words: str
) -> None:
    with pytest.raises(error) as refused:
        read_text("a.csv", text=LINES.format(number, text).encode(), recipe=PLAIN)

    found = missing_texts.way_out(refused.value, recipe=PLAIN)

    assert words in found and bool(found) == bool(words)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["n.v.t."] * 3, "missing_values=['n.v.t.'] of the recipe (docs"),
        (["n.v.t."] * 2, ""),
        (["n.v.t.", "n.v.t.", "x"], ""),
        (["1,5"] * 3, ""),
    ],
    ids=["one word", "twice", "several words", "a number"],
)
def test_a_word_that_all_bad_cells_have_may_stand_for_a_missing_number(cells: list[str], words: str) -> None:
    rows = "".join(f'"{cell}",S0,ok.\n' for cell in cells)
    with pytest.raises(ValueUnparsable) as refused:
        read_text("a.csv", text=f"size,flag,label\n1,S0,ok.\n{rows}".encode(), recipe=PLAIN)

    found = missing_texts.way_out(refused.value, recipe=PLAIN)

    assert words in found and bool(found) == bool(words)


def test_a_column_that_takes_a_missing_value_lacks_the_text_alone() -> None:
    with pytest.raises(ValueUnparsable) as refused:
        read_text("a.csv", text=LINES.format("null", "S0").encode(), recipe=TAKES)

    assert ": missing_values=['null'] of the recipe (" in missing_texts.way_out(refused.value, recipe=TAKES)


def test_an_error_of_the_label_is_none_of_a_column() -> None:
    with pytest.raises(ValueMissing) as refused:
        read_text("a.csv", text=b"size,flag,label\n1,S0,\n", recipe=PLAIN)

    assert missing_texts.way_out(refused.value, recipe=PLAIN) == ""


def test_categories_that_look_missing_are_told_but_for_those_that_the_recipe_names() -> None:
    table = Table(np.zeros((4, 1)), np.array([["?"], ["NA"], ["NA"], ["none"]]), np.array(["ok."] * 4))

    assert list(missing_texts.in_categories(table, recipe=PLAIN)) == [
        "column flag has as categories '?' (1 row), 'NA' (2 rows), 'none' (1 row)"
    ]
    assert list(missing_texts.in_categories(table, recipe=TAKES)) == [
        "column flag has as categories '?' (1 row), 'NA' (2 rows)"
    ]
    listed = data.recipe(columns=[Numeric("size"), Categorical("flag", ["?", "NA", "none"])])
    assert not list(missing_texts.in_categories(table, recipe=listed))


def test_cells_that_get_another_value_are_counted_by_column() -> None:
    reading = read_text("a.csv", text=LINES.format("", "").encode() + b"99,S0,ok.\n", recipe=TAKES)

    assert missing_texts.changed(reading) == "column size: 1 missing, 1 clipped; column flag: 1 missing"


def test_categories_that_spelling_alone_keeps_apart_are_told_with_their_rows() -> None:
    texts = ["true", "True", "TRUE ", "caf\u00e9", "cafe\u0301", "other", "true"]
    table = Table(np.zeros((7, 1)), np.array([[text] for text in texts]), np.array(["good"] * 7))

    assert [*missing_texts.spelled_alike(table, recipe=PLAIN)] == [
        "column flag has categories that spaces, capitals or accents alone keep apart: 'TRUE ' (1 row), 'True' (1"
        " row), 'true' (2 rows), 'cafe\u0301' (1 row), 'caf\u00e9' (1 row)"
    ]
    assert [*missing_texts.spelled_alike(table.take(np.array([0, 3, 5])), recipe=PLAIN)] == []


def test_texts_that_were_once_decoded_wrongly_are_told_with_what_they_were() -> None:
    city, price = "M\u00c3\u00bcnchen", "10 \u00e2\u201a\u00ac"
    by_latin_1 = "\u00c3\u0081vila"
    texts = [city, city, price, "Caf\ufffd", "M\u00fcnchen", "\u00c3", "plain", by_latin_1]
    table = Table(np.zeros((8, 1)), np.array([[text] for text in texts]), np.array(["good"] * 8))

    assert [*missing_texts.decoded_wrongly(table, recipe=PLAIN)] == [
        "column flag has texts that were decoded wrongly before they came into the file:"
        f" '{price}' (1 row) was '10 \u20ac', 'Caf\ufffd' (1 row) is lost, '{city}' (2 rows) was 'M\u00fcnchen',"
        f" {by_latin_1!r} (1 row) was '\u00c1vila'"
    ]
    assert [*missing_texts.decoded_wrongly(table.take(np.array([4, 5, 6])), recipe=PLAIN)] == []
