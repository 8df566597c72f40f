from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workflows import person

ROOT = Path(__file__).parents[3]


def failing(error: Exception) -> Callable[[], str]:
    def ask() -> str:
        raise error

    return ask


@pytest.mark.parametrize(
    "error", [KeyError("getpwuid(): uid not found: 12345"), OSError("No username"), ImportError()]
)
def test_user_without_a_name_is_called_by_his_number(error: Exception) -> None:
    assert person.name(asked=failing(error), uid=lambda: 12345) == "uid 12345"


@pytest.mark.parametrize(("given", "expected"), [("ada\n", "ada"), ("\x1b", "uid 7"), (" ", "uid 7"), ("é", "é")])
def test_name_is_printable(given: str, expected: str) -> None:
    assert person.name(asked=lambda: given, uid=lambda: 7) == expected


def test_name_is_bounded() -> None:
    assert person.name(asked=lambda: "a" * 10_000) == "a" * person.LONGEST


def test_process_without_any_name_in_its_environment_has_a_holder_of_the_lock() -> None:
    script = "from workflows.deploying.lock import Holder; print(Holder.this_process('deploy').who)"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, check=True
    )

    assert done.stdout.strip()
