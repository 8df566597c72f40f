"""The processor time that processes take, second by second: of the server, and of the generator beside it.

Linux alone tells it, in /proc. A process counts with those that it started.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
EVERY_SECONDS = 1.0
PARENT, USER, SYSTEM = 1, 11, 12
"""Where they stand after the name of a process. Source: proc(5), /proc/PID/stat."""


@dataclass
class Watched:
    """Of each name, how much of one core its processes took in each second since the start."""

    shares: dict[str, list[float]] = field(default_factory=dict)

    def mean(self, name: str) -> float:
        """Of one core; 0 where nothing was seen."""
        seen = self.shares.get(name) or [0.0]
        return sum(seen) / len(seen)


@contextmanager
def watching(roots: Callable[[], Mapping[str, int]], *, every_seconds: float = EVERY_SECONDS) -> Iterator[Watched]:
    """Meanwhile; `roots` tells the first process of each name, as far as they have started."""
    watched, over = Watched(), threading.Event()

    def watch() -> None:
        before = _taken(roots())
        begun = time.perf_counter()
        while not over.wait(every_seconds):
            now, at = _taken(roots()), time.perf_counter()
            for name, seconds in now.items():
                share = max(0.0, seconds - before.get(name, seconds)) / (at - begun)
                watched.shares.setdefault(name, []).append(share)
            before, begun = now, at

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        over.set()
        thread.join()


def _taken(roots: Mapping[str, int]) -> dict[str, float]:
    """Seconds of a processor, since they started; what has ended meanwhile is missing, so a share may be too low."""
    table = processes()
    return {name: sum(table[each][1] for each in family(root, table)) for name, root in roots.items()}


def family(root: int, table: Mapping[int, tuple[int, float]]) -> set[int]:
    """The process and all that it started, as far as they live.

    >>> sorted(family(1, {1: (0, 0.1), 2: (1, 0.1), 3: (2, 0.1), 4: (0, 0.1)}))
    [1, 2, 3]
    """
    found = {root} & table.keys()
    while more := {each for each, (parent, _) in table.items() if parent in found} - found:
        found |= more
    return found


def processes() -> dict[int, tuple[int, float]]:
    """Parent and seconds of each."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        found[int(folder.name)] = int(fields[PARENT]), (int(fields[USER]) + int(fields[SYSTEM])) / TICKS
    return found
