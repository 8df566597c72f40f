"""Files of ONNX: those of TensorFlow and PyTorch, and small ones as a library might write them, or would not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from lambdas.model.recipe import Columns, Numeric, Recipe, at_least

FOLDER = Path(__file__).parent / "imports"
Told = tuple[str, int, Sequence[int | str] | None]
"""Name, type and shape of what a graph takes or answers."""
FLOAT, DOUBLE, INT64, STRING = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING
NUMBERS = ("a", "b", "c")
TABLES: Mapping[str, Any] = {
    "W": np.array([[1.0, -1.0], [0.5, -0.5], [-2.0, 2.0]], dtype=np.float32),
    "B": np.array([0.25, -0.25], dtype=np.float32),
}
ROWS: Told = ("X", FLOAT, ["n", 3])
SHARES: Told = ("p", FLOAT, ["n", 2])


def committed(name: str) -> bytes:
    return (FOLDER / f"{name}.onnx").read_bytes()


def answers(name: str) -> dict[str, Any]:
    """What the library that trained it answered itself."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.answers.json").read_text())
    return found


def node(kind: str, takes: str, gives: str, **given: Any) -> NodeProto:
    """`takes` and `gives` are names, separated by spaces."""
    return helper.make_node(kind, takes.split(), gives.split(), **given)


GEMM = node("Gemm", "X W B", "s")
PLAIN = (GEMM, node("Softmax", "s", "p", axis=1))


def model(
    nodes: Sequence[NodeProto] = PLAIN,
    *,
    inputs: Sequence[Told] = (ROWS,),
    outputs: Sequence[Told] = (SHARES,),
    tables: Mapping[str, Any] = TABLES,
    opset: int = 17,
    ir_version: int = 8,
    more: Sequence[tuple[str, int]] = (),
) -> ModelProto:
    """A model of two classes and three columns, unless it is told otherwise. `more` are other operator sets."""
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(*each) for each in outputs],
        [numpy_helper.from_array(array, name) for name, array in tables.items()],
    )
    opsets = [helper.make_opsetid(*each) for each in (("", opset), *more)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=ir_version)


def content(nodes: Sequence[NodeProto] = PLAIN, **given: Any) -> bytes:
    found: bytes = model(nodes, **given).SerializeToString()
    return found


def _estimator(_: Columns) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB()


def recipe(**changes: Any) -> Recipe:
    """The one that these are for."""
    fields: dict[str, Any] = {
        "model": "imported",
        "columns": [Numeric(column) for column in NUMBERS],
        "label": "y",
        "classes": {"no": "no", "yes": "yes"},
        "positive": "yes",
        "estimator": _estimator,
        "thresholds": [at_least(metric, of="yes", bound=0.3) for metric in ("recall", "precision")],
        "format": "onnx",
    }
    return Recipe(**{**fields, **changes})
