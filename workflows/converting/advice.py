"""Says of a file that cannot be read whether converting it would help."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.errors import BadRequest, ColumnMissing, NightswapError, ObjectUnreadable
from workflows.checking.file import File, LocalFile
from workflows.converting.convert import convert


@contextmanager
def advised(file: File) -> Iterator[None]:
    """Add to an error about the file the command that converts it, where that would write it otherwise."""
    try:
        yield
    except (ColumnMissing, ObjectUnreadable) as exc:
        command = way_out(exc, file=file)
        told = f" It can be converted: {command}" if command else ""
        raise type(exc)(f"{exc.message}{told}", **exc.details) from exc


def way_out(error: NightswapError, *, file: File) -> str:
    """The command; an empty text where it would not help."""
    if not isinstance(error, ColumnMissing | ObjectUnreadable):
        return ""
    try:
        changes = convert(file.name, file.read()).changes
    except BadRequest:
        return ""
    path = file.path if isinstance(file, LocalFile) else file.name
    return f"nightswap data convert {shlex.quote(str(path))}" if changes else ""
