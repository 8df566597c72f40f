"""The server's log: bounded, and a full disk costs lines of it, never the server."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TextIO, cast

LIMIT_BYTES = 5_000_000
"""Then the log becomes the previous one, which a new one begins after: twice this is the most that both take."""


def install(log: Path, *, previous: Path) -> None:
    """Bound what this process prints, if that goes to `log`: who started it by hand reads it elsewhere."""
    if not log.exists() or not os.path.samestat(os.fstat(1), log.stat()):
        return
    sys.stdout = sys.stderr = cast("TextIO", ServerLog(log, previous=previous, descriptors=(1, 2)))


class ServerLog(io.TextIOBase):
    """A text stream over the descriptors, which all lead to the file `log`."""

    def __init__(
        self, log: Path, *, previous: Path, descriptors: tuple[int, ...], limit_bytes: int = LIMIT_BYTES
    ) -> None:
        self._log = log
        self._previous = previous
        self._descriptors = descriptors
        self._limit_bytes = limit_bytes

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        try:
            os.write(self._descriptors[0], text.encode(errors="backslashreplace"))
            if text.endswith("\n") and os.fstat(self._descriptors[0]).st_size > self._limit_bytes:
                self._begin_anew()
        except OSError:  # who would be told? What the line was about is more important than the line
            pass
        return len(text)

    def _begin_anew(self) -> None:
        self._log.replace(self._previous)
        fresh = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for each in self._descriptors:
            os.dup2(fresh, each)
        os.close(fresh)
