"""Reads a file of this machine as a run would read it, or refuses it in one line."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chalicelib.cutting import quoted
from chalicelib.dates.nights import Span, last_day, night_of
from chalicelib.errors import BadRequest, DataError, NightswapError
from chalicelib.limits import FILE_BYTES
from chalicelib.settings.stage import StageSettings
from lambdas.model.reading.records import count_lines, records
from lambdas.model.reading.unpacking import SIZE_IN_WORDS, unpack, way_out
from lambdas.model.recipe import Recipe
from workflows.stacks.functions import task_sizes

if TYPE_CHECKING:
    from lambdas.model.data.room import Demand
    from lambdas.model.formats.fitted import Expected
    from lambdas.model.reading.table import LeftOut, Reading, Table
    from lambdas.model.splitting.row_hashes import Words
    from lambdas.model.training.search.foretelling import Foretold

KEY_BYTES_MAX = 900
"""S3 takes keys of 1,024 bytes; the rest is for the folder's name."""


class File(Protocol):
    """A file by its name, without its folder. It may be large, so its content is read when it is needed."""

    @property
    def name(self) -> str: ...

    def read(self) -> bytes:
        """Raises BadRequest."""


@dataclass(frozen=True)
class Content:
    """A file that was read."""

    name: str
    body: bytes

    def read(self) -> bytes:
        return self.body


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> LocalFile:
        """Raises BadRequest, in one line, for a path that is not a file or cannot be in a data set."""
        problem = _problem_of_name(path.name) or _problem_of_kind(path)
        if problem:
            raise BadRequest(f"{_shown(path)} {problem}")
        return cls(path)

    @property
    def name(self) -> str:
        return self.path.name

    def read(self) -> bytes:
        """Raises BadRequest when it cannot be read, or changes meanwhile."""
        try:
            with self.path.open("rb") as opened:
                before = os.fstat(opened.fileno())
                body = opened.read()
                after = os.fstat(opened.fileno())
        except OSError as exc:
            raise BadRequest(f"{_shown(self.path)} {_in_words(exc)}") from exc
        if (before.st_size, before.st_mtime_ns) != (len(body), after.st_mtime_ns):
            raise BadRequest(f"{_shown(self.path)} changed while it was read: add it when it is complete")
        return body


def look_at(content: Content, *, recipe: Recipe) -> Reading:
    """What a run would read of the file; raises a DataError as the run would, without advice about a data set."""
    from lambdas.model.reading.object_reader import read_text

    with without_advice(content.name, model=recipe.model):
        text = unpack(content.name, content=content.body, model=recipe.model)
        reading = read_text(content.name, text=text, recipe=recipe, last=last_day(datetime.now(UTC)))
    if asks_for_nights(recipe):
        night_of(content.name)
    return reading


def hidden_rows(content: Content, *, reading: Reading) -> str:
    """Of lines that look like rows and lie inside of quoted cells, in a sentence; empty where there are none.

    Two stray quotes can be a cell by the grammar of CSV. Such a cell holds, for each of its line ends, the commas of
    a whole row; a text of several lines seldom does.
    """
    if not reading.extent.inner_line_ends:
        return ""
    text = unpack(content.name, content=content.body, model="")
    found = [(line, _hidden_in(fields)) for line, fields in records(text)]
    hidden = sum(rows for _, rows in found)
    if not hidden:
        return ""
    line, most = max(found, key=lambda each: each[1])
    return (
        f"{content.name} has quoted cells with lines that look like rows: {hidden:,} in all, {most:,} in the record"
        f" that begins on line {line:,}; a quote too many reads so"
    )


def _hidden_in(fields: list[str]) -> int:
    """How many line ends lie in cells of the record that look like several rows."""
    commas = len(fields) - 1
    ends = ((count_lines(f"{cell}.".encode()) - 1, cell.count(",")) for cell in fields if not cell.isprintable())
    return sum(lines for lines, found in ends if lines and commas and found >= lines * commas)


@contextmanager
def without_advice(name: str, *, model: str) -> Iterator[None]:
    """Take the advice about a file of a data set from a DataError: this file is in none yet."""
    try:
        yield
    except DataError as exc:
        raise type(exc)(exc.message.removesuffix(f" {way_out(name, model=model)}"), **exc.details) from exc


def why_left_out(rows: LeftOut) -> str:
    """The reasons, each with its rows."""
    from lambdas.model.reading.tolerance import in_words

    return in_words(rows.facts)


def read_own_keys(content: Content, *, recipe: Recipe) -> Words | None:
    """Of the rows of a file that no run has split yet; None where the split is row by row. Raises a DataError."""
    from lambdas.model.splitting.keys import read_keys
    from lambdas.model.splitting.split import Draw

    text = unpack(content.name, content=content.body, model=recipe.model)
    return read_keys(content.name, text=text, draw=Draw.first(recipe, salt=""), model=recipe.model)


def asks_for_nights(recipe: Recipe) -> bool:
    """Whether the names of the files have to tell their dates."""
    by_nights = recipe.split.by is not None and recipe.split.column is None
    return by_nights or (recipe.window is not None and recipe.window.column is None)


