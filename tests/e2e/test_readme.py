"""Every command of README is run, as it stands there, in the order in which it stands there."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import http_connections
from tests.clone import ROOT, Clone, LocalUp

README = (ROOT / "README.md").read_text()
DONE_ELSEWHERE = {"make run": "tests/e2e/conftest.py", "make test": "this very run"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line not in DONE_ELSEWHERE]


def loans(count: int = 1000) -> str:
    draw = random.Random(3)
    lines = ["age,income,housing,purpose,paid"]
    for _ in range(count):
        income = draw.randint(5_000, 100_000)
        row = (draw.randint(18, 90), income, draw.choice(("own", "rent")), draw.choice(("car", "school", "trip")))
        lines.append(",".join(map(str, row)) + (",yes" if income > 40_000 else ",no"))
    return "\n".join(lines) + "\n"


@pytest.fixture
def shell(up: LocalUp, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a terminal in the clone: `nightswap` on the path, and for stage prod an account that is
    the local AWS under its address, as a user's profile would name a real one."""
    for name, command in (("nightswap", "python -m workflows.cli"), ("chalice", "chalice")):
        script = tmp_path / name
        script.write_text(f'#!/bin/sh\nexec {Path(sys.executable).parent}/{command} "$@"\n')
        script.chmod(0o755)
    (up.clone.folder / "loans.csv").write_text(loans())
    yield up.clone.environment | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": up.endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "TOKEN": up.token,
    }


def run(clone: Clone, line: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        cwd=clone.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_commands_of_readme_do_what_it_says(up: LocalUp, shell: dict[str, str]) -> None:
    (up.clone.folder / "lambdas" / "recipes" / "loans.py").write_text(blocks("python")[0])
    http_connections.write(up.clone.folder / "FILE", http_connections.rows(seed=9))

    said = {}
    for line in commands():
        done = run(up.clone, line, shell)
        said[line] = done.stdout

        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    (up.clone.folder / "lambdas" / "recipes" / "loans.py").unlink()

    assert "Promoted" in said["nightswap retrain --model loans --watch"]
    assert '"label": "paid"' in said["nightswap predict --model loans age=40 income=52000 housing=own purpose=car"]
    assert "Promoted" in said["nightswap retrain --watch --stage prod"]
    assert "was live already" in said["nightswap restore kdd99-http"]


def test_chalice_deploy_by_itself_updates_the_app(up: LocalUp, shell: dict[str, str]) -> None:
    before = up.url, up.call("GET", "/health", token="").status

    done = run(up.clone, "chalice deploy --stage local", shell)

    assert done.returncode == 0, done.stderr
    assert (up.url, up.call("GET", "/health", token="").status) == before


def test_the_exchange_of_readme_is_real(up: LocalUp, shell: dict[str, str]) -> None:
    block = next(block for block in blocks("console")).replace("\\\n", "")
    asked = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]

    for line in asked:
        done = run(up.clone, line.replace("http://127.0.0.1:8000", up.url) + " -s -f", shell)

        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
