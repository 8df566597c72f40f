"""Reports that a disk or a quota is full.

What the local AWS acknowledges is on disk, so that a stop or a kill loses nothing. It refuses a write that finds no
room by name: the emulator by itself would answer that all is well, and hold the object in memory.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeGuard
from xml.sax.saxutils import escape

REFUSAL = "InsufficientStorage"
"""The code of S3's answer, which AWS does not know; `chalicelib.aws.calls` does."""
STATUS = 507
"""By this name HTTP has it. botocore does not try again after it."""

Answer = tuple[int, dict[str, str], bytes]


class DiskFull(Exception):
    """Nothing more can be written. A function that cannot be started fails with this name, as with that of our own
    error in `chalicelib.errors`."""


def is_full(error: BaseException) -> TypeGuard[OSError]:
    """Whether this says that there is no room: a disk, a quota or a limit of a file's size.

    >>> [is_full(OSError(each, "...")) for each in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES)]
    [True, True, True, False]
    """
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def message(folder: Path) -> str:
    """What to do about it.

    >>> message(Path("/home/me/nightswap/.nightswap"))
    'no room is left in /home/me/nightswap/.nightswap: make some, then try again; what was saved there is safe'
    """
    return f"no room is left in {folder}: make some, then try again; what was saved there is safe"


@contextmanager
def needed(folder: Path) -> Iterator[None]:
    """The code inside writes to the folder; raises DiskFull."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull(message(folder)) from error
        raise


def check(folder: Path, *, size_bytes: int = 1_000_000) -> None:
    """Write and remove so many bytes; raises DiskFull."""
    probe = folder / "room"
    try:
        with needed(folder):
            probe.write_bytes(bytes(size_bytes))
    finally:
        probe.unlink(missing_ok=True)


def refusing(handle: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """S3's `handle`, with DiskFull as an answer."""

    async def run(*arguments: Any, **options: Any) -> Answer:
        try:
            return await handle(*arguments, **options)
        except DiskFull as error:
            body = f"<Error><Code>{REFUSAL}</Code><Message>{escape(str(error))}</Message></Error>"
            return STATUS, {"Content-Type": "application/xml"}, body.encode()

    return run
