"""The bounds of a file that is added to a data set: what lies on the bound is taken, what is over it is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chalicelib.errors import BadRequest
from chalicelib.limits import FILE_BYTES
from lambdas.model.recipe import Numeric
from tests.given import data
from workflows.checking.file import KEY_BYTES_MAX, Content, LocalFile, hidden_rows, look_at


def sparse(path: Path, size_bytes: int) -> Path:
    path.touch()
    os.truncate(path, size_bytes)
    return path


def test_file_of_the_largest_size_is_taken_and_a_larger_one_is_refused(tmp_path: Path) -> None:
    assert LocalFile.at(sparse(tmp_path / "largest.csv", FILE_BYTES)).name == "largest.csv"

    with pytest.raises(BadRequest, match=rf"larger\.csv has {FILE_BYTES + 1:,} bytes: "):
        LocalFile.at(sparse(tmp_path / "larger.csv", FILE_BYTES + 1))


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (KEY_BYTES_MAX, "cannot be read"),
        (KEY_BYTES_MAX + 1, f"has a name of more than {KEY_BYTES_MAX} bytes: rename"),
    ],
)
def test_longest_name_is_left_to_the_file_system_and_a_longer_one_is_refused(
    tmp_path: Path, length: int, said: str
) -> None:
    with pytest.raises(BadRequest, match=said):
        LocalFile.at(tmp_path / ("ä" * (length // 2) + "x" * (length % 2)))


RECIPE = data.recipe(columns=[Numeric("duration")])


def hidden(*lines: str, end: str = "\n") -> str:
    content = Content("night.csv", end.join(["duration,note,label", *lines, ""]).encode())
    return hidden_rows(content, reading=look_at(content, recipe=RECIPE))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_between_two_stray_quotes_are_told(end: str) -> None:
    """Which the grammar of CSV takes for one cell of several lines."""
    said = hidden("1,a,ok.", '2,"b,spam.', "3,c,spam.", '4,d",ok.', '5,"e,spam.', '6,f",spam.', end=end)

    assert said == (
        "night.csv has quoted cells with lines that look like rows: 3 in all, 2 in the record that begins on line 3;"
        " a quote too many reads so"
    )


@pytest.mark.parametrize(
    "note", ["a", '"a, b, c"', '"two\nlines"', '"one, comma\nin two lines"', '"no ""a"",\r\n more"', '"\n\n,,,"']
)
def test_text_of_several_lines_hides_no_row(note: str) -> None:
    assert hidden("1,a,ok.", f"2,{note},spam.") == ""
