"""The make targets pass their variables on, tried with a stand-in for the environments."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[3] / "Makefile"
BARE = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
"""Nothing of a make that runs the tests."""
SAYING = '#!/bin/sh\nfor each in "$@"; do echo "[$each]"; done\n'


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Whose Python says its arguments, one a line."""
    shutil.copy2(MAKEFILE, tmp_path)
    for file in (
        "pyproject.toml",
        "workflows/locks/uv.txt",
        "workflows/locks/project.txt",
        "workflows/locks/emulator.txt",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    for file in (".venv-uv/bin/uv", ".venv/bin/python", ".venv/.ready", ".venv-emulator/.ready"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(SAYING)
        (tmp_path / file).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["it's small.csv", 'a "night".csv', "a b/ä.csv", "; echo no", "$(echo no)", "#1.csv"]
)
def test_any_files_name_reaches_the_command_as_it_is(clone: Path, name: str) -> None:
    given = name.replace("$", "$$")  # as make's own manual has it

    done = subprocess.run(
        ["make", "run", f"DATA={given}", "ONCE=1"],
        cwd=clone,
        env=BARE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"[{each}]" for each in ("-m", "workflows.cli", "local", "up", "--once", "--data", name)
    ]


def test_all_tests_are_every_suite_that_there_is() -> None:
    suites = re.findall(r"^(test(?:-[a-z]+)?):.*## ", MAKEFILE.read_text(), flags=re.MULTILINE)
    (whole,) = re.findall(r"^test-all: (test .*?) *##", MAKEFILE.read_text(), flags=re.MULTILINE)

    within_make_test = {"test-all", "test-unit"}
    assert sorted(whole.split()) == sorted(set(suites) - within_make_test)
