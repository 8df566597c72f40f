"""Writes files completely or not at all, even if the process or the machine ends meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".tmp"
"""The suffix of a file that is being written."""


def write(path: Path, body: bytes, *, syncs_folder: bool = True) -> None:
    """Make `body` the file's content: a reader, or a power loss, meets the old one or the new one.

    Who writes many files of a folder calls `sync` once, after them.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    if syncs_folder:
        sync(path.parent)


@contextmanager
def growing(path: Path) -> Iterator[BinaryIO]:
    """Yields what is written to become the file's content at the end; where it does not come to that, nothing is."""
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file to the disk, or the names in a folder: a renamed file may else be lost by a power loss."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
