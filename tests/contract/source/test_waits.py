"""Whoever waits for a network or for another program says for how long.

The clients of AWS have their time-outs in `test_deadlines.py`.
"""

from __future__ import annotations

import ast
from functools import cache

from tests.contract.source import sources

WAITING = {
    *("urlopen", "create_connection", "HTTPConnection", "HTTPSConnection"),
    *("subprocess.run", "subprocess.check_output", "subprocess.check_call", "subprocess.call", "communicate"),
}
WITHOUT_END = {
    "workflows/packaging/wheels.py": "uv has time-outs of its own for each answer, and a large wheel may take long",
    "workflows/packaging/bytecode.py": "a compiler of files that are here waits for nobody",
}
"""Files that may wait as long as the program that they start, and why."""


@cache
def waits() -> list[tuple[str, ast.Call]]:
    return [
        (file, node)
        for file in sources.files()
        for node in ast.walk(sources.tree(file))
        if isinstance(node, ast.Call) and ends_in(ast.unparse(node.func))
    ]


def ends_in(function: str) -> bool:
    return any(function == name or function.endswith(f".{name}") for name in WAITING)


def is_bounded(call: ast.Call) -> bool:
    return any(
        each.arg == "timeout" and not (isinstance(each.value, ast.Constant) and each.value.value is None)
        for each in call.keywords
    )


def test_wait_for_a_network_or_a_program_has_an_end_but_in_the_files_that_say_why_not() -> None:
    endless = [(file, f"line {call.lineno}: {ast.unparse(call)}") for file, call in waits() if not is_bounded(call)]

    assert len(waits()) > len(endless)
    assert [each for each in endless if each[0] not in WITHOUT_END] == []
    assert {file for file, _ in endless} == WITHOUT_END.keys()
