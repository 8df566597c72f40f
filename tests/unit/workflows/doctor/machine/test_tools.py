"""The tools of the machine: each finding, word by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflows.doctor.finding import error, ok
from workflows.doctor.machine.tools import check_tools


def test_machine_with_all_tools_is_in_order(tmp_path: Path) -> None:
    uv = tmp_path / ".venv-uv/bin/uv"
    uv.parent.mkdir(parents=True)
    uv.touch()

    assert list(check_tools(tmp_path, python=(3, 12), which=lambda tool: tool)) == [
        ok("Python 3.12 is supported", where="python"),
        ok("is installed", where="git"),
        ok("is installed", where="make"),
        ok("is installed", where=".venv-uv"),
    ]


def test_machine_without_any_is_told_of_each_with_the_way_out(tmp_path: Path) -> None:
    assert list(check_tools(tmp_path, python=(3, 10), which=lambda _: None)) == [
        error(
            "Python 3.10 is not supported: expected 3.11 to 3.13",
            where="python",
            way_out="make clean, then make setup PYTHON=python3.13",
        ),
        error("is not installed", where="git", way_out="install git"),
        error("is not installed", where="make", way_out="install make"),
        error("uv is missing, which fetches packages and layers", where=".venv-uv", way_out="make setup"),
    ]


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 10), "error"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "error"), ((4, 0), "error")],
)
def test_python_has_to_be_one_that_lambda_has(tmp_path: Path, version: tuple[int, int], expected: str) -> None:
    python, *_ = check_tools(tmp_path, python=version, which=lambda tool: tool)

    assert (python.where, python.severity) == ("python", expected)
