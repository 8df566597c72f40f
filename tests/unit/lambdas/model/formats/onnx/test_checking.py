"""Files that are refused before anything of them runs, each with the way out; and those that are taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from chalicelib.errors import ImportRefused
from lambdas.model.formats.onnx.checking import IR_VERSIONS, OPSETS, parsed
from tests.given import foreign_graphs as graphs
from tests.given.foreign_graphs import DOUBLE, FLOAT, GEMM, INT64, TABLES, node


def session(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def test_plain_file_is_taken() -> None:
    assert [each.op_type for each in parsed(graphs.content()).graph.node] == ["Gemm", "Softmax"]


@pytest.mark.parametrize("place", [0, 1])
def test_versions_of_the_form_are_those_that_onnxruntime_takes(place: int) -> None:
    session(graphs.content(ir_version=IR_VERSIONS[place], **older(IR_VERSIONS[place])))


def older(ir_version: int) -> dict[str, Any]:
    """Before IR version 4 every table stands among the inputs."""
    if ir_version >= 4:
        return {}
    return {"inputs": [graphs.ROWS, ("W", FLOAT, [3, 2]), ("B", FLOAT, [2])]}


def test_newer_versions_are_refused_by_onnxruntime_too() -> None:
    newer = [graphs.content(ir_version=IR_VERSIONS[1] + 1), graphs.content(opset=OPSETS[""][1] + 1)]
    newer.append(graphs.content(more=[("ai.onnx.ml", OPSETS["ai.onnx.ml"][1] + 1)]))

    for content in newer:
        with pytest.raises(Exception, match=r"ONNXRuntimeError.* : FAIL"):
            session(content)


@pytest.mark.parametrize("opset", OPSETS[""])
def test_oldest_and_newest_opset_run(opset: int) -> None:
    session(graphs.content(opset=opset))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ir_version": 2}, "has IR version 2, and onnxruntime takes 3 to 14: save it with model.ir_version = 3"),
        ({"ir_version": 15}, "has IR version 15, .*: save it with model.ir_version = 10"),
        ({"opset": 6}, "has opset 6 of ai.onnx, and onnxruntime runs 7 to 28: export it for one of these"),
        ({"opset": 29}, "has opset 29 of ai.onnx"),
        ({"more": [("ai.onnx.ml", 6)]}, "has opset 6 of ai.onnx.ml, and onnxruntime runs 1 to 5"),
    ],
)
def test_version_that_onnxruntime_does_not_promise_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        parsed(graphs.content(**given))


def custom() -> Any:
    return graphs.model([node("Gelu", "X", "p", domain="com.microsoft")], more=[("com.microsoft", 1)])


def custom_inside() -> Any:
    return graphs.model([*branching("Own", domain="mine")], more=[("mine", 1)])


def branching(kind: str, **given: Any) -> list[Any]:
    inner = helper.make_graph(
        [node(kind, "s", "t", **given)], "inner", [], [helper.make_tensor_value_info("t", FLOAT, ["n", 2])]
    )
    return [
        GEMM,
        node("Constant", "", "yes", value=helper.make_tensor("yes", TensorProto.BOOL, [], [True])),
        helper.make_node("If", ["yes"], ["p"], then_branch=inner, else_branch=inner),
    ]


def looping() -> Any:
    body = helper.make_graph(
        [node("Identity", "going", "goes"), node("Identity", "before", "after")],
        "body",
        [
            helper.make_tensor_value_info("turn", INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", FLOAT, ["n", 2]),
        ],
        [
            helper.make_tensor_value_info("goes", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", FLOAT, ["n", 2]),
        ],
    )
    yes = node("Constant", "", "yes", value=helper.make_tensor("yes", TensorProto.BOOL, [], [True]))
    return graphs.model([GEMM, yes, helper.make_node("Loop", ["", "yes", "s"], ["p"], body=body)])


def function() -> Any:
    made = graphs.model([node("Twice", "X", "p", domain="mine")], more=[("mine", 1)])
    opsets = [helper.make_opsetid("", 17)]
    made.functions.append(helper.make_function("mine", "Twice", ["x"], ["y"], [node("Add", "x x", "y")], opsets))
    return made


def external() -> Any:
    made = graphs.model()
    made.graph.initializer[0].data_location = TensorProto.EXTERNAL
    made.graph.initializer[0].external_data.add(key="location", value="../../weights.bin")
    return made


def external_inside() -> Any:
    table = numpy_helper.from_array(TABLES["B"], "b")
    table.data_location = TensorProto.EXTERNAL
    return graphs.model([node("Constant", "", "c", value=table), *graphs.PLAIN])


def dropping() -> Any:
    training = helper.make_tensor("t", TensorProto.BOOL, [], [True])
    return graphs.model(
        [GEMM, node("Constant", "", "t", value=training), helper.make_node("Dropout", ["s", "", "t"], ["p"])]
    )


def normalizing() -> Any:
    tables = {**TABLES, **{name: np.ones(2, dtype=np.float32) for name in ("one", "two", "mean", "var")}}
    normal = node("BatchNormalization", "s one two mean var", "p newmean newvar", training_mode=1)
    return graphs.model([GEMM, normal], tables=tables)


def empty() -> Any:
    return graphs.model([])


def dangling() -> Any:
    return graphs.model([node("Softmax", "nowhere", "p")])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (custom, "operators that are not ONNX's own, which are not served: com.microsoft.Gelu. Export it without"),
        (custom_inside, "operators that are not ONNX's own, which are not served: mine.Own"),
        (looping, "repeats operators, perhaps without an end, by Loop: export it without"),
        (
            lambda: graphs.model(branching("RandomNormalLike")),
            "draws random numbers by RandomNormalLike, and would",
        ),
        (function, "defines operators of its own, such as 'Twice': put what they do in their places, with onnx.inl"),
        (external, "keeps 'W' in another file: save it as one, with external_data=False"),
        (external_inside, "keeps 'b' in another file"),
        (dropping, r"is as in training, so that its answers vary: call model.eval\(\)"),
        (normalizing, "is as in training"),
        (empty, "is no ONNX, or has no operators: save it again"),
        (dangling, "is no valid ONNX: onnx.checker raises ValidationError, which says"),
    ],
)
def test_graph_that_is_not_served_is_refused(made: Callable[[], Any], said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        parsed(made().SerializeToString())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no ONNX, or has no operators"),
        (b"\x08\x08\x3a\xff", "is no ONNX, or not all of one: save it again"),
        (graphs.content()[:-40], "is no ONNX, or not all of one"),
        (graphs.content().replace(b"Gemm", b"G\xff\xffm"), "has a name that is no UTF-8: save it again"),
        (b"PK\x03\x04archive/data.pkl", "is an archive, as PyTorch and Keras save their models: load it there, and"),
        (b"\x89HDF\r\n", "is HDF5, as Keras saved its models"),
    ],
)
def test_file_of_another_kind_is_refused_with_the_way_out(content: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=re.escape(said)):
        parsed(content)


def test_other_name_of_the_standard_operators_is_known() -> None:
    made = graphs.model()
    made.opset_import[0].domain = "ai.onnx"

    assert len(parsed(made.SerializeToString()).graph.node) == 2
    made.opset_import[0].version = OPSETS[""][1] + 1
    with pytest.raises(ImportRefused, match=r"of ai\.onnx, and onnxruntime runs"):
        parsed(made.SerializeToString())


def test_branches_are_taken() -> None:
    assert len(parsed(graphs.content(branching("Identity"))).graph.node) == 3


def test_doubles_are_taken() -> None:
    tables = {name: array.astype(np.float64) for name, array in TABLES.items()}

    parsed(graphs.content(inputs=[("X", DOUBLE, ["n", 3])], outputs=[("p", DOUBLE, ["n", 2])], tables=tables))
