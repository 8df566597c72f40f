"""Every example in a docstring is run by a target of the Makefile."""

from __future__ import annotations

import ast
import doctest
import shlex
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.contract.source.sources import ROOT

PLACES = ("app.py", "chalicelib", "lambdas", "workflows", "benchmarks", "tests")
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
READ = doctest.DocTestParser()


def with_examples() -> Iterator[str]:
    for place in PLACES:
        for path in [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py")):
            documented = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, DOCUMENTED)]
            if any(READ.get_examples(ast.get_docstring(node) or "") for node in documented):
                yield str(path.relative_to(ROOT))


def run_by_make() -> set[str]:
    """The files and folders that the suites of `make test-all` give to pytest."""
    said = subprocess.run(
        ["make", "--dry-run", "test-all"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    suites = [shlex.split(line.partition(" -m ")[2]) for line in said.splitlines() if " -m pytest " in line]
    return {
        word
        for words in suites
        for before, word in pairwise(words)
        if before != "--ignore" and (ROOT / word).exists()
    }


def test_every_example_is_run() -> None:
    run = run_by_make()

    forgotten = [
        file for file in with_examples() if not run & {file, *(str(folder) for folder in Path(file).parents)}
    ]

    assert forgotten == []
