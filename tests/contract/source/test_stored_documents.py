"""Every stored document is read by its shape, and returned as a record."""

from __future__ import annotations

import ast

import pytest

from tests.contract.source.sources import ROOT


@pytest.mark.parametrize("folder", ["chalicelib", "lambdas", "workflows"])
def test_every_read_of_a_document_says_its_shape(folder: str) -> None:
    shapeless = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in {"documents.find", "documents.read"}
        and not (len(call.args) == 3 or any(keyword.arg == "shape" for keyword in call.keywords))
    ]

    assert shapeless == []


LOOSE = {"Any", "dict", "Mapping"}
"""What says nothing of the fields."""


def test_public_function_returns_a_stored_document_as_a_record() -> None:
    """`documents.find` and `documents.read` give whatever JSON holds: who calls them makes a record of it."""
    readers = [
        (path, function)
        for folder in ("chalicelib", "lambdas")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.parent.name != "documents"
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        and any(
            isinstance(call, ast.Call) and ast.unparse(call.func) in {"documents.find", "documents.read"}
            for call in ast.walk(function)
        )
    ]
    loose = [
        f"{path.relative_to(ROOT)}:{function.name}"
        for path, function in readers
        if not function.name.startswith("_") and function.returns is not None
        for name in ast.walk(function.returns)
        if isinstance(name, ast.Name) and name.id in LOOSE
    ]

    assert readers
    assert loose == []
