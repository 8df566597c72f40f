"""Finds what a graph that was trained elsewhere takes and answers: columns in, probabilities or scores out.

It takes either one array of rows and columns, or an input for each column, by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.cutting import listed
from lambdas.model.formats.onnx.checking import dimensions, nodes, refused, shown

COLUMNS = "columns"
"""Of the file's own metadata: the names of the columns of its one input, separated by commas."""
PASSED_ON = ("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze")
"""Operators that do not change an answer."""
SCORES = ("Gemm", "LogSoftmax", "MatMul")
"""Operators that make scores."""
ROW_OF_COLUMNS = 2
DYNAMIC = (
    "so that it takes any number of rows: with dynamic_axes or dynamic_shapes of torch.onnx.export, or without"
    " batch_size of Keras' Input"
)


@dataclass(frozen=True)
class Input:
    """Of 32-bit floats, or of 64-bit ones."""

    name: str
    is_double: bool
    shape: tuple[int | None, ...]
    """(n,) or (n, width)"""


@dataclass(frozen=True)
class Signature:
    """What a graph takes and answers."""

    inputs: tuple[Input, ...]
    features: tuple[str, ...]
    """The names of the columns in their order; none where the file names none."""
    output: str
    is_score: bool
    """Whether the answers are scores, of which Softmax makes probabilities; of one score Sigmoid."""
    labels: tuple[str, ...]
    """The names of its classes 0, 1 and so on; none where the file names none."""

    @property
    def is_array(self) -> bool:
        """Whether it takes all columns as one array."""
        return len(self.inputs) == 1 and len(self.inputs[0].shape) == ROW_OF_COLUMNS


def signature(model: Any) -> Signature:
    """Raises ImportRefused, which says what to do."""
    inputs = _inputs(model.graph)
    output = _output(model.graph)
    return Signature(
        inputs=inputs,
        features=_features(model, inputs),
        output=output,
        is_score=_is_score(model.graph, output),
        labels=_labels(model.graph),
    )


def _inputs(graph: Any) -> tuple[Input, ...]:
    tables = {table.name for table in graph.initializer}  # older files list these among their inputs
    found = tuple(_input(each) for each in graph.input if each.name not in tables)
    if not found:
        refused("takes no input")
    wide = [each for each in found if len(each.shape) == ROW_OF_COLUMNS and each.shape[1] != 1]
    if wide and len(found) > 1:
        refused(
            f"takes {len(found)} inputs, of which {shown(wide[0].name)} is of several columns: let it take one array"
            " of all columns, or an input for each"
        )
    return found


def _input(told: Any) -> Input:
    from onnx import TensorProto

    name, kind = told.name, told.type.tensor_type.elem_type
    if kind not in (TensorProto.FLOAT, TensorProto.DOUBLE):
        type_ = TensorProto.DataType.Name(kind) if kind else "no tensor"
        refused(
            f"takes {shown(name)} of type {type_}: expected 32-bit or 64-bit floats, which a recipe's numbers are;"
            " let it take these, and cast them inside. Texts of a Categorical column are not imported"
        )
    shape = _shape(told)
    if len(shape) not in (1, ROW_OF_COLUMNS):
        refused(
            f"takes {shown(name)} of shape {dimensions(shape)}: expected [rows, columns]; give it its own shape"
            " inside, as torch.nn.Unflatten or keras.layers.Reshape do"
        )
    if shape[0] is not None:
        refused(f"takes {shown(name)} of {shape[0]} rows each time: export it {DYNAMIC}")
    return Input(name, kind == TensorProto.DOUBLE, shape)


def _shape(told: Any) -> tuple[int | None, ...]:
    return tuple(each.dim_value if each.HasField("dim_value") else None for each in told.type.tensor_type.shape.dim)


def _features(model: Any, inputs: Sequence[Input]) -> tuple[str, ...]:
    if len(inputs[0].shape) < ROW_OF_COLUMNS or len(inputs) > 1:
        return tuple(each.name for each in inputs)
    told = next((each.value for each in model.metadata_props if each.key == COLUMNS), "")
    names = tuple(name.strip() for name in told.split(",")) if told else ()
    width = inputs[0].shape[1]
    if names and width not in (None, len(names)):
        refused(f"takes {width} columns, and names {len(names)} in `{COLUMNS}` of its metadata")
    return names


def _output(graph: Any) -> str:
    """The name of what it answers with."""
    from onnx import TensorProto

    floats = [
        each
        for each in graph.output
        if each.type.tensor_type.elem_type in (TensorProto.FLOAT, TensorProto.DOUBLE)
        and len(_shape(each)) <= ROW_OF_COLUMNS
    ]
    if len(floats) > 1:
        floats = [each for each in floats if each.name.startswith("prob")] or floats
    if len(floats) == 1:
        return str(floats[0].name)
    names = listed([each.name for each in graph.output], most=5)
    if floats:
        refused(f"has several answers, {names}: let it have one, or name that of the probabilities probabilities")
    if any(each.type.HasField("sequence_type") for each in graph.output):
        refused("answers with maps: convert it with options={'zipmap': False} of skl2onnx")
    return refused(
        f"answers with {names}, none of which are probabilities: expected 32-bit or 64-bit floats [rows, classes]"
    )


def _is_score(graph: Any, output: str) -> bool:
    """By the operator that makes them, through those that change nothing, or add a constant."""
    makes = {name: node for node in graph.node for name in node.output}
    fixed = {table.name for table in graph.initializer}
    fixed |= {name for node in graph.node if node.op_type == "Constant" for name in node.output}
    node = makes.get(output)
    while node is not None and node.input:
        added = [name for name in node.input if name not in fixed]
        if node.op_type in PASSED_ON:
            node = makes.get(node.input[0])
        elif node.op_type == "Add" and len(added) == 1:
            node = makes.get(added[0])
        else:
            break
    return node is not None and node.op_type in SCORES


def _labels(graph: Any) -> tuple[str, ...]:
    """As converters of classical models write the names of classes."""
    from onnx import TensorProto, numpy_helper

    for node in nodes(graph):
        for attribute in node.attribute:
            if attribute.name == "classlabels_strings" and attribute.strings:
                return tuple(each.decode(errors="replace") for each in attribute.strings)
    taken = {node.input[0] for node in graph.node if node.op_type == "ArrayFeatureExtractor"}
    for table in graph.initializer:
        if table.name in taken and table.data_type == TensorProto.STRING:
            return tuple(map(str, numpy_helper.to_array(table).ravel().tolist()))
    return ()
