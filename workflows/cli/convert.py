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
from workflows.converting import numbers, written_dates
from workflows.converting.convert import Converted, convert

FOLDER = "converted"
SIGNS = {"comma": numbers.COMMA, "point": numbers.POINT}


@click.command("convert")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="What to write, of one file; by default files of their names in ./converted/.",
)
@click.option(
    "--dates",
    type=click.Choice(list(written_dates.BY_NAME)),
    help="How 01/02/2026 is meant in a column that does not tell.",
)
@click.option(
    "--decimal", type=click.Choice(list(SIGNS)), help="What 1,234 and 1.234 have in a column of such alone."
)
def convert_(files: Sequence[Path], to: Path | None, dates: str | None, decimal: str | None) -> None:
    """Write FILES as runs read them: commas between the fields, UTF-8, numbers as 1234.56, dates as 2026-01-31.

    It reads semicolons, tabs and bars between the fields, Windows-1252 (so Latin-1), UTF-16 and UTF-32, decimal
    commas, separators of thousands, percent and currency signs, negative numbers in brackets or with the minus
    behind, dates in other orders or with a month's English name, and gives a name that the header has twice a
    number. A column in which such a spelling is not clear stays as it is. It says what it changed: look at that.
    """
    if to and len(files) > 1:
        raise BadRequest(f"--to is the place of one file, and {len(files)} are to be converted: leave it out")
    order, sign = written_dates.BY_NAME.get(dates or ""), SIGNS.get(decimal or "")
    written = []
    for file in files:
        given = LocalFile.at(file)
        body = given.read()
        converted = convert(given.name, body, dates=order, decimal=sign)
        name = f"{given.name}: " if len(files) > 1 else ""
        if converted.changes:
            target = to or Path(FOLDER) / given.name.removesuffix(".gz")
            if target.exists() and target.read_bytes() not in (converted.body, _without_options(given.name, body)):
                raise BadRequest(f"{target} is there already: delete it, or name another file with --to")
            _write(converted, target, name=name)
            written.append(target)
        elif not converted.doubts:
            say(f"{given.name} is as it should be: nothing was written")
        for column, why in converted.doubts.items():
            sentence(f"{name}{column} {why}; to convert it: --dates {' or '.join(written_dates.BY_NAME)}")
    if written:
        sentence(f"a model of it: nightswap init {shlex.quote(str(written[0]))} --label COLUMN")


def _without_options(name: str, body: bytes) -> bytes | None:
    """What the command wrote of the file before its owner said more; None where that was nothing."""
    plain = convert(name, body)
    return plain.body if plain.changes else None


def _write(converted: Converted, target: Path, *, name: str) -> None:
    """Each change is told with this name before it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(converted.body)
    for each in converted.changes:
        sentence(f"{name}{each}")
    say(f"wrote {target}")
