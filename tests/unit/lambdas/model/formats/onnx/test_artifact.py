from __future__ import annotations

import numpy as np
import pytest

from chalicelib.errors import ArtifactInvalid
from lambdas.model.formats.onnx.artifact import ROWS_AT_A_TIME, load
from tests.given.graphs import difference, model, strangers
from tests.given.trees import table


def test_many_rows_are_scored_some_at_a_time() -> None:
    of = model("network")

    assert difference(of, strangers(2 * ROWS_AT_A_TIME + 1)) == ""


def test_no_rows_have_no_answers() -> None:
    of = model("network", 3)

    answers = of.artifact.score(table(3).take(np.arange(0)).features(of.fitted.recipe))

    assert answers.probabilities.shape == (0, 3)


def test_artifact_says_its_classes_and_columns() -> None:
    of = model("network", 3)

    assert of.artifact.classes == of.fitted.classes
    assert [column.name for column in of.artifact.schema.columns] == ["a", "protocol", "b", "c", "flag"]


def test_content_that_is_no_graph_is_invalid() -> None:
    with pytest.raises(ArtifactInvalid, match="retrain the model with this release"):
        load(b"{}")


def test_rows_that_the_graph_cannot_take_are_told() -> None:
    of = model("network")
    of = type(of)(of.fitted, load(of.content), of.content)
    of.artifact.model.numbers.pop()

    with pytest.raises(ArtifactInvalid, match="onnxruntime cannot score these rows"):
        of.artifact.score(table(3).features(of.fitted.recipe))
