"""Whether a test file reaches a mistake, by what it was recorded to run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants import reaching
from tests.mutants.drawing import Mutant
from tests.mutants.operators import edits
from tests.mutants.reaching import Reached

SOURCE = """\
LIMIT = 5

def first(value, most=7):
    if value > LIMIT:
        return [
            value,
        ]
    return 2

def second():
    return 3
"""
TEST, HELPER = "tests/unit/test_it.py", "tests/given/helper.py"
LOADED = [1, 3, 10]
"""The lines that run when the file is loaded."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        TEST: "import app, tests.given.helper\n",
        HELPER: "import app\n",
        "lambdas/other.py": "from app import LIMIT\n",
    }
    for file, text in {"app.py": SOURCE, **files}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    return tmp_path


def record(
    project: Path, *ran: int, opened: tuple[str, ...] = (), starts: bool = False, passed: bool = True
) -> Reached:
    lines = {"app.py": [*LOADED, *ran]}
    found = {"seconds": 1.5, "lines": lines, "opened": list(opened), "starts": starts, "passed": passed}
    return Reached.of(TEST, found, root=project)


def mistake(project: Path, line: int) -> Mutant:
    return Mutant("app.py", next(edit for edit in edits((project / "app.py").read_bytes()) if edit.line == line))


@pytest.mark.parametrize(
    ("line", "ran", "reached"),
    [
        (4, [4], True),
        (4, [11], False),
        (8, [4, 5, 6], False),
        (8, [4, 8], True),
        (1, [4], True),
        (1, [11], False),
        (3, [4], True),
        (3, [11], False),
    ],
    ids=[
        "a condition that ran",
        "a function that did not run",
        "a branch that did not run",
        "a branch that ran",
        "a constant where it is used",
        "a constant where it is not",
        "a default of a function that ran",
        "a default of one that did not",
    ],
)
def test_mistake_is_reached_by_who_runs_its_statement(
    project: Path, line: int, ran: list[int], reached: bool
) -> None:
    assert record(project, *ran).reaches(mistake(project, line), root=project) == reached


def test_file_that_a_test_opens_is_reached_whole(project: Path) -> None:
    assert record(project, opened=("app.py",)).reaches(mistake(project, 8), root=project)


def test_file_that_a_started_program_loads_is_reached_whole(project: Path) -> None:
    assert record(project, starts=True).reaches(mistake(project, 8), root=project)


def test_what_was_recorded_is_kept(project: Path) -> None:
    assert reaching.read(TEST, kept=project, root=project) is None
    reaching.write(record(project, 4, 11), kept=project)

    assert reaching.read(TEST, kept=project, root=project) == record(project, 4, 11)


def test_test_that_failed_is_recorded_anew(project: Path) -> None:
    reaching.write(record(project, 4, passed=False), kept=project)

    assert reaching.read(TEST, kept=project, root=project) is None


@pytest.mark.parametrize("file", [TEST, HELPER])
@pytest.mark.parametrize("change", [lambda path: path.write_text("import lambdas.other\n"), Path.unlink])
def test_test_is_not_known_where_it_or_its_helper_has_changed(
    file: str, change: Callable[[Path], object], project: Path
) -> None:
    reaching.write(record(project, 4), kept=project)
    reaching.digest.cache_clear()
    change(project / file)

    assert reaching.read(TEST, kept=project, root=project) is None


def test_file_that_has_changed_since_is_reached_by_all_that_ran_it(project: Path) -> None:
    known = record(project, 11)
    reaching.digest.cache_clear()
    (project / "app.py").write_text(SOURCE + "# changed\n")

    assert known.reaches(mistake(project, 8), root=project)
