"""Puts a graph that was trained elsewhere between rows of 64-bit floats and what is asked of it.

Either what it answers itself, or what an artifact answers: the probabilities, and the names of classes. Every
operator that is added has been ONNX's own since the oldest opset that is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lambdas.model.formats.onnx.checking import domain_of
from lambdas.model.formats.onnx.inputs_and_outputs import Signature
from lambdas.serve.onnx import INPUT, LABELS, PROBABILITIES

PREFIX = "model/"
"""Of every name of the graph, so that none is one of the format's."""
IR_VERSION = 4
"""Since which a graph's tables need not stand among its inputs."""


@dataclass
class Added:
    """What is put around a graph."""

    nodes: list[Any] = field(default_factory=list)
    tables: dict[str, Any] = field(default_factory=dict)

    def node(self, kind: str, takes: Sequence[str], gives: str, **given: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, takes, [gives], **given))


def asking(model: Any, taken: Signature) -> bytes:
    """The graph as it answers itself. Rows have the columns in its own order; its numbers stand in the place of
    probabilities, and their shape, as texts, in that of labels."""
    from onnx import TensorProto

    before, after = Added(), Added()
    _columns(before, taken, places=range(len(taken.inputs)), is_placed=True)
    after.node("Cast", [f"{PREFIX}{taken.output}"], PROBABILITIES, to=TensorProto.DOUBLE)
    after.node("Shape", [PROBABILITIES], "shape")
    after.node("Cast", ["shape"], LABELS, to=TensorProto.STRING)
    return _whole(model, before, after)


def wrapped(model: Any, taken: Signature, *, places: Sequence[int], classes: Sequence[str], is_single: bool) -> bytes:
    """The graph of the artifact. `places` are those of the graph's columns among the columns of a row; `is_single`
    says that it answers with one number a row, of the second class. The same bytes for the same file."""
    before, after = Added(), Added()
    _columns(before, taken, places=places, is_placed=[*places] == [*range(len(places))])
    _answers(after, taken, classes=classes, is_single=is_single)
    return _whole(model, before, after)


def _whole(model: Any, before: Added, after: Added) -> bytes:
    from onnx import TensorProto, compose, helper, numpy_helper

    graph = compose.add_prefix(model, PREFIX).graph
    tables: Mapping[str, Any] = {**before.tables, **after.tables}
    made = helper.make_graph(
        [*before.nodes, *map(_bare, graph.node), *after.nodes],
        "nightswap",
        [helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, [None, None])],
        [
            helper.make_tensor_value_info(LABELS, TensorProto.STRING, [None]),
            helper.make_tensor_value_info(PROBABILITIES, TensorProto.DOUBLE, None),
        ],
        [*graph.initializer, *(numpy_helper.from_array(array, name) for name, array in tables.items())],
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


def _columns(to: Added, taken: Signature, *, places: Sequence[int], is_placed: bool) -> None:
    """From the rows to the inputs."""
    if taken.is_array:
        (only,) = taken.inputs
        if not is_placed:
            to.tables["places"] = np.array(places, dtype=np.int64)
            to.node("Gather", [INPUT, "places"], "placed", axis=1)
        _cast(to, INPUT if is_placed else "placed", only.name, is_double=only.is_double)
        return
    for each, place in zip(taken.inputs, places, strict=True):
        at, column = f"place/{each.name}", f"column/{each.name}"
        to.tables[at] = np.array(place if len(each.shape) == 1 else [place], dtype=np.int64)
        to.node("Gather", [INPUT, at], column, axis=1)
        _cast(to, column, each.name, is_double=each.is_double)


def _cast(to: Added, name: str, input_name: str, *, is_double: bool) -> None:
    from onnx import TensorProto

    kind = TensorProto.DOUBLE if is_double else TensorProto.FLOAT
    to.node("Cast", [name], f"{PREFIX}{input_name}", to=kind)


def _answers(to: Added, taken: Signature, *, classes: Sequence[str], is_single: bool) -> None:
    """From the answers to probabilities and labels."""
    from onnx import TensorProto

    to.tables["width"] = np.array([-1, 1 if is_single else len(classes)], dtype=np.int64)
    to.tables["names"] = np.array(classes, dtype=object)
    to.node("Cast", [f"{PREFIX}{taken.output}"], "answers", to=TensorProto.DOUBLE)
    to.node("Reshape", ["answers", "width"], "scores" if taken.is_score else "shares")
    if taken.is_score and is_single:
        to.node("Sigmoid", ["scores"], "shares")
    elif taken.is_score:
        to.node("Softmax", ["scores"], "shares", axis=1)
    if is_single:
        to.tables["one"] = np.ones(1)
        to.node("Sub", ["one", "shares"], "others")
        to.node("Concat", ["others", "shares"], PROBABILITIES, axis=1)
    else:
        to.node("Identity", ["shares"], PROBABILITIES)
    to.node("ArgMax", [PROBABILITIES], "best", axis=1, keepdims=0)
    to.node("Gather", ["names", "best"], LABELS, axis=0)


def _bare(node: Any) -> Any:
    """Without what its exporter noted about it, such as the lines of a program."""
    node.ClearField("doc_string")
    node.ClearField("metadata_props")
    return node
