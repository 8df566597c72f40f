"""What the product's modules name, as committed: every number, and every word that others read.

numbers.txt     limits, time-outs, sizes, shares
words.txt       names of files and documents, keys, statuses, AWS's own words: a slip in one breaks no code of ours

make render     writes both anew
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("app.py", "chalicelib", "lambdas", "workflows")
RECIPES = ROOT / "lambdas/recipes"
"""A user's own."""

WORD = re.compile(r"[\w.:/*<>=+-]+")
STRUCTURE = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.Name, ast.Attribute, ast.expr_context)


def named(wanted: Callable[[ast.expr], bool]) -> str:
    """One line for each value that is wanted, as its module says it."""
    files = [found for place in PLACES for found in sorted((ROOT / place).rglob("*.py")) or [ROOT / place]]
    return "".join(
        f"{file.relative_to(ROOT)}: {line}\n"
        for file in files
        if file.parent != RECIPES
        for line in _lines(file.read_text("utf-8"), wanted)
    )


def has_number(value: ast.expr) -> bool:
    return any(isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in ast.walk(value))


def is_words(value: ast.expr) -> bool:
    """A word, or a collection of words and of other modules' names for words."""
    found = [each for each in ast.walk(value) if not isinstance(each, STRUCTURE)]
    return bool(found) and all(
        isinstance(each, ast.Constant) and isinstance(each.value, str) and WORD.fullmatch(each.value)
        for each in found
    )


def _lines(source: str, wanted: Callable[[ast.expr], bool]) -> Iterator[str]:
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        value = getattr(node, "value", None)
        if value is not None and all(ast.unparse(each).isupper() for each in targets) and wanted(value):
            yield f"{', '.join(map(ast.unparse, targets))} = {ast.unparse(value)}"


GOLDEN = {
    Path(__file__).with_name("numbers.txt"): has_number,
    Path(__file__).with_name("words.txt"): is_words,
}

if __name__ == "__main__":
    for path, wanted in GOLDEN.items():
        path.write_text(named(wanted))
