"""The processor time of processes, as Linux tells it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping

from benchmarks.load.watching import Watched, family, processes, watching

BUSY = "while True: pass"


def test_a_process_counts_with_those_that_it_started() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = family(os.getpid(), processes())
        child.communicate(b"\n")

    assert {os.getpid(), child.pid} <= found


def test_a_process_that_has_ended_has_no_family() -> None:
    assert family(2**30, processes()) == set()


def test_a_busy_process_is_seen_and_one_that_ends_does_no_harm() -> None:
    busy = subprocess.Popen([sys.executable, "-c", BUSY])
    seen = threading.Event()

    def roots() -> Mapping[str, int]:
        if watched.shares.get("busy"):
            seen.set()
            busy.kill()
        return {"busy": busy.pid}

    watched = Watched()
    try:
        with watching(roots, every_seconds=0.05) as found:
            watched.shares = found.shares
            seen.wait()
    finally:
        busy.kill()
        busy.wait()

    assert found.mean("busy") >= 0
    assert found.mean("nobody") == 0.0
