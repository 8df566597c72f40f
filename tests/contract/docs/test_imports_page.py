"""docs/imports.md: what it has a reader run names the columns of a file, and its versions and figures are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.errors import ImportRefused
from lambdas import recipes
from lambdas.model.formats.onnx.checking import IR_VERSIONS, OPSETS, REPEATING
from lambdas.model.formats.onnx.inputs_and_outputs import SCORES
from lambdas.model.training.imported import fitted
from lambdas.model.training.imported_answers import ROWS
from tests.contract.docs import pages
from tests.given import foreign_graphs as graphs

PAGE = pages.PAGES["imports.md"]
(SNIPPET,) = [block for block in pages.blocks(PAGE, "python") if "import onnx" in block]


def named(content: bytes, file: Path) -> bytes:
    """After what the page has a reader do."""
    file.write_bytes(content)
    exec(SNIPPET.replace('"mine.onnx"', repr(str(file))), {})  # noqa: S102  # what the page has a reader run
    return file.read_bytes()


def test_snippet_writes_the_names_of_the_columns_which_are_then_checked(tmp_path: Path) -> None:
    file = tmp_path / "mine.onnx"
    recipe = recipes.load("kdd99-http")

    assert fitted(graphs.content(), recipe=recipe).facts["warnings"][1:] != []
    assert fitted(named(graphs.content(), file), recipe=recipe).facts["warnings"][1:] == []
    with pytest.raises(ImportRefused, match="asks for columns that the recipe does not have: dst_bytes, duration"):
        fitted(named(graphs.content(), file), recipe=graphs.recipe())


def test_versions_operators_and_rows_are_those_of_the_checks() -> None:
    versions = re.search(
        r"opset (\d+) to (\d+), and of ai\.onnx\.ml (\d+) to (\d+); the IR version (\d+) to (\d+)", PAGE
    )

    assert versions
    assert [*map(int, versions.groups())] == [*OPSETS[""], *OPSETS["ai.onnx.ml"], *IR_VERSIONS]
    assert f"answers {ROWS} rows" in PAGE
    assert all(name in PAGE for name in (*REPEATING, *SCORES))
