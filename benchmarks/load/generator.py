"""Runs Locust in its own environment, alone or by Taurus, and reads what it counted."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType

from benchmarks.load import counted
from benchmarks.load.counted import Counted
from benchmarks.load.scenarios import Scenario

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".venv-load" / "bin"
FOLDER = Path(__file__).parent
STOPPING_SECONDS = 10
"""For the requests in flight when the scenario ends."""
LOOK_SECONDS = 0.05
MISSING = "Locust and Taurus are not installed: make setup-load"


class Marks:
    """The files by which this process and the generator's tell each other how far they are."""

    def __init__(self, folder: Path) -> None:
        self.answered, self.enough, self.counted = (folder / name for name in ("answered", "enough", "counted.json"))
        """There was a first answer; the scenario may end when its time is over; and what was counted."""

    def paths(self) -> dict[str, str]:
        return {name: str(path) for name, path in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, which every user sends again and again."""

    host: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: str | None = None

    def plan(self, *, scenario: str, time_factor: float, marks: Marks) -> dict[str, object]:
        """What the locustfile reads."""
        named = f"{self.method} {self.path.partition('?')[0]}"
        asked = {**asdict(self), "headers": dict(self.headers), "name": named}
        return {**asked, "scenario": scenario, "time_factor": time_factor, **marks.paths()}


class GeneratorFailed(Exception):
    """Locust ended without its counts."""


def seconds(scenario: Scenario, *, time_factor: float) -> float:
    """How long the scenario takes."""
    return 60 * scenario.minutes * time_factor


def run(
    asked: Asked,
    scenario: str,
    *,
    time_factor: float,
    by_taurus: bool = False,
    started: Callable[[int], None] = lambda _: None,
    answered: Callable[[], None] = lambda: None,
    is_enough: Callable[[], bool] = lambda: True,
) -> Counted:
    """`started` gets the process of the generator, `answered` is called at the first answer, and while `is_enough`
    says no the load goes on, for `STAYING_SECONDS` beyond its time at most. Raises GeneratorFailed.
    """
    if not TOOLS.exists():
        raise GeneratorFailed(MISSING)
    with tempfile.TemporaryDirectory(prefix="nightswap-load-") as made:
        plan, log, marks = Path(made) / "plan.json", Path(made) / "generator.log", Marks(Path(made))
        told = asked.plan(scenario=scenario, time_factor=time_factor, marks=marks)
        plan.write_text(json.dumps(told), "utf-8")
        command = _taurus(scenario, Path(made)) if by_taurus else _locust()
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=made, env=_environment(plan), stdout=output, stderr=output)
            try:
                started(process.pid)
                _watched(process, marks, answered=answered, is_enough=is_enough)
            finally:
                process.kill()
                process.wait()
        if not marks.counted.exists():
            raise GeneratorFailed(f"{command[0]} ended with {process.returncode}:\n{log.read_text('utf-8')[-2_000:]}")
        return counted.read(json.loads(marks.counted.read_text("utf-8")))


def _watched(
    process: subprocess.Popen[bytes], marks: Marks, *, answered: Callable[[], None], is_enough: Callable[[], bool]
) -> None:
    """Waits for its end."""
    was_told = False
    while process.poll() is None:
        if not was_told and marks.answered.exists():
            was_told = True
            answered()
        if is_enough():
            marks.enough.touch()
        time.sleep(LOOK_SECONDS)


def _locust() -> list[str]:
    quiet = ("--headless", "--skip-log-setup", "--stop-timeout", f"{STOPPING_SECONDS}")
    return [str(TOOLS / "locust"), "-f", str(FOLDER / "locustfile.py"), *quiet, "--exit-code-on-error", "0"]


def _taurus(scenario: str, folder: Path) -> list[str]:
    options = (f"settings.artifacts-dir={folder}/artifacts", "modules.console.disable=true")
    return [str(TOOLS / "bzt"), *(each for option in options for each in ("-o", option)), str(taurus_file(scenario))]


def taurus_file(scenario: str) -> Path:
    return FOLDER / "taurus" / f"{scenario}.yml"


def _environment(plan: Path) -> dict[str, str]:
    """The locustfile finds the modules beside it by the project's path; Taurus writes a file at home."""
    path = f"{TOOLS}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(plan.parent), "PYTHONPATH": str(ROOT), "LOAD_PLAN": str(plan)}
