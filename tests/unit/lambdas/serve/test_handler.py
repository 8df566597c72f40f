from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import limits
from chalicelib.limits import CLASS_CHARACTERS, CLASSES
from chalicelib.promotion.replaying import ROWS_A_CALL
from lambdas.serve import handler, schema
from lambdas.serve.handler import ANSWER_BYTES, INSTANCES_MAX, Service
from lambdas.serve.scorecard import Scorecard
from tests.unit.lambdas.serve.document import DOCUMENT


def serving(document: dict[str, Any]) -> Service:
    return Service(
        scorer=Scorecard.from_document(document),
        model="flows",
        model_version=7,
        artifact_sha256="0" * 64,
        format="scorecard",
    )


SERVICE = serving(DOCUMENT)
GOOD: dict[str, Any] = {"size": 20, "flag": "SF", "age": 0.25, "zone": "n", "kind": "a"}
QUERY = {"size": ["20"], "flag": ["SF"], "age": ["0.25"], "zone": ["n"], "kind": ["a"]}


def refusal(event: object) -> dict[str, Any]:
    answer = SERVICE.answer(event)
    assert answer["status"] == 400
    body: Any = answer["body"]
    assert body["Message"]
    return dict(body)


@pytest.mark.parametrize("event", [{"instances": [GOOD]}, {"query": QUERY}])
def test_prediction_names_model_version_label_and_probabilities(event: object) -> None:
    answer = SERVICE.answer(event)

    second = 1 / (1 + math.exp(-(0.5 + 1.0 + 0.5 - 1.0)))
    assert answer == {
        "status": 200,
        "body": {
            "model": "flows",
            "model_version": 7,
            "predictions": [
                {
                    "label": "normal",
                    "probability": second,
                    "probabilities": {"attack": 1 - second, "normal": second},
                }
            ],
        },
    }


def test_instances_are_answered_in_their_order() -> None:
    answer: Any = SERVICE.answer({"instances": [{**GOOD, "age": age} for age in (9, -9, 9)]})

    assert [each["label"] for each in answer["body"]["predictions"]] == ["normal", "attack", "normal"]


def test_warm_event_scores_nothing_and_tells_which_artifact_is_served() -> None:
    assert SERVICE.answer({"warm": True}) == {
        "status": 200,
        "body": {
            "model": "flows",
            "model_version": 7,
            "warm": True,
            "artifact_sha256": "0" * 64,
            "format": "scorecard",
        },
    }


@pytest.mark.parametrize(
    ("changes", "code", "field", "accepted"),
    [
        ({"size": None}, "FeatureNotANumber", "size", "a number >= 0 and <= 1000000"),
        ({"size": "20"}, "FeatureNotANumber", "size", "a number >= 0 and <= 1000000"),
        ({"size": True}, "FeatureNotANumber", "size", "a number >= 0 and <= 1000000"),
        ({"size": [1]}, "FeatureNotANumber", "size", "a number >= 0 and <= 1000000"),
        ({"age": math.nan}, "FeatureNotFinite", "age", "a number"),
        ({"age": -math.inf}, "FeatureNotFinite", "age", "a number"),
        ({"age": 10**400}, "FeatureNotFinite", "age", "a number"),
        ({"size": -1}, "FeatureOutOfRange", "size", "a number >= 0 and <= 1000000"),
        ({"size": 1e6 + 1}, "FeatureOutOfRange", "size", "a number >= 0 and <= 1000000"),
        ({"flag": 1}, "FeatureNotAText", "flag", "a text that is not empty"),
        ({"flag": None}, "FeatureNotAText", "flag", "a text that is not empty"),
        ({"flag": ""}, "FeatureEmpty", "flag", "a text that is not empty"),
        ({"zone": "w"}, "CategoryNotAllowed", "zone", "one of n, s"),
        ({"kind": "c"}, "CategoryUnknown", "kind", "one of a, b"),
    ],
)
def test_bad_value_names_field_accepted_form_and_instance(
    changes: dict[str, Any], code: str, field: str, accepted: str
) -> None:
    body = refusal({"instances": [GOOD, {**GOOD, **changes}]})

    assert (body["Code"], body["Field"], body["Accepted"], body["Instance"]) == (code, field, accepted, 1)
    assert body["Message"].startswith(f"instance 1: {field} ")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"size": ["1_000"]}, "FeatureNotANumber"),
        ({"size": ["0x1f"]}, "FeatureNotANumber"),
        ({"size": ["nan"]}, "FeatureNotANumber"),
        ({"size": ["inf"]}, "FeatureNotANumber"),
        ({"size": [""]}, "FeatureNotANumber"),
        ({"size": [" 1"]}, "FeatureNotANumber"),
        ({"size": ["\u0661"]}, "FeatureNotANumber"),
        ({"size": ["1", "1"]}, "FeatureDuplicate"),
        ({"age": ["1e999"]}, "FeatureNotFinite"),
        ({"age": ["9" * 400]}, "FeatureNotFinite"),
        ({"age": ["9" * 401]}, "FeatureNotANumber"),
        ({"age": ["9" * 30_000 + "x"]}, "FeatureNotANumber"),
        ({"size": ["-1"]}, "FeatureOutOfRange"),
        ({"zone": ["w"]}, "CategoryNotAllowed"),
        ({"size": []}, "QueryMalformed"),
        ({"size": "1"}, "QueryMalformed"),
        ({"size": [1]}, "QueryMalformed"),
        ({"colour": ["red"]}, "FeatureUnknown"),
    ],
)
def test_query_is_read_strictly(changes: dict[str, Any], code: str) -> None:
    body = refusal({"query": {**QUERY, **changes}})

    assert (body["Code"], body["Instance"]) == (code, None)


