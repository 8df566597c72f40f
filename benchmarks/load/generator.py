"""Runs Locust in its own environment, and reads what it counted."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType

from benchmarks.load import counted
from benchmarks.load.counted import Counted
from benchmarks.load.scenarios import Scenario

ROOT = Path(__file__).resolve().parents[2]
LOCUST = ROOT / ".venv-load" / "bin" / "locust"
FILE = Path(__file__).with_name("locustfile.py")
STOPPING_SECONDS = 10
"""For the requests in flight when the scenario ends."""
MISSING = f"{LOCUST.relative_to(ROOT)} is missing: make setup-load"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, which every user sends again and again."""

    host: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: str | None = None

    def plan(self, *, scenario: str, time_factor: float, counted: Path) -> dict[str, object]:
        """What the locustfile reads."""
        named = f"{self.method} {self.path.partition('?')[0]}"
        asked = {**asdict(self), "headers": dict(self.headers), "name": named}
        return {**asked, "scenario": scenario, "time_factor": time_factor, "counted": str(counted)}


class GeneratorFailed(Exception):
    """Locust ended without its counts."""


def seconds(scenario: Scenario, *, time_factor: float) -> float:
    """How long the scenario takes."""
    return 60 * scenario.minutes * time_factor


def run(
    asked: Asked, scenario: str, *, time_factor: float, started: Callable[[int], None] = lambda _: None
) -> Counted:
    """`started` gets the process of Locust. Raises GeneratorFailed."""
    if not LOCUST.exists():
        raise GeneratorFailed(MISSING)
    with tempfile.TemporaryDirectory(prefix="nightswap-load-") as made:
        plan, found, log = (Path(made) / name for name in ("plan.json", "counted.json", "locust.log"))
        told = asked.plan(scenario=scenario, time_factor=time_factor, counted=found)
        plan.write_text(json.dumps(told), "utf-8")
        with log.open("wb") as output:
            process = subprocess.Popen(command(), cwd=ROOT, env=environment(plan), stdout=output, stderr=output)
            try:
                started(process.pid)
                process.wait()
            finally:
                process.kill()
                process.wait()
        if not found.exists():
            raise GeneratorFailed(f"Locust ended with {process.returncode}:\n{log.read_text('utf-8')[-2_000:]}")
        return counted.read(json.loads(found.read_text("utf-8")))


def command() -> list[str]:
    quiet = ("--headless", "--skip-log-setup", "--stop-timeout", f"{STOPPING_SECONDS}")
    return [str(LOCUST), "-f", str(FILE), *quiet, "--exit-code-on-error", "0"]


def environment(plan: Path) -> dict[str, str]:
    """Locust finds the modules of this folder by the path of the project alone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "LOAD_PLAN": str(plan)}
