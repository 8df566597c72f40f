"""Runs a command and watches its process from its start to its end: seconds, processor seconds, peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from typing import NamedTuple


class Watched(NamedTuple):
    output: str
    wall: float
    processor: float
    """Seconds, of all its threads, its own and the system's for it."""
    peak_memory: float
    """MB that lay in memory at once."""


def watched(command: Sequence[str], *, told: str = "") -> Watched:
    """The process with `told` on its standard input. Raises CalledProcessError where it fails.

    Linux counts the memory of whoever starts a process as its own until the process is another program, so a figure
    that is no larger than that says nothing, and is refused.
    """
    begun = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        process.stdin.write(told)
        process.stdin.close()
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    if usage.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        raise AssertionError(f"{command[0]} took less memory than the process that measures it")
    return Watched(output, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
