"""nightswap predict: the live version's answer, and the answers of those that served at a time."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from chalicelib.errors import BadRequest, ModelUnknown, NoLiveModel, VersionUnfit
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.moves import canary
from tests.given.nights import MODEL, promote
from tests.unit.workflows.cli.test_ledger import without_author

HOUR = 3600


def serving(package: bytes, payload: bytes) -> bytes:
    query = json.loads(payload)["query"]
    if "duration" not in query:
        return json.dumps({"status": 400, "body": {"Code": "FeatureMissing"}}).encode()
    body = {"model": MODEL, "model_version": 1, "predictions": [{"label": "attack", "asked": query}]}
    return json.dumps({"status": 200, "body": body}).encode()


def live_stage() -> FakeStage:
    stage = FakeStage(FakeOutside(MODEL, handler=serving))
    promote(stage.edges, run="run-1")
    return stage


def two_nights() -> FakeStage:
    """Version 1 live from 3 o'clock on, version 2 from 4 o'clock; it is 5. An answer tells the package's version."""

    def answering(package: bytes, payload: bytes) -> bytes:
        body = {"predictions": [{"label": package.decode(errors="replace")[-40:], "asked": json.loads(payload)}]}
        return json.dumps({"status": 200, "body": body}).encode()

    stage = FakeStage(FakeOutside(MODEL, handler=answering))
    for run in ("run-1", "run-2"):
        promote(stage.edges, run=run, fingerprint=run)
        stage.outside.clock.sleep(HOUR)
    return stage


def past(stage: FakeStage, at: str, *features: str) -> dict[str, Any]:
    return cast(dict[str, Any], stage.json("predict", *(features or ("duration=0",)), "--at", at))


def test_live_model_is_asked() -> None:
    assert live_stage().json("predict", "duration=0", "src_bytes=54540") == {
        "model": MODEL,
        "model_version": 1,
        "label": "attack",
        "asked": {"duration": ["0"], "src_bytes": ["54540"]},
    }


@pytest.mark.parametrize(
    ("feature", "value"), [("duration=-1", "-1"), ("duration=", ""), ("duration=a=b", "a=b"), ("duration= 1", " 1")]
)
def test_feature_is_passed_on_as_it_was_given(feature: str, value: str) -> None:
    found = live_stage().json("predict", feature)

    assert isinstance(found, dict)
    assert found["asked"] == {"duration": [value]}


def test_feature_given_twice_is_for_the_serving_function_to_refuse() -> None:
    found = live_stage().json("predict", "duration=0", "duration=1")

    assert isinstance(found, dict)
    assert found["asked"] == {"duration": ["0", "1"]}


def test_prediction_ends_with_zero_and_refusal_with_one() -> None:
    stage = live_stage()

    answered, refused = stage.run("predict", "duration=0"), stage.run("predict", "src_bytes=0")

    assert (answered.exit_code, refused.exit_code) == (0, 1)
    assert json.loads(refused.stdout) == {"Code": "FeatureMissing"}


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"init_ms": 79}, "start: cold, 79 ms"),
        ({"init_ms": 0}, "start: warm"),
        ({}, "start: not told by a version of an earlier release"),
    ],
)
def test_predict_tells_whether_the_start_was_cold_beside_the_answer(told: dict[str, int], line: str) -> None:
    def starting(package: bytes, payload: bytes) -> bytes:
        return json.dumps(json.loads(serving(package, payload)) | told).encode()

    stage = FakeStage(FakeOutside(MODEL, handler=starting))
    promote(stage.edges, run="run-1")

    asked = stage.run("predict", "duration=0")

    assert asked.stderr.splitlines() == [line]
    assert json.loads(asked.stdout)["label"] == "attack"


@pytest.mark.parametrize("feature", ["duration", "0"])
def test_feature_without_a_value_is_wrong_usage(feature: str) -> None:
    result = live_stage().run("predict", feature)

    assert result.exit_code == 2
    assert "is not of the form FEATURE=VALUE" in result.stderr


def test_model_that_is_named_as_a_feature_is_not_passed_over() -> None:
    result = live_stage().run("predict", "model=another", "duration=0")

    assert result.exit_code == 2
    assert "name the model by an option: --model another" in result.stderr


def test_predict_asks_for_the_columns_that_moved_it_most() -> None:
    said = json.loads(live_stage().run("predict", "duration=0", "--why", "3").stdout)

    assert said["asked"] == {"duration": ["0"], "why": ["3"]}


def test_predict_tells_of_one_column_at_least() -> None:
    done = live_stage().run("predict", "duration=0", "--why", "0")

    assert done.exit_code == 2
    assert "is not in the range x>=1" in done.output


def test_the_version_that_served_then_is_asked() -> None:
    stage = two_nights()
    now = stage.json("predict", "duration=0")

    early, late = past(stage, "2026-11-21 03:30"), past(stage, "2026-11-21 04:30")

    assert (early["model"], early["at"]) == (MODEL, "2026-11-21T03:30:00.000Z")
    assert [(each["share"], each["is_certain"]) for each in early["answers"]] == [(1, True)]
    assert early["answers"][0]["asked"] == {"query": {"duration": ["0"]}}
    assert late["answers"][0]["label"] == cast(Any, now)["label"] != early["answers"][0]["label"]


def test_each_version_that_had_a_share_is_asked() -> None:
    stage = two_nights()
    canary(stage.edges)
    stage.outside.clock.sleep(HOUR)

    assert [each["share"] for each in past(stage, "2026-11-21 05:30")["answers"]] == [0.9, 0.1]


def test_a_version_that_perhaps_served_already_is_asked_too() -> None:
    stage = two_nights()
    without_author(stage, 2)

    answers = past(stage, "2026-11-21 03:30")["answers"]

    assert [(each["share"], each["is_certain"]) for each in answers] == [(1, False), (1, False)]
    assert answers[0]["label"] != answers[1]["label"]


def test_past_prediction_can_tell_why() -> None:
    (answer,) = past(two_nights(), "2026-11-21 03:30", "duration=0", "--why", "2")["answers"]

    assert answer["asked"] == {"query": {"duration": ["0"], "why": ["2"]}}


def test_refusal_of_a_past_version_ends_with_one() -> None:
    result = live_stage().run("predict", "src_bytes=0", "--at", "2026-11-21 03:00")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["answers"] == [{"share": 1, "is_certain": True, "Code": "FeatureMissing"}]


def test_version_that_served_and_is_gone_is_named() -> None:
    stage = two_nights()
    stage.edges.functions.delete_version(MODEL, "1")

    gone = stage.run("predict", "duration=0", "--at", "2026-11-21 03:30").exception

    assert isinstance(gone, VersionUnfit)
    assert "version 1 of kdd99-http served then, as function version 1, which is gone: it was pruned" in gone.message


def test_nothing_answers_for_a_time_before_the_first_promotion() -> None:
    early = two_nights().run("predict", "duration=0", "--at", "2026-11-20").exception

    assert isinstance(early, NoLiveModel)
    assert early.message == "nothing of kdd99-http was live at 2026-11-20T00:00:00.000Z"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--at", "yesterday"), BadRequest),
        (("--at", "2027-01-01"), BadRequest),
        (("--at", "2026-11-21 03:30", "--model", "another"), ModelUnknown),
    ],
)
def test_time_or_model_that_is_none_is_refused(arguments: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(two_nights().run("predict", "duration=0", *arguments).exception, error)
