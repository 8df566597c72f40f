"""A model of SageMaker's own algorithm: its answers by the documented formula, and the scorecard that equals them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from chalicelib.errors import ArtifactInvalid, EstimatorUnsupported, TrainingFailed
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.data.part import Part
from lambdas.model.folding.total import Rows
from lambdas.model.formats import encoded_rows
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.encoded import Encoding
from lambdas.model.formats.fitted import Fitted
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Date, LinearLearner, Numeric, Recipe, Threshold, at_least
from lambdas.model.training import built_in
from tests.given import built_ins, data

ROWS = Table(
    numeric=np.array([[10.0, 3.0], [20.0, np.nan], [30.0, 5.0], [40.0, 5.0]]),
    categorical=np.array([["SF"], ["S0"], ["SF"], ["REJ"]]),
    labels=np.array(["good", "bad", "good", "bad"]),
)
OTHERS = Table(
    numeric=np.array([[15.0, np.nan], [25.0, -8.0], [1000.0, 4.0]]),
    categorical=np.array([["S0"], ["another"], ["SF"]]),
    labels=np.array(["good", "bad", "good"]),
)
GATE = [at_least("recall", of=name, bound=0.5) for name in "abc"]
COLUMNS = [Numeric("size", minimum=0), Numeric("age", missing="median"), Categorical("flag")]


def recipe(**changes: Any) -> Recipe:
    given = {"columns": COLUMNS, "estimator": LinearLearner(), "engine": "sagemaker"}
    return data.recipe(**{**given, **changes})


def encoded(made: Recipe, rows: Table = ROWS) -> tuple[Encoding, Part]:
    encoding, seen = built_in.encoding_of(made, rows=Rows.of(Part.of(rows, classes=made.class_names)))
    return encoding, seen.open("all")


def fitted(made: Recipe, encoding: Encoding, weights: Any, biases: Any) -> Fitted:
    body = built_ins.linear_model(np.array(weights), np.array(biases))
    own = made.built_in
    assert own is not None
    return built_in.fitted(body, recipe=made, built_in=own, encoding=encoding)


def test_rows_as_text_are_scaled_filled_and_encoded() -> None:
    made = recipe()
    encoding, seen = encoded(made)

    lines = encoded_rows.csv(seen, encoding=encoding).decode().splitlines()

    # 10 to 40 have the mean 25 and the deviation 11.180; 3, 5, 5, 5 the mean 4.5 and the deviation 0.866;
    # then as 32-bit floats
    assert lines == [
        "0,-1.34164083,-1.73205078,0,0,1",
        "1,-0.44721359,0.577350259,0,1,0",
        "0,0.44721359,0.577350259,0,0,1",
        "1,1.34164083,0.577350259,1,0,0",
    ]
    assert [encoded_rows.row_bytes(encoding), encoding.width] == [34, 5]


def test_record_of_an_earlier_release_has_no_rows_held_out() -> None:
    encoding, _ = encoded(recipe())
    document = json.loads(json.dumps(encoding.to_document()))
    del document["held_out"]

    assert Encoding.from_document(document).held_out == 0


def test_answers_are_those_of_the_formula_by_hand() -> None:
    made = recipe()
    encoding, _ = encoded(made)

    answers = fitted(made, encoding, [[2.0, 0.0, 0.5, 0.25, -1.0]], [0.125]).answers(OTHERS)

    # 15 is -0.894427 scaled, S0 has the weight 0.25; an unknown flag has none; 1000 is 87.2 scaled
    scores = [2 * -0.894427191 + 0.25 + 0.125, 0.125, 2 * 87.20715822 - 1 + 0.125]
    expected = [1 / (1 + np.exp(-score)) for score in scores]
    assert answers.of("bad") == pytest.approx(expected, abs=1e-9)
    assert answers.labels.tolist() == ["good", "bad", "bad"]


@pytest.mark.parametrize("threshold", [None, Threshold(0.6)])
def test_scorecard_equals_the_answers(threshold: Threshold | None) -> None:
    made = recipe(threshold=threshold)
    encoding, _ = encoded(made)
    model = fitted(made, encoding, [[2.0, 0.75, 0.5, 0.25, -1.0]], [0.125])

    artifact = format_of("scorecard").code().load(format_of("scorecard").code().export(model).content)

    assert_equal(artifact, model, OTHERS, made)


def test_scorecard_of_three_classes_equals_the_answers() -> None:
    made = recipe(classes={"a": "a", "b": "b", "c": "c"}, positive=None, thresholds=GATE)
    rows = Table(ROWS.numeric, ROWS.categorical, np.array(["a", "b", "c", "a"]))
    encoding, _ = encoded(made, rows)
    weights = np.arange(15).reshape(3, 5) % 7 - 3.0
    model = fitted(made, encoding, weights, [0.5, -0.5, 0.25])

    artifact = format_of("scorecard").code().load(format_of("scorecard").code().export(model).content)

    others = Table(OTHERS.numeric, OTHERS.categorical, np.array(["a", "b", "c"]))
    answers = model.answers(others)
    assert answers.probabilities.sum(axis=1) == pytest.approx([1, 1, 1])
    assert_equal(artifact, model, others, made)


def test_scorecard_of_dates_equals_the_answers() -> None:
    made = recipe(columns=[Date("at", parts=["days", "weekday"]), Categorical("flag")])
    rows = Table(np.array([[0.0], [86_400.0], [172_800.0], [864_000.0]]), ROWS.categorical, ROWS.labels)
    encoding, _ = encoded(made, rows)
    assert encoding.width == 1 + 3 + 4
    model = fitted(made, encoding, [np.arange(8) / 4 - 1], [0.5])

    artifact = format_of("scorecard").code().load(format_of("scorecard").code().export(model).content)

    others = Table(np.array([[432_000.0], [950_400.0], [950_401.0]]), OTHERS.categorical, OTHERS.labels)
    assert_equal(artifact, model, others, made)


def assert_equal(artifact: Any, model: Fitted, rows: Table, made: Recipe) -> None:
    """The artifact fills gaps and takes dates apart by itself."""
    features = {
        **{column.name: rows.numeric[:, place] for place, column in enumerate(made.numeric)},
        **{column.name: rows.categorical[:, place] for place, column in enumerate(made.categorical)},
    }
    found, expected = artifact.score(features), model.answers(rows)
    assert found.labels.tolist() == expected.labels.tolist()
    assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-12)


def test_column_that_is_always_the_same_is_not_scaled() -> None:
    made = recipe(columns=[Numeric("size"), Categorical("flag")])
    same = Table(np.full((4, 1), 7.0), ROWS.categorical, ROWS.labels)

    encoding, seen = encoded(made, same)

    assert encoded_rows.csv(seen, encoding=encoding).decode().splitlines()[0] == "0,0,0,0,1"


def test_record_of_the_encoding_keeps_every_bit() -> None:
    encoding, _ = encoded(recipe())

    again = Encoding.from_document(json.loads(json.dumps(encoding.to_document())))

    assert again.to_document() == encoding.to_document()


@pytest.mark.parametrize(
    "change",
    [
        {"means": [1.0]},
        {"means": [[1.0, 2.0]]},
        {"means": ["x", 1.0]},
        {"scales": [0.0, 1.0]},
        {"scales": [float("nan"), 1.0]},
        {"levels": 3},
        {"fills": None},
        {"rows": "many"},
    ],
)
def test_malformed_record_of_the_encoding_is_a_typed_error(change: dict[str, Any]) -> None:
    encoding, _ = encoded(recipe())

    with pytest.raises(ArtifactInvalid, match="malformed"):
        Encoding.from_document({**encoding.to_document(), **change})


def test_column_without_any_number_is_a_failed_training() -> None:
    made = recipe(columns=[Numeric("size", missing="mean"), Categorical("flag")])
    gaps = Table(np.full((4, 1), np.nan), ROWS.categorical, ROWS.labels)

    with pytest.raises(TrainingFailed, match="column size has no number"):
        encoded(made, gaps)


def test_format_that_reads_no_such_model_refuses_it() -> None:
    class Another(BuiltIn):
        format = "onnx"

    encoding, _ = encoded(recipe())
    with pytest.raises(EstimatorUnsupported, match="onnx reads no model of SageMaker's own algorithms"):
        built_in.fitted(b"", recipe=recipe(), built_in=Another(), encoding=encoding)
