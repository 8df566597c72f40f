"""What the product's modules name, as committed: every number, and every word that others read; defaults too.

numbers.txt     limits, time-outs, sizes, shares
words.txt       names of files and documents, their shapes, patterns, statuses, AWS's own words: a slip in one breaks
                no code of ours
findings.txt    what doctor and check can say: each finding with its place and its way out

make render     writes them anew
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLACES = ("app.py", "chalicelib", "lambdas", "workflows")
RECIPES = ROOT / "lambdas/recipes"
"""A user's own."""

WORD = re.compile(r"\S+")
FINDINGS = {"ok", "note", "warning", "error"}
"""The functions of FINDING_MODULE that make one."""
FINDING_MODULE = "workflows.doctor.finding"
NAMES = (ast.Name, ast.Attribute, ast.expr_context)
STRUCTURE = (*NAMES, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.Call, ast.keyword)


def named(wanted: Callable[[ast.expr], bool]) -> str:
    """One line for each value that is wanted, as its module says it."""
    return _by_file(lambda source: _lines(source, wanted))


def findings() -> str:
    """One line for each finding, and for each text that one of them has by a name, as the source spells them."""
    return _by_file(_findings)


def _by_file(lines: Callable[[str], Iterator[str]]) -> str:
    files = [found for place in PLACES for found in sorted((ROOT / place).rglob("*.py")) or [ROOT / place]]
    return "".join(
        f"{file.relative_to(ROOT)}: {line}\n"
        for file in files
        if file.parent != RECIPES
        for line in lines(file.read_text("utf-8"))
    )


def has_number(value: ast.expr) -> bool:
    return any(isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in ast.walk(value))


def is_words(value: ast.expr) -> bool:
    """A word, or what is made of words and of names alone: a collection, a shape, a pattern."""
    found = [each for each in ast.walk(value) if not isinstance(each, STRUCTURE)]
    return bool(found) and all(
        isinstance(each, ast.Constant) and isinstance(each.value, str) and WORD.fullmatch(each.value)
        for each in found
    )


def _findings(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    if not any(isinstance(node, ast.ImportFrom) and node.module == FINDING_MODULE for node in tree.body):
        return
    nodes = sorted((node for node in ast.walk(tree) if hasattr(node, "lineno")), key=lambda node: node.lineno)
    found = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in FINDINGS]
    used = {each.id for call in found for each in ast.walk(call) if isinstance(each, ast.Name)}
    for node in nodes:
        named = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in used and _has_text(node.value)
        if named or node in found:
            yield _in_a_line(ast.get_source_segment(source, node) or "")


def _in_a_line(segment: str) -> str:
    return " ".join(segment.split()).replace("( ", "(").replace(", )", ")").replace(" )", ")")


def _has_text(value: ast.expr) -> bool:
    return any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in ast.walk(value))


def _lines(source: str, wanted: Callable[[ast.expr], bool]) -> Iterator[str]:
    tree = ast.parse(source)
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        value = getattr(node, "value", None)
        if value is not None and all(ast.unparse(each).isupper() for each in targets) and wanted(value):
            yield f"{', '.join(map(ast.unparse, targets))} = {ast.unparse(value)}"
    for name, value in _defaults(tree):
        if wanted(value):
            yield f"{name} = {ast.unparse(value)}"


def _defaults(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What a field of a class or a parameter is by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                target = each.targets[0] if isinstance(each, ast.Assign) else getattr(each, "target", None)
                value = getattr(each, "value", None)
                if isinstance(target, ast.Name) and value is not None:
                    yield f"{node.name}.{target.id}", value
        elif isinstance(node, ast.FunctionDef):
            given = node.args
            placed = [*given.posonlyargs, *given.args]
            pairs = [*zip(placed[len(placed) - len(given.defaults) :], given.defaults, strict=True)]
            pairs += [(name, value) for name, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value]
            yield from ((f"{node.name}({name.arg})", value) for name, value in pairs)


GOLDEN: dict[Path, Callable[[], str]] = {
    Path(__file__).with_name("numbers.txt"): lambda: named(has_number),
    Path(__file__).with_name("words.txt"): lambda: named(is_words),
    Path(__file__).with_name("findings.txt"): findings,
}

if __name__ == "__main__":
    for path, said in GOLDEN.items():
        path.write_text(said())
