"""What a graph takes and answers, as its file says it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from chalicelib.errors import ImportRefused
from lambdas.model.formats.onnx.inputs_and_outputs import signature
from tests.given import foreign_graphs as graphs
from tests.given.foreign_graphs import DOUBLE, FLOAT, GEMM, INT64, PLAIN, ROWS, SHARES, STRING, TABLES, node


def test_one_array_of_columns_has_no_names_unless_the_file_gives_them() -> None:
    plain, named = graphs.model(), graphs.model()
    named.metadata_props.add(key="columns", value="c, a ,b")

    assert (signature(plain).is_array, signature(plain).features) == (True, ())
    assert signature(named).features == ("c", "a", "b")


def test_inputs_of_one_column_each_are_known_by_their_names() -> None:
    made = graphs.model(
        [node("Concat", "a b c", "X", axis=1), *PLAIN],
        inputs=[("a", FLOAT, ["n", 1]), ("b", DOUBLE, ["n", 1]), ("c", FLOAT, ["n"])],
    )

    found = signature(made)

    assert (found.is_array, found.features) == (False, ("a", "b", "c"))
    assert [each.is_double for each in found.inputs] == [False, True, False]


def test_tables_that_older_files_list_among_their_inputs_are_none() -> None:
    made = graphs.model(inputs=[ROWS, ("W", FLOAT, [3, 2]), ("B", FLOAT, [2])], ir_version=3)

    assert [each.name for each in signature(made).inputs] == ["X"]


def test_probabilities_are_found_beside_labels() -> None:
    made = graphs.model([*PLAIN, node("ArgMax", "p", "label", axis=1)], outputs=[("label", INT64, ["n", 1]), SHARES])

    assert signature(made).output == "p"


def test_of_two_answers_that_are_called_probabilities_counts() -> None:
    outputs: list[graphs.Told] = [("s", FLOAT, ["n", 2]), ("probs", FLOAT, ["n", 2])]
    made = graphs.model([GEMM, node("Softmax", "s", "probs", axis=1)], outputs=outputs)

    assert signature(made).output == "probs"


@pytest.mark.parametrize(
    ("nodes", "is_score"),
    [
        (PLAIN, False),
        ([node("Gemm", "X W B", "p")], True),
        ([node("MatMul", "X W", "s"), node("Add", "s B", "t"), node("Identity", "t", "p")], True),
        ([GEMM, node("LogSoftmax", "s", "p", axis=1)], True),
        ([GEMM, node("Sigmoid", "s", "p")], False),
        ([GEMM, node("Softmax", "s", "t", axis=1), node("Add", "t t", "p")], False),
        ([node("Constant", "", "p", value=helper.make_tensor("p", FLOAT, [1, 2], [0.5, 0.5]))], False),
    ],
)
def test_answers_are_scores_by_the_operator_that_makes_them(nodes: Any, is_score: bool) -> None:
    assert signature(graphs.model(nodes)).is_score == is_score


def test_added_constants_do_not_hide_a_score() -> None:
    constant = node("Constant", "", "b", value=helper.make_tensor("b", FLOAT, [2], [0.5, -0.5]))

    assert signature(graphs.model([GEMM, constant, node("Add", "b s", "p")])).is_score


def test_classes_are_named_by_classical_models() -> None:
    attribute = node("LinearClassifier", "X", "l p", domain="ai.onnx.ml", classlabels_strings=["no", "yes"])
    table = node("ArrayFeatureExtractor", "names best", "l", domain="ai.onnx.ml")
    tables = {**TABLES, "names": np.array(["no", "yes"], dtype=object)}

    assert signature(graphs.model([attribute])).labels == ("no", "yes")
    assert signature(graphs.model([*PLAIN, table], tables=tables)).labels == ("no", "yes")
    assert signature(graphs.model()).labels == ()


SEQUENCE = helper.make_sequence_type_proto(
    helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(FLOAT, []))
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"inputs": []}, "takes no input"),
        ({"inputs": [("X", INT64, ["n", 3])]}, "takes 'X' of type INT64: expected 32-bit or 64-bit floats"),
        ({"inputs": [("X", STRING, ["n", 3])]}, "of type STRING.* Texts of a Categorical column are not imported"),
        ({"inputs": [("X", FLOAT, ["n", 28, 28])]}, r"takes 'X' of shape \[any, 28, 28\]: .* as torch.nn.Unflatten"),
        ({"inputs": [("X", FLOAT, [])]}, r"takes 'X' of shape \[\]"),
        ({"inputs": [("X", FLOAT, [1, 3])]}, "takes 'X' of 1 rows each time: export it so that it takes any number"),
        ({"inputs": [ROWS, ("Y", FLOAT, ["n", 1])]}, "takes 2 inputs, of which 'X' is of several columns"),
        ({"outputs": [("p", INT64, ["n"])]}, r"answers with p, none of which are probabilities"),
        ({"outputs": [("p", FLOAT, ["n", 2, 2])]}, r"answers with p, none of which are probabilities"),
        ({"outputs": [SHARES, ("s", FLOAT, ["n", 2])]}, "has several answers, p, s: let it have one, or name"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        signature(graphs.model(**given))


def test_maps_are_refused_with_the_option_that_leaves_them_out() -> None:
    made = graphs.model(outputs=[])
    made.graph.output.append(helper.make_value_info("p", SEQUENCE))

    with pytest.raises(ImportRefused, match=r"answers with maps: convert it with options=\{'zipmap': False\}"):
        signature(made)


def test_names_of_another_number_of_columns_are_refused() -> None:
    made = graphs.model()
    made.metadata_props.add(key="columns", value="a,b")

    with pytest.raises(ImportRefused, match="takes 3 columns, and names 2 in `columns` of its metadata"):
        signature(made)
