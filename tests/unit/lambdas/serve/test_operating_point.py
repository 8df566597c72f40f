"""A model with a threshold answers by it: at serving and in Evaluate alike, and `why` tells the lead over it."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import served
from lambdas.model.formats.scorecard.artifact import ScorecardArtifact, load
from lambdas.model.predictions import Answers
from lambdas.serve.handler import PackageBroken, Service, open_package
from lambdas.serve.links import OperatingPoint
from lambdas.serve.schema import ModelInvalid
from lambdas.serve.scorecard import FORMAT_VERSION, Scorecard
from tests.unit.lambdas.serve.document import DOCUMENT

CLASSES = ("attack", "normal")
GOOD: dict[str, Any] = {"size": 20, "flag": "SF", "age": 0.25, "zone": "n", "kind": "a"}


def with_threshold(threshold: Any, *, positive: str = "attack", **changes: Any) -> dict[str, Any]:
    schema = {**DOCUMENT["schema"], "threshold": {"positive": positive, "probability": threshold}}
    return {**DOCUMENT, "format_version": FORMAT_VERSION, "schema": schema, **changes}


def answered(document: dict[str, Any], ages: list[float], **asked: Any) -> list[dict[str, Any]]:
    service = Service(Scorecard.from_document(document), "flows", 7, artifact_sha256="0" * 64, format="scorecard")
    answer: Any = service.answer({"instances": [{**GOOD, "age": age} for age in ages], **asked})
    assert answer["status"] == 200, answer
    found: list[dict[str, Any]] = answer["body"]["predictions"]
    return found


def judged(document: dict[str, Any], ages: list[float]) -> list[str]:
    """The labels that Evaluate counts."""
    features = {name: np.array([value] * len(ages)) for name, value in GOOD.items()}
    artifact = load(json.dumps(document).encode())
    return list(served(artifact, {**features, "age": np.array(ages)}).labels.tolist())


@given(
    threshold=st.floats(0.001, 1.0),
    positive=st.sampled_from(CLASSES),
    ages=st.lists(st.floats(-20, 20), min_size=1, max_size=20),
)
@settings(max_examples=40)
def test_the_positive_class_is_answered_from_the_threshold_on_as_evaluate_counts_it(
    threshold: float, positive: str, ages: list[float]
) -> None:
    document = with_threshold(threshold, positive=positive)

    found = answered(document, ages)

    assert [each["label"] == positive for each in found] == [
        each["probabilities"][positive] >= threshold for each in found
    ]
    assert judged(document, ages) == [each["label"] for each in found]
    assert all(each["probability"] == each["probabilities"][each["label"]] for each in found)


@pytest.mark.parametrize("positive", CLASSES)
def test_a_probability_at_the_threshold_reaches_it_and_the_next_one_below_does_not(positive: str) -> None:
    (plain,) = answered(DOCUMENT, [0.25])
    probability = plain["probabilities"][positive]
    other = next(name for name in CLASSES if name != positive)

    for threshold, label in ((probability, positive), (math.nextafter(probability, 1), other)):
        document = with_threshold(threshold, positive=positive)

        assert [each["label"] for each in answered(document, [0.25])] == [label]
        assert judged(document, [0.25]) == [label]


@given(
    threshold=st.floats(0.01, 0.99), positive=st.sampled_from(CLASSES), age=st.floats(-5, 5), most=st.integers(1, 5)
)
@settings(max_examples=40)
def test_why_tells_the_lead_over_the_threshold(threshold: float, positive: str, age: float, most: int) -> None:
    document = with_threshold(threshold, positive=positive)

    (found,) = answered(document, [age], why=most)

    shares, why, label = found["probabilities"], found["why"], found["label"]
    sign = 1 if label == positive else -1
    odds = math.log(shares[positive] / shares[why["against"] if label == positive else label])
    assert why["lead"] == pytest.approx(sign * (odds - math.log(threshold / (1 - threshold))), abs=1e-6)
    assert why["lead"] >= -1e-9
    assert why["constant"] + why["others"] + sum(each["adds"] for each in why["columns"]) == pytest.approx(
        why["lead"]
    )


def test_the_constants_of_a_model_hold_its_threshold_so_that_the_highest_score_is_the_answer() -> None:
    document = with_threshold(0.8, positive="normal")
    plain, shifted = (ScorecardArtifact(Scorecard.from_document(each)) for each in (DOCUMENT, document))

    assert (plain.constants - shifted.constants).tolist() == [0.0, pytest.approx(math.log(4))]


def test_why_refuses_a_threshold_that_no_score_reaches_exactly() -> None:
    service = Service(
        Scorecard.from_document(with_threshold(1.0)), "flows", 7, artifact_sha256="0" * 64, format="scorecard"
    )

    answer: Any = service.answer({"instances": [GOOD], "why": 1})

    assert (answer["status"], answer["body"]["Code"]) == (400, "FeatureOutOfRange")


@pytest.mark.parametrize(
    "document",
    [
        *(with_threshold(each) for each in (0, 1.1, -1, math.nan, "much", None)),
        with_threshold(0.5, format_version=4),
        with_threshold(0.5, link="softmax", scores=DOCUMENT["scores"] * 2),
        {**with_threshold(0.5), "schema": {**DOCUMENT["schema"], "threshold": {"probability": 0.5}}},
    ],
)
def test_what_is_no_threshold_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ModelInvalid):
        Scorecard.from_document(document)


def test_a_threshold_of_another_class_breaks_the_package_and_cannot_be_judged(tmp_path: Path) -> None:
    artifact = json.dumps(with_threshold(0.5, positive="worm")).encode()
    manifest = {
        **{"model": "flows", "model_version": 7, "format": "scorecard", "artifact_file": "model.json"},
        "artifact_sha256": hashlib.sha256(artifact).hexdigest(),
    }
    (tmp_path / "model.json").write_bytes(artifact)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(PackageBroken, match="ValueError"):
        open_package(tmp_path)
    with pytest.raises(ArtifactInvalid, match="a threshold of 'worm' is for two classes, one of them that"):
        judged(with_threshold(0.5, positive="worm"), [0.25])


def test_probabilities_that_are_no_numbers_reach_no_threshold() -> None:
    answers = Answers(CLASSES, np.array(["attack"]), np.array([[math.nan, math.nan]]))

    assert answers.at(OperatingPoint("attack", 0.5)).labels.tolist() == ["normal"]
    assert answers.at(None) is answers


def test_a_threshold_comes_back_from_its_document() -> None:
    point = OperatingPoint("attack", 0.25)

    assert len({point, OperatingPoint("attack", 0.25)}) == 1
    assert OperatingPoint.in_schema({"threshold": json.loads(json.dumps(point.to_document()))}) == point
