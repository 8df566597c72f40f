"""Twenty real kills, at moments that a seed draws: the live model answers after each, and the record stays whole."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from chalicelib.names import document_name
from tests.clone import LocalUp
from tests.faults.processes import worker

KILLS = 20
SEED = 20261121
LATEST = 0.8
"""Of the time that a calm run takes: a kill that comes later finds nothing to end."""
EVERY_FIFTH = 5
"""Ends the local AWS itself."""
ENDS = {"Promoted", "RetrainFailed"}
QUERY = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"


def start(up: LocalUp) -> str:
    answer = up.call("POST", "/retrain", {"force": True})
    assert answer.status == 202, answer
    return str(answer.body["run"])


def kill_what_runs(up: LocalUp, run: str, *, after_seconds: float) -> str | None:
    """SIGKILL for the worker of the run's present task; the state's name, or None when nothing was running."""
    deadline = time.monotonic() + after_seconds
    while time.monotonic() < deadline:
        time.sleep(0.02)
    while (found := up.call("GET", f"/runs/{run}").body)["status"] != "ended":
        running = [each["state"] for each in found["states"] if each["status"] == "running"]
        process = worker(up, f"nightswap-local-{document_name(running[-1]).replace('_', '-')}") if running else None
        if process is not None:
            os.kill(process, signal.SIGKILL)
            return str(running[-1])
    return None


def check(up: LocalUp) -> None:
    """What has to hold after every kill."""
    answer = up.call("GET", QUERY)
    live = up.live()
    verified = up.clone.nightswap("verify")

    assert (answer.status, answer.body["label"]) == (200, "attack")
    assert answer.body["model_version"] == live["model_version"]
    assert live["weights"] == {}
    assert verified.returncode == 0, verified.stdout + verified.stderr


def calm_run_seconds(up: LocalUp) -> float:
    begun = time.monotonic()
    assert up.retrain(force=True)["outcome"] == "Promoted"
    return time.monotonic() - begun


def kill_one(up: LocalUp, run: str, data: Path, *, number: int, after_seconds: float) -> tuple[LocalUp, str | None]:
    """The local AWS that goes on afterwards, and what was killed."""
    if number % EVERY_FIFTH != EVERY_FIFTH - 1:
        return up, kill_what_runs(up, run, after_seconds=after_seconds)
    time.sleep(after_seconds)
    os.kill(up.server_pid, signal.SIGKILL)
    up.process.wait(timeout=30)
    return up.clone.up("--data", str(data)).serving(), "the local AWS"


@pytest.mark.timeout(600)
def test_twenty_kills_lose_nothing_and_never_take_the_live_model_away(
    up: LocalUp, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw = random.Random(SEED)
    killed: list[str] = []
    outcomes: list[str] = []
    latest_seconds = LATEST * calm_run_seconds(up)

    try:
        while len(killed) < KILLS:
            run = start(up)
            moment = draw.random() * latest_seconds
            up, what = kill_one(up, run, data, number=len(killed), after_seconds=moment)
            killed += [what] if what else []
            outcomes.append(up.ended(run)["outcome"])
            check(up)
        calm = up.retrain(force=True)
    finally:
        up.interrupt()

    with capsys.disabled():
        print(f"\n{len(killed)} kills in {', '.join(killed)}; outcomes {', '.join(outcomes)}")  # noqa: T201
    assert set(outcomes) <= ENDS, outcomes
    assert calm["outcome"] == "Promoted"
