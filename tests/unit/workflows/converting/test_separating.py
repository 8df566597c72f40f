"""A text is taken apart by what most of its records are as wide as the header by."""

from __future__ import annotations

import pytest

from chalicelib.errors import BadRequest
from workflows.converting.separating import separated


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found(separator: str) -> None:
    text = "\n".join(separator.join(row) for row in (["a", "b", "c"], ["1,5" if separator != "," else "1", "x", "y"]))

    assert separated("a.csv", f"{text}\n\n")[1] == separator


def test_quoted_fields_and_line_ends_of_any_kind_are_read() -> None:
    assert separated("a.csv", 'a;b\r\n"x;y";1\r\n')[0] == [["a", "b"], ["x;y", "1"]]


@pytest.mark.parametrize(("mark", "found"), [("sep=;", ";"), ("sep=:", ":"), ("SEP=;\r", ";"), ("sep=", ";")])
def test_excels_mark_of_the_separator_is_followed(mark: str, found: str) -> None:
    assert separated("a.csv", f"{mark}\na{found}b\n1{found}2\n") == ([["a", "b"], ["1", "2"]], found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no records"),
        ("\n\n", "holds no records"),
        ("a;b\n1;2\n3\n", "record 2 of a.csv has 1 fields, and the header 2, by semicolons"),
        ('a;b\n1;"2" 3\n', "cannot be taken apart by semicolons: "),
        ('sep=:\na:b\n1:"2" 3\n', "cannot be taken apart by ':': "),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(text: str, told: str) -> None:
    with pytest.raises(BadRequest, match=told):
        separated("a.csv", text)
