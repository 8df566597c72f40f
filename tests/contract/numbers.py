"""Every number that the product's modules name: limits, time-outs, sizes, shares, as committed.

make render     writes them anew
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("numbers.txt")
PLACES = ("app.py", "chalicelib", "lambdas", "workflows")
RECIPES = ROOT / "lambdas/recipes"
"""A user's own."""


def named() -> str:
    """One line for each, as its module says it."""
    files = [found for place in PLACES for found in sorted((ROOT / place).rglob("*.py")) or [ROOT / place]]
    return "".join(
        f"{file.relative_to(ROOT)}: {line}\n"
        for file in files
        if file.parent != RECIPES
        for line in _lines(file.read_text("utf-8"))
    )


def _lines(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        value = getattr(node, "value", None)
        if value is not None and all(ast.unparse(each).isupper() for each in targets) and _has_number(value):
            yield f"{', '.join(map(ast.unparse, targets))} = {ast.unparse(value)}"


def _has_number(value: ast.expr) -> bool:
    return any(isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in ast.walk(value))


if __name__ == "__main__":
    GOLDEN.write_text(named())
