"""Models of TensorFlow and PyTorch answer as these themselves answered, as they are read and as they are served."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.edges.object_store import Stored
from chalicelib.errors import ImportRefused
from lambdas import recipes
from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.formats.fitted import Fitted
from lambdas.model.formats.onnx import artifact, export
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe, Threshold
from lambdas.model.training.imported import FORMAT_OF_TEXTS, fitted, format_for
from lambdas.pieces import piece_of
from lambdas.splits import Splits
from tests.given import data, imports
from tests.given import foreign_graphs as graphs
from tests.given.foreign_graphs import FLOAT, PLAIN, TABLES, node

ROUNDED = 1e-6
"""Of 32-bit floats, by libraries that add them up in another order."""
CONNECTIONS = recipes.load("kdd99-http")


def rows(numbers: Any, recipe: Recipe) -> Table:
    numeric = np.array(numbers, dtype=np.float64)
    labels = np.full(len(numeric), recipe.class_names[0])
    return Table(numeric, np.empty((len(numeric), 0), dtype=np.str_), labels)


def served(made: Fitted, table: Table) -> Answers:
    return artifact.load(export.export(made).content).score(table.features(made.recipe))


def test_files_are_told_from_those_of_xgboost() -> None:
    assert [format_for(graphs.committed(name)) for name in ("logistic", "network")] == ["onnx", "onnx"]
    assert (format_for(imports.content("binary")), format_for(b"PK\x03\x04")) == (FORMAT_OF_TEXTS, "onnx")


def test_logistic_regression_of_tensorflow_answers_as_it_did_there() -> None:
    told = graphs.answers("logistic")
    table = rows(told["rows"], CONNECTIONS)

    made = fitted(graphs.committed("logistic"), recipe=CONNECTIONS)
    own, found = made.answers(table), served(made, table)

    wanted = np.array(told["probabilities"])
    assert np.abs(own.of("attack") - wanted).max() <= ROUNDED
    assert own.labels.tolist() == found.labels.tolist() == np.where(wanted > 0.5, "attack", "normal").tolist()
    assert found.probabilities.tolist() == own.probabilities.tolist()
    assert made.facts["estimator"] == "ONNX of tf2onnx 1.17.0 None", "it names no commit of its own"


@pytest.mark.real_data
def test_its_matrix_on_every_row_is_that_of_tensorflow() -> None:
    content = Path(os.environ["NIGHTSWAP_TEST_DATA"], "kdd_http.csv.gz").read_bytes()
    piece = piece_of("kdd_http.csv.gz", stored=Stored(content, etag="1"), recipe=CONNECTIONS, known=Splits({}))
    prepared = data.prepared([piece], recipe=CONNECTIONS)
    numbers = np.vstack([prepared.train.numeric, prepared.holdout.numeric])
    labels = np.concatenate([prepared.train.labels, prepared.holdout.labels])
    distinct, of_row = np.unique(numbers, axis=0, return_inverse=True)  # of 567,498 rows 222 thousand

    answers = served(fitted(graphs.committed("logistic"), recipe=CONNECTIONS), rows(distinct, CONNECTIONS))

    said = answers.labels[of_row.ravel()]
    names = ("normal", "attack")
    matrix = [[int(((labels == true) & (said == answer)).sum()) for answer in names] for true in names]
    assert matrix == graphs.answers("logistic")["matrix"] == [[565_277, 10], [8, 2_203]]


def test_network_of_pytorch_answers_as_it_did_there() -> None:
    told, recipe = graphs.answers("network"), imports.recipe("several", columns=NUMBERS)
    table = rows(told["rows"], recipe)

    made = fitted(graphs.committed("network"), recipe=recipe)
    own, found = made.answers(table), served(made, table)

    assert np.abs(own.probabilities - np.array(told["probabilities"])).max() <= ROUNDED
    assert own.labels.tolist() == found.labels.tolist() == [made.classes[place] for place in told["labels"]]
    assert np.abs(found.probabilities - own.probabilities).max() <= 1e-15
    assert made.facts["estimator"].startswith("ONNX of pytorch 2.")
    assert made.facts["warnings"][1:] == [
        "the file does not name its columns: they are taken for the recipe's, in its order",
        "the model answers with scores, of which Softmax makes probabilities",
    ]


def test_neighbours_of_scikit_learn_are_taken_which_go_over_the_rows_of_the_training() -> None:
    from skl2onnx import to_onnx
    from sklearn.neighbors import KNeighborsClassifier

    X = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    known = KNeighborsClassifier().fit(X[:100], np.where(X[:100, 0] > 0, "yes", "no"))
    file = to_onnx(known, X[:1], options={"zipmap": False}, target_opset={"": 18, "ai.onnx.ml": 3})
    table = rows(X[100:], graphs.recipe())

    made = fitted(file.SerializeToString(), recipe=graphs.recipe())

    assert "Scan" in {each.op_type for each in file.graph.node}
    assert made.classes == ("no", "yes")
    assert made.answers(table).labels.tolist() == served(made, table).labels.tolist()
    assert np.abs(made.answers(table).probabilities - known.predict_proba(X[100:])).max() <= ROUNDED


NUMBERS = [Numeric(name) for name in graphs.NUMBERS]


def named(*labels: str) -> bytes:
    """A graph that names its classes 0 and 1."""
    best = [
        node("ArgMax", "p", "best", axis=1),
        node("ArrayFeatureExtractor", "names best", "l", domain="ai.onnx.ml"),
    ]
    tables = {**TABLES, "names": np.array(labels, dtype=object)}
    return graphs.content([*PLAIN, *best], tables=tables, more=[("ai.onnx.ml", 1)])


def test_classes_are_those_that_the_file_names() -> None:
    recipe = graphs.recipe(classes={"good": "yes", "bad": "no"})

    assert fitted(named("yes", "no"), recipe=recipe).classes == ("yes", "no")
    assert fitted(named("good", "bad"), recipe=recipe).classes == ("yes", "no")
    assert fitted(named("0", "1"), recipe=recipe, classes=["yes", "no"]).classes == ("yes", "no")
    assert fitted(graphs.content(), recipe=recipe).classes == ("no", "yes")


@pytest.mark.parametrize(
    ("labels", "classes", "said"),
    [
        (
            ("0", "1"),
            (),
            "the file names its classes 0, 1, and the recipe has no, yes: say which is which, with --class",
        ),
        (("yes", "no"), ("no", "yes"), "the file itself names its classes yes, no, in this order: leave --class out"),
    ],
)
def test_names_of_classes_that_contradict_are_refused(
    labels: tuple[str, ...], classes: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ImportRefused, match=said):
        fitted(named(*labels), recipe=graphs.recipe(), classes=classes)


def test_number_in_the_place_of_a_missing_one_is_the_recipes() -> None:
    recipe = graphs.recipe(columns=[Numeric("a", missing=2.0), *NUMBERS[1:]])
    made = fitted(graphs.content(), recipe=recipe)

    found = served(made, rows([[np.nan, 0.5, 0.25]], recipe))

    assert made.answers(rows([[np.nan, 0.5, 0.25]], recipe)).labels.tolist() == found.labels.tolist()
    assert found.probabilities.tolist() == made.answers(rows([[2.0, 0.5, 0.25]], recipe)).probabilities.tolist()


def test_fixed_threshold_of_the_recipe_decides() -> None:
    recipe = graphs.recipe(threshold=Threshold(0.9))
    answers = fitted(graphs.content(), recipe=recipe).answers(
        rows(np.random.default_rng(0).normal(size=(50, 3)), recipe)
    )

    assert (answers.labels == "yes").tolist() == (answers.of("yes") >= 0.9).tolist()


def column_inputs(*names: str) -> bytes:
    inputs = [(name, FLOAT, ["n", 1]) for name in names]
    return graphs.content([node("Concat", " ".join(names), "X", axis=1), *PLAIN], inputs=inputs)


@pytest.mark.parametrize(
    ("content", "columns", "said"),
    [
        (graphs.content(), NUMBERS[:2], "takes 3 columns, and the recipe has 2: a, b"),
        (column_inputs("a", "b", "z"), NUMBERS, "asks for columns that the recipe does not have: z"),
        (column_inputs("a", "b", "c"), [*NUMBERS, Numeric("d")], "has columns that the model does not ask for: d"),
        (
            graphs.content(),
            [*NUMBERS[:2], Categorical("c")],
            "trained on numbers, and the recipe says Categorical: c",
        ),
        (graphs.content(), [*NUMBERS[:2], Date("c")], "cannot tell dates: in the recipe they are Date: c"),
        (
            graphs.content(),
            [*NUMBERS[:2], Numeric("c", missing="median")],
            "the model takes no missing numbers, .*: write a number for `missing`, or leave it out, of: c",
        ),
        (graphs.content(), [*NUMBERS[:2], Numeric("c", missing="kept")], "the model takes no missing numbers"),
    ],
)
def test_recipe_that_does_not_fit_is_told(content: bytes, columns: list[Numeric], said: str) -> None:
    with pytest.raises(ImportRefused, match=said):
        fitted(content, recipe=graphs.recipe(columns=columns))


def test_model_of_another_number_of_classes_is_refused() -> None:
    with pytest.raises(ImportRefused, match="answers with 3 numbers a row, and the recipe has 2 classes: no, yes"):
        fitted(graphs.committed("network"), recipe=graphs.recipe())


def test_answers_of_a_part_are_checked_too() -> None:
    log = [node("Log", "X", "l"), node("Gemm", "l W B", "s"), node("Softmax", "s", "p", axis=1)]
    recipe = graphs.recipe(columns=[Numeric(name, minimum=1) for name in graphs.NUMBERS])
    made = fitted(graphs.content(log), recipe=recipe)
    part: Floats = np.array([[1.0, 1.0, 1.0], [-1.0, 2.0, 1.0]])

    with pytest.raises(ImportRefused, match="give the recipe's columns a minimum or a maximum"):
        made.answers_to(Part.of(rows(part, recipe), classes=recipe.class_names))
