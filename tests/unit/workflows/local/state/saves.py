"""A folder to which generations were saved, and what may happen to its files."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from workflows.local.state.generations import Generations

SERVICES = ("iam", "lambda", "sns")
"""Of these `sns` is saved once and never changes."""


def generations(folder: Path, loose: tuple[str, ...] = ()) -> Generations:
    aws = folder / "aws"
    aws.mkdir(exist_ok=True, parents=True)
    return Generations(aws, damaged=folder / "damaged", clock=lambda: "2026-11-25T03:00:00Z", loose=loose)


def body(number: int) -> bytes:
    return json.dumps({"number": number}).encode()


@cache
def three_saves() -> Path:
    """A folder to which three generations were saved; made once, because bringing files to the disk takes long."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    made = generations(folder)
    for number in (1, 2, 3):
        made.save({"iam": body(number), "lambda": body(number), "sns": body(0)})
    return folder


def saved(folder: Path) -> Generations:
    shutil.copytree(three_saves(), folder, dirs_exist_ok=True)
    made = generations(folder)
    assert made.check() == []
    return made


def loaded(folder: Path) -> dict[str, int]:
    """What the emulator reads of each service."""
    paths = [path for path in (folder / "aws").glob("*.json") if path.name != "manifest.json"]
    return {path.stem: json.loads(path.read_bytes())["number"] for path in paths}


def checked(folder: Path) -> list[str]:
    return generations(folder).check()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def blank(path: Path) -> None:
    """What a power loss may leave of a file."""
    path.write_bytes(bytes(path.stat().st_size))


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "truncated": truncate,
    "empty": lambda path: path.write_bytes(b""),
    "blank": blank,
    "garbage": lambda path: path.write_bytes(b"\xff\x00{"),
    "another": lambda path: path.write_bytes(body(77)),
    "a list": lambda path: path.write_bytes(b"[1]"),
    "missing": Path.unlink,
    "a folder": make_folder,
}
