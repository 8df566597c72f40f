"""Which tests to ask first about a file: those named as it and those that import it; then the others that reach it.

A mistake is most often found by the nearest tests, in a second; only what they miss costs a run of the others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.mutants.drawing import PLACES, ROOT

FAST = (
    "tests/unit",
    "tests/contract",
    "tests/fakes",
    "tests/container/test_assemble.py",
    "tests/container/test_predict.py",
    "tests/e2e",
)
UNIT = ("tests/unit", "tests/fakes", "tests/container")
WHOLE = "tests/e2e"
"""Whole jobs in processes of their own: all of them are asked about everything, last."""
LONG = "tests/e2e/commands"
"""What lies there is no fast test: `make test` leaves it out."""
CONTRACTS = {
    "": "tests/contract/source/test_numbers.py",
    "app.py": "tests/contract/api/",
    "workflows/stacks/": "tests/contract/stacks/test_golden_templates.py",
    "workflows/definitions/": "tests/contract/definition/",
}
"""By place, the tests that hold all its files, or what is made of them, against what is committed or known."""
MODULE = re.compile(r"\w+(\.\w+)*\.\w*")
"""Given to Python as a program, perhaps; or with a dot at its end to `import_module(f"lambdas.{task}")`."""
NOTHING = ast.Module(body=[], type_ignores=[])


def rings(file: str, *, reaching: list[str], root: Path = ROOT) -> list[list[str]]:
    """Paths for pytest, in the order in which to run them: the nearest; unit tests; contracts; whole jobs.

    `reaching` are the test files that reach the mistake, in the order in which to ask them.
    """
    mirrored = Path("tests/unit", file)
    held = tuple(test for folder, test in CONTRACTS.items() if file.startswith(folder))
    tests = fast(root)
    near = [
        test
        for test in tests
        if Path(test).parent == mirrored.parent and Path(test).stem.startswith(f"test_{mirrored.stem}")
    ]
    importing = [test for test in tests if test.startswith(held) or distances(root, test).get(file) == 1]
    doctests = [file] if file.startswith(PLACES[1:3]) else []
    first = list(dict.fromkeys([*doctests, *near, *importing]))
    others = [test for test in reaching if test not in first]
    unit = [test for test in others if test.startswith(UNIT)]
    contract = [test for test in others if test.startswith("tests/contract")]
    return [first, unit, contract, [test for test in tests if test.startswith(WHOLE) and test not in first]]


def might_reach(file: str, *, root: Path = ROOT) -> list[str]:
    """The test files after the nearest ring that load the file, by however many imports: those by the fewest first,
    and of these the ones from folders like the file's.

    What a test of them reaches is not known before it has run; whole jobs are not among them.
    """
    nearest, *_ = rings(file, reaching=[], root=root)
    away = {
        test: distances(root, test).get(file)
        for test in fast(root)
        if test not in nearest and not test.startswith(WHOLE)
    }
    mirrored = {*Path("tests/unit", file).parents}
    return sorted(
        (test for test, far in away.items() if far is not None),
        key=lambda test: (away[test], -len(mirrored & {*Path(test).parents}), test),
    )


def fast(root: Path = ROOT) -> list[str]:
    """The files of the fast tests."""
    found = [path for place in FAST for path in sorted((root / place).rglob("test_*.py")) or [root / place]]
    return [test for path in found if not (test := str(path.relative_to(root))).startswith(LONG)]


@cache
def distances(root: Path, test: str) -> dict[str, int]:
    """How many imports each file is away from the test; those that it loads by no way are not there."""
    found = {test: 0}
    waiting = [test]
    for file in waiting:
        for imported in _imports(root, file):
            if imported not in found:
                found[imported] = found[file] + 1
                waiting.append(imported)
    return found


@cache
def _imports(root: Path, file: str) -> tuple[str, ...]:
    """The project's files that a file imports, or that a program imports which it has as text."""
    names = dict.fromkeys(_names(ast.parse((root / file).read_bytes())))
    return tuple(path for name in names for path in _files(name, root=root) if (root / path).is_file())


def _files(module: str, *, root: Path) -> Iterator[str]:
    """Of a module, and of the packages above it, which are loaded with it; all of a package with a dot at its end."""
    parts = module.split(".")
    if parts[-1] == "":
        yield from (str(path.relative_to(root)) for path in sorted(root.joinpath(*parts).glob("*.py")))
        return
    yield f"{'/'.join(parts)}.py"
    for length in range(1, len(parts) + 1):
        yield f"{'/'.join(parts[:length])}/__init__.py"


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            program = MODULE.fullmatch(node.value)
            yield from (node.value, f"{node.value}.__main__") if program else _names(_program(node.value))


def _program(text: str) -> ast.AST:
    """Nothing where it is no program but words."""
    if "import " not in text:
        return NOTHING
    try:
        return ast.parse(text)
    except SyntaxError:
        return NOTHING
