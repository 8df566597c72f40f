"""What `make run` installs is all that the project imports: the tools of its tests come with the tests."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from workflows.doctor.machine.environments import normalised, pins

ROOT = Path(__file__).parents[3]
LOCKS = ROOT / "workflows" / "locks"
OURS = {"chalicelib", "lambdas", "workflows", "app", "tests"}
ELSEWHERE = {
    "workflows/local": {"ministack", "hypercorn"},
    "workflows/definitions": {"stepfunctions", "sagemaker"},
    "lambdas/model/formats/onnx": {"google", "onnx"},
    "lambdas/model/formats/onnx/converting.py": {"skl2onnx"},
    "workflows/container": {"serve"},
}
"""Modules of environments of their own, of `make setup-onnx` or of an unpacked package, by the folder or the
module that may import them."""


def test_every_module_that_the_project_imports_is_in_its_lock() -> None:
    locked = {*pins((LOCKS / "project.txt").read_text("utf-8"))}
    distributions = packages_distributions()

    missing = [
        (str(path), module)
        for path, module in imported()
        if not any(normalised(name) in locked for name in distributions.get(module, []))
        and not any(path.is_relative_to(folder) and module in modules for folder, modules in ELSEWHERE.items())
    ]

    assert missing == []


def test_no_tool_of_the_tests_is_in_it() -> None:
    project, test = ({*pins((LOCKS / f"{name}.txt").read_text("utf-8"))} for name in ("project", "test"))

    assert {"pytest", "mypy", "ruff", "hypothesis", "cfn-lint"} <= test - project


def imported() -> Iterator[tuple[Path, str]]:
    """Every module of somebody else, by the file that imports it, also within a function; not for types alone."""
    for folder in ("chalicelib", "lambdas", "workflows"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in _imports(ast.parse(path.read_text("utf-8"))):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
                )
                for module in {name.partition(".")[0] for name in names}:
                    if module not in OURS | sys.stdlib_module_names and not getattr(node, "level", 0):
                        yield path.relative_to(ROOT), module


def _imports(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        yield from _imports(child)
