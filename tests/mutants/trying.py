"""Tries mistakes in copies of the project: which test fails first, and passes again without the mistake."""

from __future__ import annotations

import compileall
import json
import math
import os
import re
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clone import LINKED
from tests.mutants.drawing import PLACES, ROOT, Mutant

LEFT_OUT = (*LINKED, ".venv-packages", ".git", ".nightswap", ".mypy_cache", ".ruff_cache", ".hypothesis")
MEMORY_BYTES = 12 * 2**30
TEST_SECONDS = 120
OPTIONS = ("-x", "-q", "--no-header", "-p", "no:cacheprovider", f"--timeout={TEST_SECONDS}", "-m", "not real_data")
PASSED, NONE_COLLECTED = 0, 5
OUT_OF_TIME = "session-timeout: "
ENDED = "pytest ended before any test"
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Trial:
    """`caught_by` is the first test that failed, or None for a mistake that every test passed over.

    `ring` counts from 1, the nearest. Where that test fails without the mistake too, it catches nothing, and what
    comes after it was not asked: `fails_anyway` names it.
    """

    mutant: Mutant
    caught_by: str | None
    ring: int | None = None
    fails_anyway: str | None = None
    is_asked_whole: bool = True
    """False where the time was over before all tests had been asked that might reach it."""


class Copy:
    """The project in `folder`, with this checkout's environments and a pytest that has loaded the libraries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns(*LEFT_OUT, "__pycache__")
        shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)
        for name in LINKED:
            (folder / name).symlink_to(ROOT / name)
        self._is_compiled = False
        self._said = folder.with_name(f"{folder.name}-said.txt")
        self._reached = folder.with_name(f"{folder.name}-reached.json")
        self._server = subprocess.Popen(
            [folder / ".venv" / "bin" / "python", "tests/mutants/server.py"],
            cwd=folder,
            env={**os.environ, "COLUMNS": "300"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=_bounded,
        )

    def close(self) -> None:
        self._server.communicate()

    def recorded(self, test: str) -> dict[str, Any]:
        """What a test file reaches: see `server.recorded`."""
        if not self._is_compiled:
            for place in PLACES[1:]:
                compileall.compile_dir(self.folder / place, quiet=1)
            self._is_compiled = True
        self._end([test], reached=self._reached)
        found: dict[str, Any] = json.loads(self._reached.read_bytes())
        return found

    def first_failure(self, tests: list[str], *, within_seconds: float = math.inf) -> str | None:
        """The failing test's name, or the file that cannot be imported, or ENDED, or OUT_OF_TIME."""
        if not tests:
            return None
        bounds = [f"--session-timeout={within_seconds}"] if within_seconds < math.inf else []
        said = self._end([*bounds, *tests])
        return self._end([*bounds, *tests]) if said == ENDED else said  # perhaps by the machine, not the mistake

    def _end(self, arguments: list[str], *, reached: Path | None = None) -> str | None:
        order = {"arguments": [*OPTIONS, *arguments], "said": str(self._said), "reached": reached and str(reached)}
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        if int(self._server.stdout.readline()) in (PASSED, NONE_COLLECTED):
            return None
        text = self._said.read_text(errors="replace")
        return failed_in(text) or (OUT_OF_TIME if OUT_OF_TIME in text else ENDED)


def tried(
    mutant: Mutant, *, copy: Copy, rings: list[list[str]], first: int = 1, within_seconds: float = math.inf
) -> Trial:
    """By the tests of these rings, of which the first has the number `first`."""
    path = copy.folder / mutant.file
    sound = path.read_bytes()
    _write(path, mutant.content(copy.folder))
    try:
        found = (
            (ring, copy.first_failure(tests, within_seconds=within_seconds))
            for ring, tests in enumerate(rings, start=first)
        )
        ring, caught_by = next((each for each in found if each[1]), (None, None))
    finally:
        _write(path, sound)
    if caught_by == OUT_OF_TIME:
        return Trial(mutant, None, is_asked_whole=False)
    if caught_by and "::" in caught_by and copy.first_failure([caught_by.partition("::")[0]]):
        return Trial(mutant, None, fails_anyway=caught_by)
    return Trial(mutant, caught_by, ring)


def _write(path: Path, content: bytes) -> None:
    """With a later time each: Python takes bytecode by the source's time and size, and copies keep theirs."""
    written_at = path.stat().st_mtime + 2
    path.write_bytes(content)
    os.utime(path, (written_at, written_at))


def failed_in(summary: str) -> str | None:
    """The test that failed, or the file that could not be imported, by pytest's summary.

    >>> failed_in("FAILED tests/test_a.py::test_b[a reason of some words] - Failed: DID NOT RAISE")
    'tests/test_a.py::test_b[a reason of some words]'
    >>> failed_in("ERROR tests/test_a.py")
    'tests/test_a.py'
    """
    found = FAILED.search(summary)
    return found.group(1) if found else None


def _bounded() -> None:
    """A mistake can make a loop endless: its memory has a bound, and pytest's time-out ends it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
