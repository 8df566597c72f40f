"""A benchmark tells what it measures when it is asked for help, and refuses an argument that it does not know."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTED = re.compile(r"python -m benchmarks\.(\w+)")
SCRIPTS = [*ROOT.glob("benchmarks/*.py"), *ROOT.glob("benchmarks/*/__main__.py")]
TEXTS = [*SCRIPTS, *ROOT.glob("docs/*.md"), ROOT / "Makefile"]
BENCHMARKS = sorted({name for text in TEXTS for name in DOCUMENTED.findall(text.read_text("utf-8"))} - {"NAME"})


def begun(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", BENCHMARKS)
def test_help_tells_what_is_measured(name: str) -> None:
    found = begun(f"benchmarks.{name}", "--help")

    assert found.returncode == 0, found.stderr
    assert len(found.stdout.split("\n\n")[1]) > 20, "what it measures stands below its usage"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_an_argument_that_is_not_known_is_refused_before_anything_is_measured(name: str) -> None:
    found = begun(f"benchmarks.{name}", "--nothing-like-it")

    assert found.returncode == 2
    assert "--nothing-like-it" in found.stderr or "are required" in found.stderr
