from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import limits
from chalicelib.api import prediction
from chalicelib.api.prediction import Question
from chalicelib.errors import (
    BadRequest,
    Busy,
    FunctionBusy,
    FunctionUnavailable,
    ModelUnknown,
    NightswapError,
    NoLiveModel,
    RequestError,
    ServingFailed,
    StackMissing,
    WrongContentType,
)
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.given.interference import interfered, raising
from tests.given.lambda_reports import KILLED, OUT_OF_TIME, failing
from tests.given.nights import MODEL, outside, promote


def refusing(error: NightswapError) -> InMemoryFunctions:
    return interfered(InMemoryFunctions(MODEL), "invoke", before=raising(error))


def serving(package: bytes, payload: bytes) -> bytes:
    return json.dumps({"status": 200, "body": {"predictions": [{"asked": json.loads(payload)}]}}).encode()


def broken(package: bytes, payload: bytes) -> bytes:
    raise RuntimeError("the package is broken")


def from_body(body: bytes, content_type: str | None = None) -> Question:
    return prediction.from_body(body, content_type=content_type, default_model=MODEL)


def ask(functions: InMemoryFunctions, question: Question) -> tuple[int, dict[str, Any]]:
    return prediction.ask(functions, question, known=functions.models).whole


def test_query_becomes_the_question_of_one_instance() -> None:
    question = prediction.from_query({"duration": ["0"], "flag": ["SF", "S0"]}, default_model=MODEL)

    assert question == Question(MODEL, {"query": {"duration": ["0"], "flag": ["SF", "S0"]}})


def test_query_may_name_its_model() -> None:
    question = prediction.from_query({"model": ["other"], "duration": ["0"]}, default_model=MODEL)

    assert question == Question("other", {"query": {"duration": ["0"]}})


def test_query_that_names_two_models_is_refused() -> None:
    with pytest.raises(BadRequest) as caught:
        prediction.from_query({"model": ["a", "b"]}, default_model=MODEL)

    assert caught.value.details["field"] == "model"


def test_body_becomes_the_question_of_its_instances() -> None:
    body = b'{"instances": [{"duration": 0}], "model": "other"}'

    assert from_body(body) == Question("other", {"instances": [{"duration": 0}]})


def test_body_that_names_no_model_asks_the_default() -> None:
    assert from_body(b'{"instances": []}') == Question(MODEL, {"instances": []})


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json ;x=y"],
)
def test_json_is_taken_however_it_is_called(content_type: str | None) -> None:
    assert from_body(b'{"instances": []}', content_type).model == MODEL


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/jsonl", ";", "application/x-www-form-urlencoded"]
)
def test_other_content_types_are_refused(content_type: str) -> None:
    with pytest.raises(WrongContentType) as caught:
        from_body(b'{"instances": []}', content_type)

    assert caught.value.details == {
        "field": "Content-Type",
        "accepted": "application/json or application/x-npy",
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b"null", None),
        (b'"instances"', None),
        (b"\xff\xfe\xfd", None),
        (b'{"instances": [{"x": "\xff"}]}', None),
        (b"{}", "instances"),
        (b'{"model": "other"}', "instances"),
        (b'{"instances": [], "modle": "m"}', "modle"),
        (b'{"instances": [], "model": 7}', "model"),
        (b'{"instances": [], "model": null}', "model"),
        (b'{"instances": [], "instances": []}', "instances"),
        (b'{"instances": [{"duration": 1, "src": 2, "duration": 1}]}', "duration"),
        (b'{"instances": [{"x": NaN}]}', None),
        (b'{"instances": [{"x": Infinity}]}', None),
        (b'{"instances": [{"x": -Infinity}]}', None),
        (b'{"instances": [{"x": 1e999}]}', None),
        (b'{"instances": [{"x": -1e999}]}', None),
        (b'{"instances": [{"x": ' + b"9" * 5000 + b"}]}", None),
        (b'{"instances": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
        (b'{"instances": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", None),
    ],
)
def test_malformed_body_is_refused_naming_the_field(body: bytes, field: str | None) -> None:
    with pytest.raises(BadRequest) as caught:
        from_body(body)

    assert caught.value.details.get("field") == field
    assert caught.value.details["accepted"]
    assert len(caught.value.message) < 300


@given(st.binary())
def test_arbitrary_bytes_are_a_question_or_a_request_error(body: bytes) -> None:
    try:
        from_body(body)
    except RequestError as refused:
        assert 400 <= refused.status < 500


json_texts = st.recursive(
    st.sampled_from(["null", "true", "1", "-0", "1e308", "1e309", "NaN", "9" * 4300, "9" * 4301, '"\\ud800"', '"x"']),
    lambda inner: (
        st.lists(inner).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(st.sampled_from(["instances", "model", "a"]), inner)).map(
            lambda pairs: "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}"
        )
    ),
    max_leaves=10,
)


@given(json_texts)
def test_whatever_was_asked_is_answered_or_a_request_error(text: str) -> None:
    night = FakeOutside(MODEL, handler=serving)
    promote(night.edges, run="run-1")

    try:
        status, _ = ask(night.functions, from_body(text.encode()))
    except RequestError:
        return

    assert status == 200


def test_live_version_is_asked_and_its_answer_passed_on() -> None:
    night = FakeOutside(MODEL, handler=serving)
    promote(night.edges, run="run-1")

    status, body = ask(night.functions, Question(MODEL, {"query": {"duration": ["0"]}}))

    assert (status, body) == (200, {"predictions": [{"asked": {"query": {"duration": ["0"]}}}]})


