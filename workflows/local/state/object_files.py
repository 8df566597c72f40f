"""Writes the files of an S3 object, its bytes and its description: all of them get their names, or none does.

The emulator gives each its name as soon as it is written, and only logs that it could not be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from workflows.local.state import disk_full, whole_files

UNFINISHED = ".tmp"
"""The suffix of a file without its name, which the emulator has for them too, and does not load."""


class WholeFiles:
    """Files below the folder, which is named where it has no room left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: list[tuple[Path, Path]] = []
        self._failed: OSError | None = None

    def write(self, path: str, data: bytes | str, **_: Any) -> None:
        """Write the file aside; `all_or_nothing` gives it its name, together with the others of the object."""
        unfinished = Path(f"{path}{UNFINISHED}")
        try:
            unfinished.touch(0o600)
            unfinished.write_bytes(data.encode() if isinstance(data, str) else data)
        except OSError as error:
            self._failed = error  # the emulator only logs it
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        self._written.append((unfinished, Path(path)))

    @contextmanager
    def all_or_nothing(self, undo: Callable[[], None], *, writes: bool = True, lasts: bool = True) -> Iterator[None]:
        """Every file that is written inside gets its name; or none does, and `undo` makes memory agree with the disk.

        The emulator swallows what goes wrong. With `writes`, to write nothing is to fail. What `lasts` is on the disk
        before it has its name: a power loss leaves no empty file in registry or ledger.
        """
        self._written.clear()
        self._failed = None
        yield
        if self._failed is None and (self._written or not writes):
            for unfinished, path in self._written:
                if lasts:
                    whole_files.sync(unfinished)
                unfinished.replace(path)
            return
        for unfinished, _ in self._written:
            unfinished.unlink(missing_ok=True)
        undo()
        disk_full.check(self._folder)
        with disk_full.needed(self._folder):
            raise self._failed or OSError("the object could not be written: the log says why")
