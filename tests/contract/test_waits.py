"""Whoever waits for a network or for another program says for how long.

The clients of AWS have their time-outs in `test_deadlines.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.contract import sources

WAITING = {
    *("urlopen", "create_connection", "HTTPConnection", "HTTPSConnection"),
    *("subprocess.run", "subprocess.check_output", "subprocess.check_call", "subprocess.call", "communicate"),
}
WITHOUT_END = {
    "workflows/packaging/wheels.py": "uv has time-outs of its own for each answer, and a large wheel may take long",
    "workflows/packaging/bytecode.py": "a compiler of files that are here waits for nobody",
}
"""Files that may wait as long as the program that they start, and why."""


def waits() -> Iterator[tuple[str, ast.Call]]:
    for file in sources.files():
        for node in ast.walk(sources.tree(file)):
            if isinstance(node, ast.Call) and ends_in(ast.unparse(node.func)):
                yield file, node


def ends_in(function: str) -> bool:
    return any(function == name or function.endswith(f".{name}") for name in WAITING)


def is_bounded(call: ast.Call) -> bool:
    return any(
        each.arg == "timeout" and not (isinstance(each.value, ast.Constant) and each.value.value is None)
        for each in call.keywords
    )


@pytest.mark.parametrize(
    ("file", "call"), [pytest.param(*each, id=f"{each[0]}:{each[1].lineno}") for each in waits()]
)
def test_wait_for_a_network_or_a_program_has_an_end(file: str, call: ast.Call) -> None:
    assert is_bounded(call) or file in WITHOUT_END, ast.unparse(call)


def test_files_that_may_wait_without_an_end_do() -> None:
    assert {file for file, call in waits() if not is_bounded(call)} == WITHOUT_END.keys()