def test_missing_feature_is_named() -> None:
    body = refusal({"instances": [{name: value for name, value in GOOD.items() if name != "age"}]})

    assert (body["Code"], body["Field"], body["Accepted"]) == ("FeatureMissing", "age", "a number")


@pytest.mark.parametrize(
    ("name", "hint"), [("sizes", "did you mean size?"), ("qqq", "the model takes age, flag, kind, size, zone")]
)
def test_unknown_feature_is_named_with_a_hint(name: str, hint: str) -> None:
    body = refusal({"instances": [{**GOOD, name: 1}]})

    assert (body["Code"], body["Field"]) == ("FeatureUnknown", name)
    assert hint in body["Message"]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({}, "EventMalformed"),
        ([], "EventMalformed"),
        (None, "EventMalformed"),
        ({"Records": []}, "EventMalformed"),
        ({"warm": False}, "EventMalformed"),
        ({"warm": 1}, "EventMalformed"),
        ({"warm": True, "instances": [GOOD]}, "EventMalformed"),
        ({"query": None}, "QueryMalformed"),
        ({"query": {}}, "FeatureMissing"),
        ({"instances": {}}, "InstancesNotAList"),
        ({"instances": "abc"}, "InstancesNotAList"),
        ({"instances": []}, "InstancesEmpty"),
        ({"instances": [GOOD, [1, 2]]}, "InstanceNotAnObject"),
        ({"instances": [None]}, "InstanceNotAnObject"),
    ],
)
def test_event_of_another_form_is_refused(event: object, code: str) -> None:
    assert refusal(event)["Code"] == code


def test_more_instances_than_the_limit_are_too_large_a_request() -> None:
    answer: Any = SERVICE.answer({"instances": [GOOD] * (INSTANCES_MAX + 1)})

    assert answer["status"] == 413
    assert answer["body"]["Code"] == "TooManyInstances"
    assert SERVICE.answer({"instances": [GOOD] * INSTANCES_MAX})["status"] == 200


@pytest.mark.parametrize("most", [0, 1])
def test_every_instance_may_be_answered_with_the_longest_label(most: int) -> None:
    """So of two names of the same length together, the longer one decides how many fit."""
    columns = [{"kind": "number", "name": "x", "minimum": None, "maximum": None}]
    score = {"intercept": 0.1, "numbers": [{"column": "x", "centre": 0.0, "weight": 1.0}], "categories": []}

    def of(*names: str) -> int:
        document = {
            **DOCUMENT,
            **{"classes": [*names, "c"], "positive": None, "schema": {"columns": columns}},
            **{"link": "softmax", "scores": [score] * 3},
        }
        return serving(document).instances_max_with(most)

    assert of("a" * 20_000, "b") < of("a" * 10_000, "b" * 10_001)


