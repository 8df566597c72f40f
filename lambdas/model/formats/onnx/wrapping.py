"""Puts a graph that was trained elsewhere between what the format gives and what it answers with.

Rows of 64-bit floats become the graph's own inputs; of its answers the probabilities and the names of classes are
made. Every operator that is added has been ONNX's own since the oldest opset that is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lambdas.model.formats.onnx.checking import domain_of
from lambdas.model.formats.onnx.signature import Signature
from lambdas.serve.onnx import INPUT, LABELS, PROBABILITIES

PREFIX = "model/"
"""Of every name of the graph, so that none is one of the format's."""
IR_VERSION = 4
"""Since which a graph's tables need not stand among its inputs."""


def wrapped(
    model: Any, taken: Signature, *, places: Sequence[int], classes: Sequence[str], width: int, is_single: bool
) -> bytes:
    """The graph of the artifact. `places` are those of the graph's columns among the `width` columns of a row;
    `is_single` says that it answers with one number a row, of the second class. The same bytes for the same file."""
    from onnx import TensorProto, compose, helper

    inner = compose.add_prefix(model, PREFIX)
    graph = inner.graph
    tables: dict[str, Any] = {}
    before = _columns(taken, places=places, tables=tables)
    after = _answers(taken, classes=classes, is_single=is_single, tables=tables)
    made = helper.make_graph(
        [*before, *map(_bare, graph.node), *after],
        "nightswap",
        [helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, [None, width])],
        [
            helper.make_tensor_value_info(LABELS, TensorProto.STRING, [None]),
            helper.make_tensor_value_info(PROBABILITIES, TensorProto.DOUBLE, [None, len(classes)]),
        ],
        [*graph.initializer, *_initializers(tables)],
        sparse_initializer=list(graph.sparse_initializer),
    )
    opsets = sorted((domain_of(each), each.version) for each in model.opset_import)
    whole = helper.make_model(
        made,
        opset_imports=[helper.make_opsetid(*each) for each in opsets],
        ir_version=max(model.ir_version, IR_VERSION),
    )
    content: bytes = whole.SerializeToString(deterministic=True)
    return content


def _columns(taken: Signature, *, places: Sequence[int], tables: dict[str, Any]) -> list[Any]:
    """From the rows to the inputs."""
    from onnx import helper

    if taken.is_array:
        (only,) = taken.inputs
        if [*places] == [*range(len(places))]:
            return [_cast(INPUT, only.name, is_double=only.is_double)]
        tables["places"] = np.array(places, dtype=np.int64)
        gather = helper.make_node("Gather", [INPUT, "places"], ["placed"], axis=1)
        return [gather, _cast("placed", only.name, is_double=only.is_double)]
    found = []
    for each, place in zip(taken.inputs, places, strict=True):
        at, column = f"place/{each.name}", f"column/{each.name}"
        tables[at] = np.array(place if len(each.shape) == 1 else [place], dtype=np.int64)
        found += [
            helper.make_node("Gather", [INPUT, at], [column], axis=1),
            _cast(column, each.name, is_double=each.is_double),
        ]
    return found


def _cast(name: str, to: str, *, is_double: bool) -> Any:
    from onnx import TensorProto, helper

    kind = TensorProto.DOUBLE if is_double else TensorProto.FLOAT
    return helper.make_node("Cast", [name], [f"{PREFIX}{to}"], to=kind)


def _answers(taken: Signature, *, classes: Sequence[str], is_single: bool, tables: dict[str, Any]) -> list[Any]:
    """From the answers to probabilities and labels."""
    from onnx import TensorProto, helper

    tables["shape"] = np.array([-1, 1 if is_single else len(classes)], dtype=np.int64)
    tables["names"] = np.array(classes, dtype=object)
    found = [
        helper.make_node("Cast", [f"{PREFIX}{taken.output}"], ["answers"], to=TensorProto.DOUBLE),
        helper.make_node("Reshape", ["answers", "shape"], ["shares" if not taken.is_score else "scores"]),
    ]
    if taken.is_score:
        found.append(
            helper.make_node("Sigmoid", ["scores"], ["shares"])
            if is_single
            else helper.make_node("Softmax", ["scores"], ["shares"], axis=1)
        )
    if is_single:
        tables["one"] = np.ones(1)
        found += [
            helper.make_node("Sub", ["one", "shares"], ["others"]),
            helper.make_node("Concat", ["others", "shares"], [PROBABILITIES], axis=1),
        ]
    else:
        found.append(helper.make_node("Identity", ["shares"], [PROBABILITIES]))
    return [
        *found,
        helper.make_node("ArgMax", [PROBABILITIES], ["best"], axis=1, keepdims=0),
        helper.make_node("Gather", ["names", "best"], [LABELS], axis=0),
    ]


def _initializers(tables: Mapping[str, Any]) -> list[Any]:
    from onnx import numpy_helper

    return [numpy_helper.from_array(array, name) for name, array in tables.items()]


def _bare(node: Any) -> Any:
    """Without what its exporter noted about it, such as the lines of a program."""
    node.ClearField("doc_string")
    node.ClearField("metadata_props")
    return node
