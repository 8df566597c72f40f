"""No regular expression takes longer than its text is long: what somebody sends must not hold a function.

A pattern is written where it can be found: as text in a call of `re`, in pieces only at a module's top, where it may
be a `Pattern` of chalicelib.values too.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalicelib.values import Pattern

ROOT = Path(__file__).parents[3]
SECONDS = 25
"""Of processor time, for all patterns together: they take a few."""
SEARCHING = {"search", "finditer", "findall", "sub", "subn", "split"}
OTHER_ENVIRONMENT = {"stepfunctions", "serve", "ministack", "hypercorn"}
"""What a module may import that is not in this environment; its patterns are found as texts."""
MADE_WHEN_ASKED = {
    "chalicelib/values.py": "every Pattern, which stands at a module's top",
    "chalicelib/settings/schedules.py": "the words of one field, which repeat nothing",
    "workflows/definitions/checks/integrations.py": "a pattern of botocore's own service models",
    "workflows/deploying/leftovers.py": "the stage's name between two marks",
}
"""Where a pattern is made in a function, and of what."""


@dataclass(frozen=True)
class Found:
    pattern: str
    flags: int
    whole: bool
    """Matched from end to end, or from the start, and never searched for."""


def files() -> list[Path]:
    folders = ("chalicelib", "lambdas", "workflows")
    return [ROOT / "app.py", *(file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))]


@dataclass(frozen=True)
class Call:
    """Of `re`, with a pattern."""

    method: str
    pattern: ast.expr
    at: tuple[int, int]

    @property
    def text(self) -> str | None:
        """The pattern; None where it is put together."""
        return as_text(self.pattern.value) if isinstance(self.pattern, ast.Constant) else None


def calls(tree: ast.AST) -> Iterator[Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method), args=[pattern, *_]):
                if method != "escape":
                    yield Call(method, pattern, (node.lineno, node.col_offset))
            case ast.Call(func=ast.Name(id="Pattern"), args=[pattern]):
                yield Call("compile", pattern, (node.lineno, node.col_offset))


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def at_the_top(file: Path) -> list[tuple[str, re.Pattern[str]]]:
    """All patterns of a module, those too that it compiles later."""
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    if name.endswith("__main__"):
        return []
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as missing:
        assert missing.name in OTHER_ENVIRONMENT, missing
        return []
    found = vars(module).items()
    later = [(each, re.compile(value.pattern)) for each, value in found if isinstance(value, Pattern)]
    return later + [(each, value) for each, value in found if isinstance(value, re.Pattern)]


def as_text(pattern: Any) -> str:
    return pattern.decode("latin-1") if isinstance(pattern, bytes) else str(pattern)


def is_searched_for(name: str, text: str) -> bool:
    return any(f"{name}.{method}(" in text for method in SEARCHING)


def found() -> set[Found]:
    everything = set()
    for file in files():
        text = file.read_text("utf-8")
        for name, pattern in at_the_top(file):
            everything.add(
                Found(as_text(pattern.pattern), pattern.flags & ~re.UNICODE.value, not is_searched_for(name, text))
            )
        for call in calls(parsed(file)):
            if call.text is not None and call.method != "compile":
                everything.add(Found(call.text, 0, call.method not in SEARCHING))
    return everything


def tried(patterns: list[dict[str, Any]], *, seconds: int) -> str:
    """The last line of what the process said: "all", or the pattern that used up its time."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.source.pumping", str(seconds)],
        cwd=ROOT,
        input=json.dumps(patterns),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.stdout.splitlines()[-1]


def test_every_pattern_is_as_fast_as_its_text_is_long() -> None:
    patterns = [
        {"pattern": each.pattern, "flags": each.flags, "whole": each.whole} for each in sorted(found(), key=str)
    ]

    assert len(patterns) > 20
    assert tried(patterns, seconds=SECONDS) == "all"


@pytest.mark.parametrize(
    ("pattern", "whole"),
    [
        (r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", True),
        (r"(a+)+b", True),
        (r"\s*(\w+)\s*=\s*(.*)\s*;", True),
        (r"^\s*([a-z]+)", False),
        (r"([^@\s]+)+@", True),
    ],
)
def test_pattern_that_is_worse_than_linear_is_found(pattern: str, whole: bool) -> None:
    flags = re.MULTILINE.value

    assert tried([{"pattern": pattern, "flags": flags, "whole": whole}], seconds=2) == pattern


def test_patterns_are_written_where_they_can_be_found() -> None:
    hidden = {str(file.relative_to(ROOT)): in_functions(parsed(file)) for file in files()}

    assert {file: found for file, found in hidden.items() if found and file not in MADE_WHEN_ASKED} == {}


def in_functions(tree: ast.Module) -> list[str]:
    """The patterns that are put together where a function runs."""
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    inside = {call.at for function in functions for call in calls(function)}
    return [ast.unparse(call.pattern) for call in calls(tree) if call.at in inside and call.text is None]
