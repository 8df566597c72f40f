"""Writes the server's log in bounded size; on a full disk its lines wait, and the server goes on."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

LIMIT_BYTES = 5_000_000
"""Then the log becomes the previous one, which a new one begins after: twice this is the most that both take."""

WAITING = 200
"""Texts that wait for room, the latest."""


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
        self._writing = threading.Lock()
        self._waiting: deque[str] = deque(maxlen=WAITING)

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._writing:
            self._waiting.append(text)
            with suppress(OSError):  # nobody could read an error here, and the work matters more than its log line
                self._catch_up()
                if text.endswith("\n") and os.fstat(self._descriptors[0]).st_size > self._limit_bytes:
                    self._begin_anew()
        return len(text)

    def _catch_up(self) -> None:
        while self._waiting:
            os.write(self._descriptors[0], self._waiting[0].encode(errors="backslashreplace"))
            self._waiting.popleft()

    def _begin_anew(self) -> None:
        self._log.replace(self._previous)
        fresh = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for each in self._descriptors:
            os.dup2(fresh, each)
        os.close(fresh)
