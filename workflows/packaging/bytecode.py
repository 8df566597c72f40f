"""Compiles a folder's modules for Lambda's Python.

A function's code lies where nothing can be written, so a module that is not compiled here is compiled at every cold
start. The bytecode is never checked against its source (unchecked-hash): the dates in a zip file mean nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.errors import PackagingFailed

VERSION_SECONDS = 10.0


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs on this machine. `version` is exact: releases may compile the same source differently."""

    path: Path
    version: str


def interpreter(python: str, *, environ: Mapping[str, str] | None = None) -> Interpreter | None:
    """A Python of that version, such as 3.13: our own, one on PATH, or one that pyenv or uv keeps; else None."""
    for path in _candidates(python, os.environ if environ is None else environ):
        version = _version(path)
        if version is not None and version.startswith(f"{python}."):
            return Interpreter(path, version)
    return None


def compile_folder(folder: Path, *, compiler: Interpreter, seen_at: str) -> None:
    """Write the bytecode of every module beside it, with tracebacks that name the file below `seen_at`.

    A module that does not compile (some libraries ship templates) goes without. Raises PackagingFailed when the
    compiler itself fails.
    """
    command = [compiler.path, "-s", "-S", "-B", "-c", _COMPILE, folder, seen_at]
    done = subprocess.run(
        [str(each) for each in command],
        # One order of hashing, so that sets in the bytecode are written in one order.
        env={"PYTHONHASHSEED": "0", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PackagingFailed(
            f"{compiler.path} could not compile {folder}: {done.stderr.strip()}; build again, or take that Python"
            " from PATH to go without bytecode",
            problem="compiler",
        )


_COMPILE = """
import py_compile, sys
from pathlib import Path

folder, seen_at = sys.argv[1:]
for path in sorted(Path(folder).rglob("*.py")):
    name = path.relative_to(folder).as_posix()
    try:
        py_compile.compile(
            str(path),
            dfile=f"{seen_at}/{name}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except py_compile.PyCompileError:
        print(name, "does not compile")
"""


def _candidates(python: str, environ: Mapping[str, str]) -> Iterator[Path]:
    yield Path(sys.executable)
    for folder in filter(None, environ.get("PATH", "").split(os.pathsep)):
        yield Path(folder) / f"python{python}"
    home = Path(environ.get("HOME", "/nonexistent"))
    kept = (
        Path(environ.get("PYENV_ROOT", home / ".pyenv")) / "versions",
        home / ".local" / "share" / "uv" / "python",
    )
    for versions in kept:
        yield from sorted(versions.glob(f"*{python}*/bin/python{python}"))


def _version(path: Path) -> str | None:
    """What it says; None where it is not there, or is a stand-in that runs nothing, as pyenv's may be."""
    if not path.is_file():
        return None
    try:
        done = subprocess.run(
            [str(path), "-I", "-S", "-c", "import platform; print(platform.python_version())"],
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
