"""The form of the sample."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.workflows.local.state.power import Disk
from workflows.sample_data import csv_file


def test_same_rows_give_the_same_bytes_under_any_name(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "b.csv.gz"):
        csv_file.write(tmp_path / name, [b"0,1,2,normal.\n"])

    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == csv_file.HEADER + b"0,1,2,normal.\n"


def test_interrupted_writing_leaves_neither_a_file_nor_a_rest_of_one(tmp_path: Path) -> None:
    def breaking_off() -> Iterator[bytes]:
        yield b"0,1,2,normal.\n"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        csv_file.write(tmp_path / "a.csv.gz", breaking_off())

    assert list(tmp_path.iterdir()) == []


def test_whole_file_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    csv_file.write(path, [b"0,1,2,normal.\n"])

    csv_file.write(path, [])

    assert gzip.decompress(path.read_bytes()) == csv_file.HEADER
    assert list(tmp_path.iterdir()) == [path]


def test_power_loss_leaves_the_sample_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    disk = Disk(folder)

    with disk.watched():
        csv_file.write(folder / "sample.csv.gz", [b"1,2,3,normal.\n"] * 1000)

    whole = (folder / "sample.csv.gz").read_bytes()
    for number, image in enumerate(disk.images):
        found = list(image.restore(tmp_path / str(number)).glob("sample.csv.gz"))
        assert [path.read_bytes() for path in found] in ([], [whole])
