"""A full disk, as a process meets it: none of its files may grow. It needs no privilege, and ends when it is over."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def no_room(process: int = 0) -> Iterator[None]:
    """For the process, or this one: every write to a file fails with EFBIG."""
    soft, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it may be what was ended meanwhile
            resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))
