"""Evaluate opens graphs as long as all of them fit into its memory."""

from __future__ import annotations

import pytest

from chalicelib.errors import DatasetTooLarge
from lambdas.model.formats.all_formats import FORMATS
from lambdas.opening import Opening
from tests.given import data, graphs, trees

SCARCE_MB = 1
BASE_MB = 90


def test_graphs_are_opened_while_there_is_memory_for_all_of_them() -> None:
    content = graphs.model("network").content
    opening = Opening(data.numeric_recipe(), memory_mb=BASE_MB)

    assert opening.load(FORMATS["onnx"], content).classes
    assert opening.load(FORMATS["onnx"], content).classes
    assert opening.graphs == [len(content)] * 2


def test_graph_that_there_is_no_memory_for_is_not_opened() -> None:
    opening = Opening(data.numeric_recipe(), memory_mb=SCARCE_MB)

    with pytest.raises(DatasetTooLarge, match="in Evaluate, which has 1 MB"):
        opening.load(FORMATS["onnx"], b"no graph at all")


def test_what_fits_a_package_is_opened_in_any_memory() -> None:
    of = trees.model("forest", 2, False)

    assert Opening(of.fitted.recipe, memory_mb=SCARCE_MB).load(FORMATS["trees"], of.content).classes
