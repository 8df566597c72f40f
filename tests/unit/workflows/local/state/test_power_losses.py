"""A power loss at any moment leaves what a kill may leave, and takes nothing that was said to be saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.workflows.local.state.power import Disk, Image
from workflows.local.state import whole_files
from workflows.local.state.generations import MANIFEST, Generations
from workflows.local.state.object_files import WholeFiles

SERVICES = ("iam", "lambda", "sns")


def generations(folder: Path) -> Generations:
    return Generations(folder, damaged=folder.with_name("damaged"), clock=lambda: "2026-11-25T03:00:00Z")


def bodies(number: int, *names: str) -> dict[str, bytes]:
    return {name: json.dumps({"number": number}).encode() for name in names}


def loaded(image: Image, folder: Path) -> dict[str, int]:
    """What a start loads of each service after the power loss."""
    generations(image.restore(folder / "aws")).check()
    paths = [path for path in (folder / "aws").glob("*.json") if path.name != MANIFEST]
    return {path.stem: json.loads(path.read_bytes())["number"] for path in paths}


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    folder = tmp_path / "aws"
    folder.mkdir()
    return Disk(folder)


def test_save_is_there_whole_or_not_at_all_and_there_once_it_is_said(disk: Disk, tmp_path: Path) -> None:
    changed = ("iam", "lambda")
    made = generations(disk.folder)
    made.save(bodies(1, *SERVICES))
    made.save(bodies(1, *SERVICES))
    for number in (2, 3):
        begun = Disk(disk.folder)
        with begun.watched():
            made.save(bodies(number, *changed))

        new = dict.fromkeys(SERVICES, 1) | dict.fromkeys(changed, number)
        old = dict.fromkeys(SERVICES, 1) | dict.fromkeys(changed, number - 1)
        found = [loaded(image, tmp_path / f"{number}-{index}") for index, image in enumerate(begun.images)]
        assert all(each in (old, new) for each in found)
        assert found[-3:] == [new] * 3
        assert old in found, "no image was taken before the save counted"


def test_first_save_is_there_once_it_is_said(disk: Disk, tmp_path: Path) -> None:
    with disk.watched():
        generations(disk.folder).save(bodies(1, *SERVICES))

    found = [loaded(image, tmp_path / str(index)) for index, image in enumerate(disk.images[-3:])]
    assert found == [dict.fromkeys(SERVICES, 1)] * 3


def test_copy_of_what_rests_is_there_once_it_is_said(disk: Disk, tmp_path: Path) -> None:
    made = generations(disk.folder)
    with disk.watched():
        made.save(bodies(1, *SERVICES))
        made.save({})

    for index, image in enumerate(disk.images[-3:]):
        folder = image.restore(tmp_path / str(index))
        for name in SERVICES:
            (folder / f"{name}.json").write_bytes(b"")
        assert loaded(image, tmp_path / f"again {index}") == dict.fromkeys(SERVICES, 1)
        assert sorted(path.stem for path in (folder / "previous").glob("*.json") if path.read_bytes()) == sorted(
            (*SERVICES, "manifest")
        )


def test_file_is_the_old_one_or_the_new_one_and_the_new_one_once_it_is_written(disk: Disk, tmp_path: Path) -> None:
    path = disk.folder / "local.json"
    path.write_bytes(b"old")
    begun = Disk(disk.folder)

    with begun.watched():
        whole_files.write(path, b"new")

    found = [
        (image.restore(tmp_path / str(index)) / path.name).read_bytes() for index, image in enumerate(begun.images)
    ]
    assert set(found) == {b"old", b"new"}
    assert found[-3:] == [b"new"] * 3


@pytest.mark.parametrize("lasts", [True, False])
def test_object_that_lasts_has_its_bytes_before_its_name(disk: Disk, tmp_path: Path, lasts: bool) -> None:
    files = WholeFiles(disk.folder)
    path = disk.folder / "entry.json"

    with disk.watched(), files.all_or_nothing(lambda: None, lasts=lasts):
        files.write(str(path), b"an entry")

    *_, most_names = disk.images
    assert (most_names.restore(tmp_path / "after") / path.name).read_bytes() == (b"an entry" if lasts else b"")