def read_dates(content: Content, *, column: str, recipe: Recipe) -> Span:
    """The first date and the last one of the rows of a file. Raises a DataError."""
    from lambdas.model.splitting.days import read_span

    text, last = unpack(content.name, content=content.body, model=recipe.model), last_day(datetime.now(UTC))
    return read_span(content.name, text=text, column=column, model=recipe.model, last=last)


def foresee(table: Table, *, recipe: Recipe) -> None:
    """Raises EstimatorUnsupported when the scorecard of a fit on these rows would be too large to be served."""
    from lambdas.model.training import trial

    trial.foresee(recipe, train=table)


def expected(table: Table, *, recipe: Recipe) -> Expected | None:
    """About how large a model of these rows becomes; None where the number of rows is no matter, or is small.

    Raises EstimatorUnsupported as `foresee` does.
    """
    from lambdas.model.training import trial

    with redirect_stdout(sys.stderr):  # as the function may print, which must not mix with JSON output
        return trial.expected(recipe, train=table)


def tuned(table: Table, *, recipe: Recipe) -> Foretold | None:
    """What the search for the best parameters comes to on these rows; None where the recipe asks for none."""
    from lambdas.model.training.search import foretelling

    with redirect_stdout(sys.stderr):
        return foretelling.foretold(recipe, train=table, clock=time.monotonic)


def check_room(sizes: Iterable[tuple[int, int]], *, recipe: Recipe, settings: StageSettings) -> None:
    """Raises DatasetTooLarge when a run of the stage had not the memory for tables of so many rows and bytes."""
    from lambdas.model.data import room

    given = task_sizes(settings)
    each = list(sizes)
    largest, whole = (tuple(map(of, zip((0, 0), *each, strict=True))) for of in (max, sum))
    held_out = round(recipe.split.holdout_ratio * whole[0])
    of_tasks = [
        (room.PREPROCESS, "preprocess", largest),  # which has one file in memory at a time
        (room.EVALUATE, "evaluate", (held_out, 0)),  # by its rows alone
    ]
    if why_in_one_piece(recipe):  # else the number of rows is no matter
        of_tasks.append((train_demand(recipe), "train", whole))
    for wanted, function, (rows, table_bytes) in of_tasks:
        room.check_size(
            wanted, rows=rows, table_bytes=table_bytes, memory_mb=given[function].memory_mb, recipe=recipe
        )


def why_in_one_piece(recipe: Recipe) -> str:
    """Why Train has all rows in memory at once; an empty text where it reads them part by part."""
    from lambdas.model.training import estimator

    try:
        with redirect_stdout(sys.stderr):  # as the function may print, which must not mix with JSON output
            return estimator.why_in_one_piece(recipe)
    except NightswapError as exc:  # which is another check's to tell
        return exc.message


def train_demand(recipe: Recipe) -> Demand:
    """What Train takes where all rows are in memory."""
    from lambdas.model.data import room
    from lambdas.model.training import estimator

    try:
        with redirect_stdout(sys.stderr):
            return estimator.train_demand(recipe)
    except NightswapError:  # which is another check's to tell
        return room.TRAIN


def format_for(recipe: Recipe) -> str:
    """The name of the format that serves the recipe's model; an empty text where none takes its estimator."""
    from lambdas.model.training import estimator

    try:
        with redirect_stdout(sys.stderr):
            return estimator.format_for(recipe)
    except NightswapError:  # which is another check's to tell
        return ""


def enough_for_both(recipe: Recipe) -> int:
    """How many rows of a class in one file are sure to reach the training part and the holdout."""
    from lambdas.model.splitting import split

    return split.enough_for_both(recipe.split.holdout_ratio)


def _problem_of_name(name: str) -> str:
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "has a name that is not UTF-8: rename it"
    if not name.isprintable():
        return "has a line break or another character that cannot be seen in its name: rename it"
    return f"has a name of more than {KEY_BYTES_MAX} bytes: rename it" if len(encoded) > KEY_BYTES_MAX else ""


def _problem_of_kind(path: Path) -> str:
    try:
        found = path.stat()
    except FileNotFoundError:
        return "is a link to a file that is not there" if path.is_symlink() else "is not there"
    except OSError as exc:
        return _in_words(exc)
    if stat.S_ISDIR(found.st_mode):
        return "is a folder: name its files, such as FOLDER/*.csv"
    if not stat.S_ISREG(found.st_mode):
        return "is no file but a device or a pipe: write it into a file"
    return f"has {found.st_size:,} bytes: {SIZE_IN_WORDS}" if found.st_size > FILE_BYTES else ""


def _in_words(exc: OSError) -> str:
    if isinstance(exc, PermissionError):
        return "cannot be read: you have no permission to"
    return f"cannot be read ({exc.strerror or type(exc).__name__})"


def _shown(file: Path) -> str:
    """The path, printable whatever its bytes are."""
    path = os.fsencode(file).decode("utf-8", "backslashreplace")
    return path if path.isprintable() else quoted(path, 300)
