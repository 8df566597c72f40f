"""The local AWS is killed at random moments of its start, its work and its stop; ledger and registry lose nothing.

KILLS says how many times: `make test-all` sets 200.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.errors import LocalAwsFailed
from tests.clone import Clone, LocalUp
from tests.faults.kept import lost, on_record
from workflows.local.process import LocalAws
from workflows.local.state.state_folder import StateFolder

KILLS = int(os.environ.get("KILLS", "20"))
SEED = 20261125
EVERY_TENTH = 10
"""Is followed by the whole `make run`, which has to predict."""
PHASES = ("start", "work", "stop")
LATEST = 1.3
"""Of the time that a phase takes when nobody kills: a kill a little later meets what comes next."""
QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"


def kill_at_the_start(clone: Clone, *, after_seconds: float) -> None:
    """Kill the server so long after it was asked for; it is waited for where it is not there yet."""

    def start() -> None:
        try:
            started.append(LocalAws.start(clone.folder, short_port=0))
        except LocalAwsFailed:
            over.set()

    started: list[LocalAws] = []
    over = threading.Event()
    starting = threading.Thread(target=start)
    starting.start()
    time.sleep(after_seconds)
    while not (process := _server(clone)) and not over.wait(0.01):
        pass
    if process:
        os.kill(process, signal.SIGKILL)
    starting.join()
    for each in started:
        each.stop()


def kill_at_work(clone: Clone, up: LocalUp, *, after_seconds: float) -> None:
    aws = LocalAws.start(clone.folder, short_port=0)
    up.call("POST", "/retrain", {"force": True})
    time.sleep(after_seconds)
    _kill(aws)


def kill_at_the_stop(clone: Clone, up: LocalUp, *, after_seconds: float) -> None:
    """What is saved then is a run that has ended, and one that is going."""
    aws = LocalAws.start(clone.folder, short_port=0)
    up.retrain(force=True)
    up.call("POST", "/retrain", {"force": True})
    os.kill(aws.pid, signal.SIGTERM)
    time.sleep(after_seconds)
    _kill(aws)


def calm_seconds(clone: Clone, up: LocalUp) -> dict[str, float]:
    """What each phase takes on this machine, now."""
    moments = [time.monotonic()]
    aws = LocalAws.start(clone.folder, short_port=0)
    moments.append(time.monotonic())
    assert up.retrain(force=True)["outcome"] == "Promoted"
    moments.append(time.monotonic())
    aws.stop()
    moments.append(time.monotonic())
    return {phase: after - before for phase, before, after in zip(PHASES, moments, moments[1:], strict=False)}


def predicts(clone: Clone, few_rows: Path) -> None:
    """`make run` brings back a model that predicts, and all that was ever promoted is in order."""
    again = clone.up("--data", str(few_rows)).serving()
    answer = again.call("GET", QUERY)
    last = clone.json("history")[0]
    verified = clone.nightswap("verify")
    again.interrupt()

    assert (answer.status, answer.body["label"]) == (200, "attack"), answer
    assert answer.body["model_version"] == last["model_version"]
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.timeout(300 + 30 * KILLS)
def test_kills_of_the_local_aws_lose_no_entry_and_make_run_predicts_afterwards(
    clone: Clone, few_rows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(SEED)
    up = clone.up("--data", str(few_rows)).serving()
    up.interrupt()
    calm = calm_seconds(clone, up)
    killed: Counter[str] = Counter()
    before = on_record(clone.folder)

    for number in range(1, KILLS + 1):
        phase = PHASES[number % len(PHASES)]
        moment = draw.random() * LATEST * calm[phase]
        if phase == "start":
            kill_at_the_start(clone, after_seconds=moment)
        elif phase == "work":
            kill_at_work(clone, up, after_seconds=moment)
        else:
            kill_at_the_stop(clone, up, after_seconds=moment)
        killed[phase] += 1
        after = on_record(clone.folder)
        assert lost(before, after) == [], f"kill {number}, {moment:.3f} s into the {phase}"
        before = after
        if number % EVERY_TENTH == 0 or number == KILLS:
            predicts(clone, few_rows)
            assert lost(before, on_record(clone.folder)) == []

    with capsys.disabled():
        entries = sum(key.startswith("ledger/") for key in before)
        print(f"\n{KILLS} kills of the local AWS ({dict(killed)}): {entries} ledger entries, none lost")  # noqa: T201
    assert killed.total() == KILLS


def _server(clone: Clone) -> int | None:
    return StateFolder(clone.folder / ".nightswap").owner() or None  # 0 stands for one that has not said its id yet


def _kill(aws: LocalAws) -> None:
    if aws.alive:
        os.kill(aws.pid, signal.SIGKILL)
    aws.stop()
