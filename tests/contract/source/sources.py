"""The product's modules as sources: their syntax trees, imports and maps; and what an import loads."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCIENCE = {"numpy", "scipy", "pandas", "sklearn"}
ALLOWED = {
    "app.py": {"chalice", "chalicelib"},
    "chalicelib": {"chalicelib"},
    "chalicelib/aws": {"chalicelib", "boto3", "botocore"},
    "lambdas": {"chalicelib", "lambdas"},
    "lambdas/model": {"chalicelib", "lambdas", "threadpoolctl"} | SCIENCE,
    "lambdas/model/training/search/searching.py": {"chalicelib", "joblib", "lambdas", "threadpoolctl"} | SCIENCE,
    "lambdas/recipes": {"chalicelib", "lambdas"} | SCIENCE,
    "lambdas/model/formats/onnx": {"chalicelib", "google", "lambdas", "onnx"} | SCIENCE,
    "lambdas/model/formats/onnx/converting.py": {"chalicelib", "lambdas", "onnx", "skl2onnx"} | SCIENCE,
    "lambdas/serve": set[str](),
    "lambdas/serve/seldom/stored.py": {"boto3", "botocore"},
}
"""What each part may import beside the standard library; the longest name that fits a file counts."""
ENTRY = re.compile(r"^(\w+(?:\.py|/))(?:  .*)?$", re.MULTILINE)
"""A line of a map: a module or a folder, and what it is."""


@dataclass(frozen=True)
class Import:
    """`module` is the dotted name, for `from a.b import c` too: `a.b.c`."""

    file: str
    module: str
    is_relative: bool = False

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def is_below(self, *packages: str) -> bool:
        return any(self.module == package or self.module.startswith(f"{package}.") for package in packages)


def files(*folders: str) -> list[str]:
    """The product's modules, relative to the clone; of these folders, if any are named."""
    found = [ROOT / "app.py"]
    for package in ("chalicelib", "lambdas", "workflows"):
        found += sorted((ROOT / package).rglob("*.py"))
    names = [path.relative_to(ROOT).as_posix() for path in found]
    return [name for name in names if name.startswith(folders)] if folders else names


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below that exist when the program runs."""
    for child in ast.iter_child_nodes(node):
        if not is_for_type_checkers(child):
            yield child
            yield from nodes(child)


def imports(*folders: str) -> list[Import]:
    found = []
    for file in files(*folders):
        for node in nodes(tree(file)):
            if isinstance(node, ast.Import):
                found += [Import(file, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                stem = f"{node.module}." if node.module else ""
                found += [Import(file, f"{stem}{alias.name}", node.level > 0) for alias in node.names]
    return found


def loaded_by(module: str) -> set[str]:
    """The packages that are in memory once the module is imported, by a process with an empty environment."""
    script = (
        f"import json, sys, {module}; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@cache
def map_of(folder: str) -> list[str]:
    """The modules, as `name.py`, and the folders, as `name/`, that the docstring lists, in its order."""
    tree = ast.parse((ROOT / folder / "__init__.py").read_text(encoding="utf-8"))
    return ENTRY.findall(ast.get_docstring(tree) or "")
