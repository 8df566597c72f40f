"""Which tests to ask first about a file: those named as it, those that import it, then all the others.

A mistake is most often found by the nearest tests, in a second; only what they miss costs a run of all.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.mutants.drawing import PLACES, ROOT

FAST = ("tests/unit", "tests/contract", "tests/fakes", "tests/e2e")


def rings(file: str, *, root: Path = ROOT) -> list[list[str]]:
    """Paths for pytest, in the order in which to run them; every fast test and doctest is in one ring."""
    tests = [str(path.relative_to(root)) for folder in FAST for path in sorted((root / folder).rglob("test_*.py"))]
    module = file.removesuffix(".py").replace("/", ".")
    mirrored = Path("tests/unit", file)
    near = [
        test
        for test in tests
        if Path(test).parent == mirrored.parent and Path(test).stem.startswith(f"test_{mirrored.stem}")
    ]
    importing = [test for test in tests if test not in near and module in _imports(root / test)]
    others = [test for test in tests if test not in near and test not in importing]
    unit = [test for test in others if test.startswith(("tests/unit", "tests/fakes"))]
    contract = [test for test in others if test.startswith("tests/contract")]
    whole = [test for test in others if test.startswith("tests/e2e")]
    first = [file, *near, *importing] if file.startswith(PLACES[1:3]) else [*near, *importing]
    return [first, unit, contract, whole]


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names
