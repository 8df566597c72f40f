"""Checks the tools of the machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from workflows.doctor.finding import Finding, error, ok

OLDEST, NEWEST = (3, 11), (3, 13)
TOOLS = {"git": "install git", "make": "install make"}


def check_tools(
    root: Path,
    *,
    python: tuple[int, int] = sys.version_info[:2],
    which: Callable[[str], str | None] = shutil.which,
) -> Iterator[Finding]:
    """Python's version, git and make, and the uv that fetches everything else."""
    yield _python(python)
    for tool, way_out in TOOLS.items():
        if which(tool):
            yield ok("is installed", where=tool)
        else:
            yield error("is not installed", where=tool, way_out=way_out)
    uv = root / ".venv-uv" / "bin" / "uv"
    if uv.exists():
        yield ok("is installed", where=".venv-uv")
    else:
        yield error("uv is missing, which fetches packages and layers", where=".venv-uv", way_out="make setup")


def _python(version: tuple[int, int]) -> Finding:
    """`chalice deploy` by itself runs the app on the developer's version, so it has to be one that Lambda has too.

    Source: chalice 1.34, chalice/config.py, `Config.lambda_python_version`.
    """
    name = f"Python {version[0]}.{version[1]}"
    if OLDEST <= version <= NEWEST:
        return ok(f"{name} is supported", where="python")
    oldest, newest = (".".join(map(str, each)) for each in (OLDEST, NEWEST))
    return error(
        f"{name} is not supported: expected {oldest} to {newest}",
        where="python",
        way_out=f"make clean, then make setup PYTHON=python{newest}",
    )
