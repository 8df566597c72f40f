from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import ImportRefused
from lambdas.model.formats.onnx.foreign import read
from lambdas.model.recipe import Categorical, Numeric
from lambdas.model.training.imported_answers import FAR, ROWS, ask, rows
from tests.given import foreign_graphs as graphs
from tests.given.foreign_graphs import GEMM, NUMBERS, node

CLASSES = ("no", "yes")


def asked(nodes: Any) -> None:
    model = read(graphs.content(nodes), classes=CLASSES).placed(NUMBERS, classes=CLASSES)
    ask(model, recipe=graphs.recipe())


def test_rows_are_those_that_the_recipe_allows() -> None:
    columns = [Numeric("a", minimum=5), Numeric("b", maximum=255), Numeric("c"), Categorical("d")]

    found = rows(graphs.recipe(columns=columns))

    assert found.shape == (ROWS, 4)
    assert found[:3].tolist() == [[5, -FAR, -FAR, 0], [FAR + 5, 255, FAR, 0], [5, 0, 0, 0]]
    assert (found[:, 0].min(), found[:, 1].max()) == (5, 255)


def test_probabilities_are_taken() -> None:
    asked(graphs.PLAIN)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([GEMM, node("Relu", "s", "p")], "which are no probabilities: let it end with Softmax, of one answer with"),
        (
            [GEMM, node("Relu", "s", "r"), node("Sigmoid", "r", "p")],
            "the probabilities of a row add up to .*: expected 1; let the model end",
        ),
        ([GEMM, node("Softmax", "s", "p", axis=0)], "the probabilities of a row add up to"),
        (
            [
                GEMM,
                node("ReduceMean", "s", "m", axes=[0]),
                node("Sub", "s m", "t"),
                node("Softmax", "t", "p", axis=1),
            ],
            "answers a row otherwise among others than alone: let it look at each row by itself",
        ),
        (
            [node("Transpose", "X", "x"), node("MatMul", "X x", "s"), node("Softmax", "s", "p", axis=1)],
            r"answers 16 rows with an array of shape \[16, 16\]: expected \[rows, classes\]",
        ),
        ([node("Log", "X", "l"), node("Gemm", "l W B", "s"), node("Softmax", "s", "p")], "what is no number"),
    ],
)
def test_what_are_no_probabilities_of_a_row_are_refused(nodes: Any, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        asked(nodes)
