"""Tries mistakes in copies of the project: which test fails first, and passes again without the mistake."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.clone import LINKED
from tests.mutants.cases import RINGS
from tests.mutants.drawing import ROOT, Mutant
from tests.mutants.nearness import rings

LEFT_OUT = (*LINKED, ".venv-packages", ".git", ".nightswap", ".mypy_cache", ".ruff_cache", ".hypothesis")
MEMORY_BYTES = 12 * 2**30
TEST_SECONDS = 120
PASSED, NONE_COLLECTED = 0, 5
ENDED = "pytest ended before any test"
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Trial:
    """`caught_by` is the first test that failed, or None for a mistake that every test passed over.

    Where that test fails without the mistake too, it catches nothing, and what comes after it was not asked:
    `fails_anyway` names it.
    """

    mutant: Mutant
    caught_by: str | None
    fails_anyway: str | None = None


def copied(folder: Path) -> Path:
    """The project in `folder`, with this checkout's environments."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT, "__pycache__"), dirs_exist_ok=True)
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    return folder


def tried(mutant: Mutant, *, copy: Path) -> Trial:
    path = copy / mutant.file
    sound = path.read_bytes()
    _write(path, mutant.content(copy))
    try:
        caught_by = next(
            (found for ring in rings(mutant.file)[:RINGS] if (found := _first_failure(ring, copy=copy))), None
        )
    finally:
        _write(path, sound)
    if caught_by and "::" in caught_by and _first_failure([caught_by.partition("::")[0]], copy=copy):
        return Trial(mutant, None, fails_anyway=caught_by)
    return Trial(mutant, caught_by)


def _write(path: Path, content: bytes) -> None:
    """With a later time each: Python takes bytecode by the source's time and size, and copies keep theirs."""
    written_at = path.stat().st_mtime + 2
    path.write_bytes(content)
    os.utime(path, (written_at, written_at))


def _first_failure(tests: list[str], *, copy: Path) -> str | None:
    """The failing test's name, or the file that cannot be imported, or ENDED."""
    if not tests:
        return None
    said = _end(tests, copy=copy)
    return _end(tests, copy=copy) if said == ENDED else said  # the machine, not the mistake, may have ended it


def _end(tests: list[str], *, copy: Path) -> str | None:
    options = [
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        f"--timeout={TEST_SECONDS}",
        "-m",
        "not real_data",
    ]
    done = subprocess.run(
        [copy / ".venv" / "bin" / "python", "-m", "pytest", *options, *tests],
        cwd=copy,
        env={**os.environ, "COLUMNS": "300"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=_bounded,
    )
    if done.returncode in (PASSED, NONE_COLLECTED):
        return None
    return failed_in(done.stdout) or ENDED


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
