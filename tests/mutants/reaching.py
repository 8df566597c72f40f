"""Which test files reach a mistake: they run its statement, open its file, or start a program that loads it.

Each test file is run once, alone, and what it reached is kept until that file changes, or a helper that it imports.
Where a file of the product has changed since, a test that ran any of it counts as reaching all of it.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.mutants.drawing import ROOT, Mutant, product
from tests.mutants.nearness import distances

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]+")


@dataclass(frozen=True)
class Reached:
    """What one test file ran: by file of the product its lines, and the file's digest then; see `server.recorded`."""

    test: str
    seconds: float
    lines: dict[str, list[int]]
    opened: list[str]
    starts: bool
    passed: bool
    digests: dict[str, str]

    @classmethod
    def of(cls, test: str, record: Mapping[str, Any], *, root: Path = ROOT) -> Reached:
        """From what `server.recorded` found of a test file in the project at `root`."""
        helpers = [file for file in distances(root, test) if file.startswith("tests/")]
        return cls(test=test, **record, digests={file: digest(root / file) for file in (*helpers, *record["lines"])})

    def is_of_today(self, *, root: Path = ROOT) -> bool:
        """Whether the test and its helpers are those that were run."""
        return all(
            (root / file).is_file() and digest(root / file) == then
            for file, then in self.digests.items()
            if file.startswith("tests/")
        )

    def reaches(self, mutant: Mutant, *, root: Path = ROOT) -> bool:
        if mutant.file in self.opened or (self.starts and mutant.file in distances(root, self.test)):
            return True
        found = places(mutant.file, mutant.edit.line, root=root)
        return any(self._ran(file, lines, root=root) for file, lines in found.items())

    def _ran(self, file: str, lines: frozenset[int], *, root: Path) -> bool:
        if file.startswith("tests/"):
            return file in distances(root, self.test)
        ran = self.lines.get(file, [])
        return bool(ran) and (not lines.isdisjoint(ran) or self.digests[file] != digest(root / file))


def write(reached: Reached, *, kept: Path) -> None:
    _place(reached.test, kept).write_text(json.dumps(asdict(reached)))


def read(test: str, *, kept: Path, root: Path = ROOT) -> Reached | None:
    """None where it was never written, test or helpers have changed, or it failed and did not run to its end."""
    place = _place(test, kept)
    found = Reached(**json.loads(place.read_text())) if place.is_file() else None
    return found if found and found.passed and found.is_of_today(root=root) else None


def _place(test: str, kept: Path) -> Path:
    return kept / f"{test.replace('/', '+')}.json"


@cache
def places(file: str, line: int, *, root: Path = ROOT) -> dict[str, frozenset[int]]:
    """By file, the lines that whoever runs one of them reaches the line: of its statement, or of those that use it.

    What stands in no function runs when its file is loaded: a constant is reached where it is named, in the product
    or in tests, and anything else by all that load its file.
    """
    name = _constant(_parsed(root / file), line)
    if name is None:
        return {file: _with(root / file, line)}
    named = {each: _naming(root / each, name) for each in product(root)}
    helpers = {str(path.relative_to(root)): _naming(path, name) for path in (root / "tests").rglob("*.py")}
    return {each: lines for each, lines in (named | helpers).items() if lines}


def _constant(tree: ast.Module, line: int) -> str | None:
    """The name that a statement of the module gives to a constant."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno <= line <= (node.end_lineno or 0):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and CONSTANT.fullmatch(target.id):
                return target.id
    return None


def _naming(path: Path, name: str) -> frozenset[int]:
    if name not in _text(path):
        return frozenset()
    return frozenset().union(*(_with(path, line) for line in _uses(_parsed(path), name)))


def _uses(tree: ast.Module, name: str) -> Iterator[int]:
    for node in ast.walk(tree):
        if (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)) or (
            isinstance(node, ast.Attribute) and node.attr == name
        ):
            yield node.lineno


def _with(path: Path, line: int) -> frozenset[int]:
    """The lines that run where a line runs: of its statement, of the function that it begins, or else of its file."""
    around = [node for node in _statements(_parsed(path)) if node.lineno <= line <= (node.end_lineno or 0)]
    functions = [node for node in around if isinstance(node, FUNCTIONS)]
    if not functions:
        return frozenset(range(1, len(_text(path).splitlines()) + 1))
    inner = around[-1]
    if isinstance(inner, FUNCTIONS):
        return frozenset(range(inner.body[0].lineno, (inner.end_lineno or 0) + 1))
    within = [node.lineno for node in _statements(inner) if node is not inner]
    end = min(within) - 1 if within else inner.end_lineno or 0
    return frozenset(range(inner.lineno, max(line, end) + 1))


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """From the outermost to the innermost."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.stmt))


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(_text(path))


@cache
def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
