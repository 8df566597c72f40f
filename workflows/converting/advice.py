"""Says of a file that cannot be read whether converting it would help."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.errors import (
    BadRequest,
    ColumnMissing,
    DataError,
    NightswapError,
    ObjectUnreadable,
    ValueMissing,
    ValueUnparsable,
)
from workflows.checking.file import File, LocalFile
from workflows.converting.convert import convert
from workflows.converting.written_dates import BY_NAME

CONVERTIBLE = (ColumnMissing, ObjectUnreadable, ValueUnparsable)
CONVERTED = "It can be converted:"


@contextmanager
def advised(file: File) -> Iterator[None]:
    """Add to an error about the file the command that converts it, where that would write it otherwise."""
    try:
        yield
    except CONVERTIBLE as exc:
        command = way_out(exc, file=file)
        told = f" {CONVERTED} {command}" if command else ""
        raise type(exc)(f"{exc.message}{told}", **exc.details) from exc


@contextmanager
def corrected(label: str) -> Iterator[None]:
    """Add to an error about the file of a first model, which is in no data set yet, what its owner can do."""
    try:
        yield
    except DataError as exc:
        raise type(exc)(f"{exc.message} {_first_way(exc, label=label)}".rstrip(), **exc.details) from exc


def _first_way(error: DataError, *, label: str) -> str:
    if CONVERTED in error.message:
        return ""
    if isinstance(error, ColumnMissing):
        return "Correct the file, or name another column with --label"
    if isinstance(error, ValueMissing) and error.details.get("column") == label:
        return "Delete the rows without a label, or write one"
    return "Correct the file"


def way_out(error: NightswapError, *, file: File) -> str:
    """The command; an empty text where it would not help."""
    if not isinstance(error, CONVERTIBLE):
        return ""
    try:
        converted = convert(file.name, file.read())
    except BadRequest:
        return ""
    changes = converted.changes
    if isinstance(error, ValueUnparsable):  # else the file would stay as bad as it is
        changes = [each for each in changes if each.startswith(f"{error.details.get('column')}: ")]
    path = file.path if isinstance(file, LocalFile) else file.name
    command = f"nightswap data convert {shlex.quote(str(path))}"
    if isinstance(error, ValueUnparsable) and error.details.get("column") in converted.doubts:
        one, other = BY_NAME
        return f"{command} --dates {one} (or {other})"
    return command if changes else ""