def test_refusal_of_the_serving_function_is_an_answer() -> None:
    refusal = {"Code": "FeatureMissing", "Message": "duration is missing"}
    night = FakeOutside(MODEL, handler=lambda package, payload: json.dumps({"status": 400, "body": refusal}).encode())
    promote(night.edges, run="run-1")

    assert ask(night.functions, Question(MODEL, {"query": {}})) == (400, refusal)


@pytest.mark.parametrize("model", ["", "Upper", "a b", "../x", "x" * 25, "\ud800", "a\n"])
def test_what_is_no_models_name_is_never_looked_for(model: str) -> None:
    never = refusing(FunctionUnavailable("must not be asked"))

    with pytest.raises(ModelUnknown) as caught:
        ask(never, Question(model, {}))

    assert caught.value.details["field"] == "model"


def test_model_without_a_live_version_says_how_to_get_one() -> None:
    with pytest.raises(NoLiveModel, match="POST /retrain"):
        ask(outside().functions, Question(MODEL, {}))


def test_model_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(ModelUnknown) as caught:
        ask(outside("a", "b").functions, Question("c", {}))

    assert caught.value.details == {"field": "model", "accepted": "a, b"}


def test_stage_without_serving_functions_says_how_to_get_them() -> None:
    with pytest.raises(StackMissing, match="nightswap deploy"):
        ask(FakeOutside().functions, Question(MODEL, {}))


@pytest.mark.parametrize("error", [FunctionBusy("Pending"), FunctionUnavailable("throttled")])
def test_function_that_is_busy_or_away_is_to_be_asked_again(error: NightswapError) -> None:
    with pytest.raises(Busy, match="try again") as caught:
        ask(refusing(error), Question(MODEL, {}))

    assert caught.value.status == 503
    assert caught.value.__cause__ is error


def test_function_that_raised_is_a_broken_package() -> None:
    night = FakeOutside(MODEL, handler=broken)
    promote(night.edges, run="run-1")

    with pytest.raises(ServingFailed, match="version 1 of the serving function") as caught:
        ask(night.functions, Question(MODEL, {}))

    assert "the package is broken" not in caught.value.message
    assert "failed with RuntimeError: see its log" in caught.value.message


@pytest.mark.parametrize(
    ("report", "event", "words"),
    [
        (OUT_OF_TIME, {"query": {}}, "ran out of time after 10 s: give the recipe more by serving=Serving(timeout"),
        (OUT_OF_TIME, {"npy": ""}, "ran out of time after 10 s: send fewer instances at a time, score a file with"),
        (KILLED, {"instances": []}, "ran out of memory: send fewer instances at a time, score a file with"),
        (KILLED, {"query": {}}, "ran out of memory: give the recipe more by serving=Serving(memory_mb=...)"),
    ],
)
def test_function_that_was_cut_off_is_told_with_the_way_out(
    report: dict[str, Any], event: dict[str, Any], words: str
) -> None:
    night = FakeOutside(MODEL, handler=failing(report))
    promote(night.edges, run="run-1")

    with pytest.raises(ServingFailed) as caught:
        ask(night.functions, Question(MODEL, event))

    assert f"version 1 of the serving function of {MODEL} {words}" in caught.value.message


@pytest.mark.parametrize(
    ("event", "way_out"),
    [({"query": {}}, "try again"), ({"instances": []}, "send fewer instances at a time, score a file with")],
)
def test_function_that_takes_longer_than_the_caller_waits_is_told_with_the_seconds(
    event: dict[str, Any], way_out: str
) -> None:
    waited = FunctionUnavailable("no answer", waited_seconds=20)

    with pytest.raises(Busy, match=f"did not answer within 20 s, and nobody waits longer for it here: {way_out}"):
        ask(refusing(waited), Question(MODEL, event))


def test_single_prediction_comes_without_the_list() -> None:
    body = {"model": MODEL, "model_version": 3, "predictions": [{"label": "attack", "probability": 0.9}]}

    assert prediction.single(200, body) == (
        200,
        {"model": MODEL, "model_version": 3, "label": "attack", "probability": 0.9},
    )


def test_refusal_of_a_single_prediction_stays_as_it_is() -> None:
    refusal: dict[str, Any] = {"Code": "FeatureMissing"}

    assert prediction.single(400, refusal) == (400, refusal)


def from_npy(body: bytes, **query: list[str]) -> Question:
    return prediction.from_body(body, content_type="Application/x-npy", default_model=MODEL, query=query)


def test_a_file_becomes_base64_and_its_query_says_what_json_would_say_beside_instances() -> None:
    assert from_npy(b"\x93NUMPY\x01") == Question(MODEL, {"npy": "k05VTVBZAQ=="})
    assert from_npy(b"", model=["other"], why=["3"]) == Question("other", {"npy": "", "why": ["3"]})


@pytest.mark.parametrize("query", [{"duration": ["0"]}, {"model": ["a", "b"]}])
def test_query_beside_a_file_may_say_nothing_else(query: dict[str, list[str]]) -> None:
    with pytest.raises(BadRequest) as caught:
        from_npy(b"", **query)

    assert caught.value.details["accepted"]


def test_a_file_of_the_limit_fits_the_call_of_the_function() -> None:
    question = from_npy(bytes(limits.NPY_BODY_BYTES), model=["m" * 60], why=["100"])

    assert len(json.dumps(question.event)) < limits.LAMBDA_PAYLOAD_BYTES
