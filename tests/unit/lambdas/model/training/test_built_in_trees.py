"""A model of SageMaker's XGBoost: XGBoost's own answers for the rows that it was trained on, and the trees of it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import ArtifactInvalid
from lambdas.model.formats import ubjson
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.fitted import Fitted
from lambdas.model.training import built_in
from tests.given import sagemaker_models

CODE = format_of("trees").code()


def fitted(classes: int, content: bytes | None = None) -> Fitted:
    recipe = sagemaker_models.recipe(classes)
    own = recipe.built_in
    assert own is not None
    encoding, _ = sagemaker_models.encoded(classes)
    body = sagemaker_models.file(classes, "xgboost-model") if content is None else content
    return built_in.fitted(body, recipe=recipe, built_in=own, encoding=encoding)


@pytest.mark.parametrize("classes", [2, 3])
def test_text_that_xgboost_read_is_what_is_written(classes: int) -> None:
    _, rows = sagemaker_models.encoded(classes)

    assert rows == sagemaker_models.file(classes, "rows.csv")


@pytest.mark.parametrize("classes", [2, 3])
def test_answers_are_those_of_xgboost_itself(classes: int) -> None:
    expected = np.array(json.loads(sagemaker_models.file(classes, "answers.json")))

    answers = fitted(classes).answers(sagemaker_models.table(classes))

    found = answers.probabilities[:, 1] if classes == 2 else answers.probabilities
    assert np.abs(found - expected).max() < 2e-7  # XGBoost's own exp differs by a step of a 32-bit float
    assert answers.classes == tuple(f"class {place}" for place in range(classes))


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("unknown", [False, True])
def test_trees_equal_the_answers(classes: int, unknown: bool) -> None:
    model = fitted(classes)
    artifact = CODE.load(CODE.export(model).content)
    rows = sagemaker_models.table(classes, seed=1, unknown=unknown)

    features = {"size": rows.numeric[:, 0], "age": rows.numeric[:, 1], "flag": rows.categorical[:, 0]}
    found, expected = artifact.score(features), model.answers(rows)

    assert found.labels.tolist() == expected.labels.tolist()
    assert np.abs(found.probabilities - expected.probabilities).max() < 1e-9


def test_same_model_as_json_gives_the_same_trees() -> None:
    document = ubjson.read(sagemaker_models.file(2, "xgboost-model"))

    assert CODE.export(fitted(2, json.dumps(document).encode())).content == CODE.export(fitted(2)).content


def changed(**learner: Any) -> bytes:
    document = ubjson.read(sagemaker_models.file(2, "xgboost-model"))
    return json.dumps({**document, "learner": {**document["learner"], **learner}}).encode()


def broken_tree(tree_param: dict[str, Any]) -> bytes:
    document = ubjson.read(sagemaker_models.file(2, "xgboost-model"))
    document["learner"]["gradient_booster"]["model"]["trees"][0]["tree_param"] = tree_param
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"\x80\x04\x95cxgboost.core", "is a pickle, which runs whatever is in it, and nothing is unpickled"),
        (lambda: b"binf\0\0\0\0", "the file is XGBoost's old binary form"),
        (lambda: b"", "the file is no JSON"),
        (lambda: b"{}", "the file has no `learner`"),
        (lambda: b"{i\x01ai\x01}", "the file has no `learner`"),
        (lambda: sagemaker_models.file(2, "xgboost-model")[:5000], "the file ends before its end"),
        (lambda: sagemaker_models.file(3, "xgboost-model"), "tells 3 classes apart, and the recipe has 2"),
        (
            partial(changed, learner_model_param={"num_feature": "2000000000"}),
            "has 2,000,000,000 features: expected 5",
        ),
        (partial(changed, learner_model_param={"num_feature": "4"}), "has 4 features: expected 5"),
        (partial(changed, learner_model_param={}), "has no `num_feature`"),
        (
            partial(changed, learner_model_param={"num_feature": "5", "num_class": "0", "base_score": "2"}),
            "base_score",
        ),
        (lambda: broken_tree({"size_leaf_vector": {"a": 1}}), "the model of XGBoost is malformed: TypeError"),
        (partial(changed, gradient_booster={"name": "dart"}), "was made with booster='dart'"),
    ],
)
def test_file_that_the_image_does_not_leave_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ArtifactInvalid) as raised:
        fitted(2, make())

    assert words in raised.value.message


@given(place=st.integers(0, len(sagemaker_models.file(2, "xgboost-model")) - 1), byte=st.integers(0, 255))
def test_byte_that_was_changed_gives_a_model_or_a_refusal(place: int, byte: int) -> None:
    whole = sagemaker_models.file(2, "xgboost-model")
    try:
        fitted(2, whole[:place] + bytes([byte]) + whole[place + 1 :])
    except ArtifactInvalid:
        return
