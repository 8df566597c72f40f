"""Files that cannot be added, and odd-looking ones that can."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from chalicelib import layout
from chalicelib.limits import FILE_BYTES
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL
from tests.unit.workflows.data_set.files import GOOD, a_file, data_set, keys, refused


def named_with(sign: str, folder: Path) -> Path:
    return folder / f"a{sign}b.csv"


CANNOT_BE_SEEN = "has a line break or another character that cannot be seen in its name"
NO_FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "no.csv", "is not there"),
    "folder": (lambda folder: folder, "is a folder: name its files, such as FOLDER/*.csv"),
    "not UTF-8": (lambda folder: Path(os.fsdecode(bytes(folder) + b"/\xff.csv")), "has a name that is not UTF-8"),
    **{
        name: (partial(named_with, sign), CANNOT_BE_SEEN)
        for name, sign in {
            "line break": "\n",
            "tab": "\t",
            "no-break space": "\u00a0",
            "written backwards": "\u202e",
            "deleted": "\x7f",
        }.items()
    },
    "long": (lambda folder: folder / ("n" * 901), "has a name of more than 900 bytes"),
    "device": (lambda _: Path("/dev/null"), "is no file but a device or a pipe"),
    "unreadable": (lambda _: Path("/proc/self/mem"), "cannot be read ("),
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_that_can_be_added_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    make, words = NO_FILES[name]
    stage = FakeStage()

    said = refused(stage, "add", a_file(tmp_path), str(make(tmp_path)))

    assert words in said
    assert said.isprintable()
    assert data_set(stage) == {}


def test_file_of_more_bytes_than_a_run_reads_is_refused_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as opened:
        opened.truncate(3 * 10**9)  # of which none is on the disk

    said = refused(FakeStage(), "add", "--no-check", str(huge))

    assert f"huge.csv has 3,000,000,000 bytes: a run reads {FILE_BYTES:,} bytes of one file at most" in said


def test_link_is_followed_and_one_to_nothing_is_told(stage: FakeStage, tmp_path: Path) -> None:
    a_file(tmp_path)
    (tmp_path / "link.csv").symlink_to(tmp_path / "night-1.csv")
    (tmp_path / "broken.csv").symlink_to(tmp_path / "nowhere.csv")

    assert stage.run("data", "add", str(tmp_path / "link.csv")).exit_code == 0
    assert "is a link to a file that is not there" in refused(stage, "add", str(tmp_path / "broken.csv"))


ODD_NAMES = (
    *("NIGHT.CSV", "prêts été.csv", "it's 100%+#?.csv", "-1.csv", "ナイト.csv", "-rf", "--help.csv", "e\u0301.csv"),
    *(" blank first.csv", "blank last.csv ", ".hidden.csv", "..csv", "...csv", "dot.", "two..dots.csv", "no-ending"),
    *(
        "$(echo x).csv",
        "*.csv",
        "[ab].csv",
        "a%20b&c=d.csv",
        "back\\slash.csv",
        "q'uo\"te;.csv",
        "=1+1.csv",
        "😀.csv",
    ),
    *("n" * 255, "ü" * 127),
)


def test_odd_name_is_a_name(stage: FakeStage, tmp_path: Path) -> None:
    files = [
        a_file(tmp_path, name, GOOD.replace(b"230", b"%d" % (1000 + place))) for place, name in enumerate(ODD_NAMES)
    ]

    added = stage.run("data", "add", *files)
    listed = {each["name"] for each in json.loads(stage.run("data", "list", "--json").stdout)}
    kept = {*data_set(stage)}
    removed = stage.run("data", "remove", "--", *ODD_NAMES)

    assert (added.exit_code, removed.exit_code) == (0, 0)
    assert listed == {*ODD_NAMES}
    assert kept == {*keys(*ODD_NAMES)}
    assert {*data_set(stage)} == {layout.removed(MODEL, name) for name in ODD_NAMES}


def test_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """The proc file system's own files say 0 bytes and hold more, as one does that grows while it is read."""
    said = refused(FakeStage(), "add", "/proc/self/status")

    assert said == "/proc/self/status changed while it was read: add it when it is complete"