def test_as_many_instances_are_answered_as_fit_what_lambda_returns() -> None:
    names = [f"{number:02}" + "\U0001f600" * (CLASS_CHARACTERS - 2) for number in range(CLASSES)]
    columns = [{"kind": "number", "name": "x", "minimum": None, "maximum": None}]
    score = {"intercept": 0.1, "numbers": [{"column": "x", "centre": 0.0, "weight": 1.0}], "categories": []}
    document = {
        **DOCUMENT,
        **{"classes": names, "positive": None, "schema": {"columns": columns}},
        **{"link": "softmax", "scores": [score] * CLASSES},
    }
    service = serving(document)

    answer: Any = service.answer({"instances": [{"x": 0.1}] * service.instances_max})

    assert answer["status"] == 200
    assert ROWS_A_CALL <= service.instances_max < INSTANCES_MAX
    assert 0.5 * ANSWER_BYTES < len(json.dumps(answer)) <= ANSWER_BYTES
    refused: Any = service.answer({"instances": [{"x": 0.1}] * (service.instances_max + 1)})
    assert (refused["status"], refused["body"]["Code"]) == (413, "TooManyInstances")


def test_limits_of_the_package_are_those_of_the_table() -> None:
    assert (handler.ANSWER_BYTES, schema.NUMBER_CHARACTERS) == (limits.ANSWER_BYTES, limits.NUMBER_CHARACTERS)
    assert limits.LAMBDA_PAYLOAD_BYTES >= 2 * limits.ANSWER_BYTES


def test_numbers_too_large_for_any_score_are_refused() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    document["scores"][0]["numbers"] = [
        {"column": "age", "centre": 0.0, "weight": 1e10},
        {"column": "age", "centre": 0.0, "weight": -1e10},
    ]
    service = serving(document)

    answer: Any = service.answer({"instances": [{**GOOD, "age": 1e308}]})

    assert (answer["status"], answer["body"]["Code"]) == (400, "FeatureOutOfRange")


def test_deep_and_undecodable_values_are_refused_in_encodable_words() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    for value in (deep, "\ud800", 10**5000, "x" * 10**6):
        body = refusal({"instances": [{**GOOD, "size": value}]})
        assert len(json.dumps(body, ensure_ascii=False).encode()) < 500
    body = refusal({"instances": [{**GOOD, "\ud800" * 100: 1}]})
    assert len(json.dumps(body, ensure_ascii=False).encode()) < 1000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
instance_like = st.fixed_dictionaries({name: json_values for name in GOOD})
events = st.one_of(
    json_values,
    st.fixed_dictionaries({"instances": json_values | st.lists(instance_like | json_values, max_size=3)}),
    st.fixed_dictionaries({"query": json_values | st.dictionaries(st.sampled_from(list(GOOD)), json_values)}),
    st.fixed_dictionaries({"query": st.fixed_dictionaries({name: st.lists(st.text(), max_size=2) for name in GOOD})}),
)


@settings(max_examples=400)
@given(event=events)
def test_no_json_makes_it_raise_or_answer_what_cannot_be_sent(event: object) -> None:
    answer = SERVICE.answer(event)

    assert answer["status"] in (200, 400, 413)
    json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()


@given(size=st.floats(0, 1e6), age=st.floats(allow_nan=False, allow_infinity=False))
def test_query_and_instance_of_one_content_have_one_answer(size: float, age: float) -> None:
    instance = SERVICE.answer({"instances": [{**GOOD, "size": size, "age": age}]})
    query = SERVICE.answer({"query": {**QUERY, "size": [repr(size)], "age": [repr(age)]}})

    assert instance == query


def test_number_that_a_function_is_not_defined_for_is_refused_by_its_feature() -> None:
    document = {**DOCUMENT, "format_version": 4, "values": [{"column": "age", "steps": [["log"]]}]}
    (line,) = DOCUMENT["scores"]
    numbers = [*line["numbers"], {"value": 0, "centre": 0.0, "weight": 1.0}]
    service = serving({**document, "scores": [{**line, "numbers": numbers}]})

    answers = [service.answer({"instances": [GOOD, {**GOOD, "age": age}]}) for age in (0.0, -1.5, 1e-300)]

    assert [answer["status"] for answer in answers] == [400, 400, 200]
    assert answers[1]["body"] == {
        "Code": "FeatureOutOfRange",
        "Message": "instance 1: age is -1.5, and the model takes log of it: expected a number > 0",
        "Field": "age",
        "Accepted": "a number > 0",
        "Instance": 1,
    }
