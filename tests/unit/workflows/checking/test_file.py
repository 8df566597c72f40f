"""The bounds of a file that is added to a data set: what lies on the bound is taken, what is over it is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chalicelib.errors import BadRequest
from chalicelib.limits import FILE_BYTES
from workflows.checking.file import KEY_BYTES_MAX, LocalFile


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
