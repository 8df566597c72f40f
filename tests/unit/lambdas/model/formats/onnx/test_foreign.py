"""Graphs that were trained elsewhere answer as their files do, as they are read and as they are served."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from chalicelib.errors import ImportRefused
from lambdas.model.arrays import Floats
from lambdas.model.formats.onnx.foreign import ForeignGraph, read
from tests.given import foreign_graphs as graphs
from tests.given.foreign_graphs import DOUBLE, FLOAT, GEMM, NUMBERS, PLAIN, ROWS, TABLES, node

CLASSES = ("no", "yes")
X = np.random.default_rng(0).normal(size=(50, 3))
OF_YES = {"W": TABLES["W"][:, 1:] - TABLES["W"][:, :1], "B": TABLES["B"][1:] - TABLES["B"][:1]}
"""Of a graph with one answer: its score is that of yes less that of no."""
JOINED = [node("Concat", "a b c", "X", axis=1), *PLAIN]


def shares() -> Floats:
    """(n,): of yes, as the tables have it."""
    scores = X @ OF_YES["W"] + OF_YES["B"]
    found: Floats = 1 / (1 + np.exp(-scores[:, 0]))
    return found


def placed(content: bytes, columns: tuple[str, ...] = NUMBERS) -> ForeignGraph:
    return read(content, classes=CLASSES).placed(columns, classes=CLASSES)


def served(model: ForeignGraph, rows: Floats = X) -> tuple[list[str], Floats]:
    session = onnxruntime.InferenceSession(model.graph(), providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(["labels", "probabilities"], {"rows": rows})
    return labels.tolist(), probabilities


def single(kind: str, shape: tuple[str | int, ...] = ("n", 1)) -> bytes:
    """A graph with one answer a row, of yes."""
    tables = {**OF_YES, "axis": np.array([1])}
    nodes = [
        GEMM,
        node(kind, "s", "q"),
        node("Identity", "q", "p") if len(shape) > 1 else node("Squeeze", "q axis", "p"),
    ]
    return graphs.content(nodes, outputs=[("p", FLOAT, shape)], tables=tables)


def inside(name: str) -> bytes:
    """A graph whose own names are those of the artifact."""
    nodes = [node("Gemm", "rows W B", name), node("Softmax", name, "probabilities", axis=1)]
    return graphs.content(nodes, inputs=[("rows", FLOAT, ["n", 3])], outputs=[("probabilities", FLOAT, ["n", 2])])


def branching() -> bytes:
    branch = helper.make_graph(
        [node("Softmax", "s", "t", axis=1)], "inner", [], [helper.make_tensor_value_info("t", FLOAT, ["n", 2])]
    )
    yes = node("Constant", "", "yes", value=helper.make_tensor("yes", TensorProto.BOOL, [], [True]))
    return graphs.content([GEMM, yes, helper.make_node("If", ["yes"], ["p"], then_branch=branch, else_branch=branch)])


def columns(*shape: str | int, kind: int = FLOAT) -> list[graphs.Told]:
    return [(name, kind, shape) for name in NUMBERS]


def in_columns_of_one() -> bytes:
    """Each input is a row of numbers without a second dimension."""
    apart = [node("Unsqueeze", f"{name} axis", f"{name}2") for name in NUMBERS]
    nodes = [*apart, node("Concat", "a2 b2 c2", "X", axis=1), *PLAIN]
    return graphs.content(nodes, inputs=columns("n"), tables={**TABLES, "axis": np.array([1])})


FILES = {
    "an array": graphs.content(),
    "the oldest opset": graphs.content(opset=7),
    "the newest opset": graphs.content(opset=28, ir_version=14),
    "tables among the inputs": graphs.content(inputs=[ROWS, ("W", FLOAT, [3, 2]), ("B", FLOAT, [2])], ir_version=3),
    "doubles": graphs.content(
        inputs=[("X", DOUBLE, ["n", 3])],
        outputs=[("p", DOUBLE, ["n", 2])],
        tables={name: array.astype(np.float64) for name, array in TABLES.items()},
    ),
    "an input for each column": graphs.content(JOINED, inputs=columns("n", 1)),
    "inputs without a second dimension": in_columns_of_one(),
    "scores": graphs.content([node("Gemm", "X W B", "p")]),
    "the logarithm of probabilities": graphs.content([GEMM, node("LogSoftmax", "s", "p", axis=1)]),
    "one probability": single("Sigmoid"),
    "one probability without a second dimension": single("Sigmoid", ("n",)),
    "one score": single("Identity"),
    "names of the artifact": inside("labels"),
    "branches": branching(),
    "any number of columns": graphs.content(inputs=[("X", FLOAT, ["n", "m"])]),
}


@pytest.mark.parametrize("kind", FILES)
def test_file_answers_and_what_serves_answers_as_it_does(kind: str) -> None:
    model = placed(FILES[kind])

    labels, probabilities = served(model)

    assert np.abs(model.predict_proba(X)[:, 1] - shares()).max() < 1e-6
    assert np.abs(probabilities - model.predict_proba(X)).max() < 1e-15
    assert labels == model.predict(X).tolist() == np.where(shares() > 0.5, "yes", "no").tolist()


@pytest.mark.parametrize("kind", FILES)
def test_same_file_makes_the_same_artifact(kind: str) -> None:
    assert placed(FILES[kind]).graph() == placed(FILES[kind]).graph()


@pytest.mark.parametrize("kind", ["an array", "an input for each column"])
def test_columns_are_found_by_their_names_in_any_order(kind: str) -> None:
    made = graphs.model() if kind == "an array" else graphs.model(JOINED, inputs=columns("n", 1))
    made.metadata_props.add(key="columns", value=",".join(NUMBERS))
    turned = placed(made.SerializeToString(), ("c", "a", "b"))

    rows = X[:, [2, 0, 1]]

    assert np.abs(turned.predict_proba(rows)[:, 1] - shares()).max() < 1e-6
    assert served(turned, rows)[0] == turned.predict(rows).tolist()


def test_classes_have_the_names_that_they_are_given() -> None:
    turned = read(graphs.content(), classes=CLASSES).placed(NUMBERS, classes=("yes", "no"))

    assert turned.predict(X).tolist() == served(turned)[0] == np.where(shares() > 0.5, "no", "yes").tolist()


def test_what_has_to_be_known_is_told() -> None:
    named = graphs.model([node("Gemm", "X W B", "p")])
    named.metadata_props.add(key="columns", value="a,b,c")

    assert placed(FILES["an input for each column"]).warnings == []
    assert placed(FILES["an array"]).warnings == [
        "the file does not name its columns: they are taken for the recipe's, in its order"
    ]
    assert placed(named.SerializeToString()).warnings == [
        "the model answers with scores, of which Softmax makes probabilities"
    ]
    assert "of which Sigmoid makes probabilities" in placed(FILES["one score"]).warnings[1]


def test_maker_and_versions_are_told() -> None:
    made = graphs.model()
    made.producer_name, made.producer_version = "pytorch", "2.9.1"

    model = placed(made.SerializeToString())

    assert (model.maker, placed(graphs.content()).maker) == ("ONNX of pytorch 2.9.1", "ONNX of an unnamed maker")
    assert model.get_params() == {"operators": 2, "opset": 17, "answer": "p"}


SEVERAL = {"W": np.ones((3, 4), dtype=np.float32), "B": np.ones(4, dtype=np.float32)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (graphs.content(tables=SEVERAL), "answers with 4 numbers a row, and the recipe has 2 classes: no, yes"),
        (
            graphs.content([node("ReduceMean", "X", "p")]),
            r"answers 2 rows with an array of shape \[1, 1\]: expected \[rows, classes\]",
        ),
        (
            graphs.content([node("Identity", "W", "p")], outputs=[("p", FLOAT, [3, 2])]),
            r"answers 2 rows with an array of shape \[3, 2\]: expected",
        ),
        (
            graphs.content([*PLAIN[:1], node("Reshape", "s one", "p")], tables={**TABLES, "one": np.array([1, 2])}),
            r"onnxruntime does not run the file on 2 rows \(Fail\): export it so that every operator takes any",
        ),
        (
            graphs.content([node("Softmax", "X", "p", axis=9)]),
            r"onnxruntime does not take the file \(Fail\): it has no such operator",
        ),
    ],
)
def test_graph_that_does_not_answer_row_by_row_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        placed(content)


def test_another_number_of_columns_is_refused() -> None:
    with pytest.raises(ImportRefused, match="takes 3 columns, and the recipe has 2: a, b"):
        placed(graphs.content(), ("a", "b"))


def test_answer_that_is_no_number_is_refused_with_a_row_that_has_it() -> None:
    model = placed(graphs.content([node("Log", "X", "l"), node("Gemm", "l W B", "p")]))

    with pytest.raises(ImportRefused, match=r"no number \(NaN or infinity\), of \[-1.0, 2.0, 1.0\] for instance"):
        model.predict_proba(np.array([[1.0, 1.0, 1.0], [-1.0, 2.0, 1.0]]))


WITHOUT = """
import sys

from chalicelib.errors import LayersMissing
from lambdas.model.formats.onnx.foreign import read

if sys.argv[1] == "onnx":
    sys.modules["onnx"] = None
else:
    import onnx

    sys.path.clear()  # where its library is looked for

try:
    read(sys.stdin.buffer.read(), classes=("no", "yes"))
except LayersMissing as exc:
    sys.stdout.write(exc.message)
"""


@pytest.mark.parametrize("library", ["onnx", "onnxruntime"])
def test_machine_without_the_library_is_told_the_way_out(library: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, library], input=graphs.content(), capture_output=True, check=True
    )

    assert f"with {library}, which is not here: run make setup-onnx on this machine, or" in done.stdout.decode()
