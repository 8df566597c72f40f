"""nightswap data convert: writes foreign CSV files as runs read them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from chalicelib.errors import BadRequest
from workflows.checking.file import LocalFile
from workflows.cli.screen import say
from workflows.cli.sentences import sentence
from workflows.converting.convert import convert

FOLDER = "converted"


@click.command("convert")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="What to write, of one file; by default files of their names in ./converted/.",
)
def convert_(files: Sequence[Path], to: Path | None) -> None:
    """Write FILES as runs read them: commas between the fields, UTF-8, numbers as 1234.56, dates as 2026-01-31.

    It reads semicolons, tabs and bars between the fields, Windows-1252 (so Latin-1), UTF-16 and UTF-32, decimal
    commas, separators of thousands, percent and currency signs, negative numbers in brackets or with the minus
    behind, dates in other orders or with a month's English name, and gives a name that the header has twice a
    number. A column in which such a spelling is not clear stays as it is. It says what it changed: look at that.
    """
    if to and len(files) > 1:
        raise BadRequest(f"--to is the place of one file, and {len(files)} are to be converted: leave it out")
    written = [target for file in files if (target := _converted(file, to=to, called=len(files) > 1))]
    for target in written[:1]:
        sentence(f"a model of it: nightswap init {shlex.quote(str(target))} --label COLUMN")


def _converted(file: Path, *, to: Path | None, called: bool) -> Path | None:
    """What was written; None of a file that is as it should be. Each change has the file's name if `called`."""
    given = LocalFile.at(file)
    target = to or Path(FOLDER) / given.name.removesuffix(".gz")
    converted = convert(given.name, given.read())
    if not converted.changes:
        say(f"{given.name} is as it should be: nothing was written")
        return None
    if target.exists() and target.read_bytes() != converted.body:
        raise BadRequest(f"{target} is there already: delete it, or name another file with --to")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(converted.body)
    for each in converted.changes:
        sentence(f"{given.name}: {each}" if called else each)
    say(f"wrote {target}")
    return target
