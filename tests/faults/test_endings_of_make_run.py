"""Whenever `make run` is ended, by Ctrl-C, by a closed terminal or by a termination, nothing of it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from itertools import product
from pathlib import Path

import pytest

from tests.clone import Clone, LocalUp, until
from tests.faults.processes import processes_in

PHASES = ("", "local AWS: up", "deployed: ", "retrain: run", "live: ", "serving on")
"""What it says last before it is ended."""


def end(up: LocalUp, number: signal.Signals) -> None:
    """Ctrl-C goes to all processes of a terminal, and so does its end; a termination is for one."""
    if number == signal.SIGTERM:
        os.kill(up.process.pid, number)
    else:
        os.killpg(up.process.pid, number)
    up.process.wait(timeout=60)


def end_at_once(up: LocalUp, number: signal.Signals) -> None:
    """A process that is only starting another one may lose a signal; a person then presses Ctrl-C again."""
    try:
        end(up, number)
    except subprocess.TimeoutExpired:
        end(up, number)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, few_rows: Path) -> Clone:
    """A clone that has run before."""
    clone = Clone(tmp_path_factory.mktemp("ended"))
    clone.make_run(f"DATA={few_rows}").serving().interrupt()
    return clone


@pytest.mark.parametrize(
    ("phase", "number"),
    [*product(PHASES, (signal.SIGINT, signal.SIGTERM)), (PHASES[-1], signal.SIGHUP)],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else value.strip(": ") or "at once",
)
def test_nothing_goes_on_after_make_run_was_ended(ready: Clone, phase: str, number: signal.Signals) -> None:
    up = ready.up() if number == signal.SIGTERM else ready.make_run()
    up.wait_for(phase)

    (end if phase else end_at_once)(up, number)

    until(lambda: processes_in(ready.folder) == [], what="all processes to end", log=lambda: up.said)
    assert "Traceback" not in up.said


def test_it_predicts_after_all_of_that(ready: Clone) -> None:
    again = ready.make_run().serving()
    answer = again.call("GET", "/predict?duration=0&src_bytes=54540&dst_bytes=8314")
    again.interrupt()

    assert (answer.status, answer.body["label"]) == (200, "attack"), answer
