"""A request gives an array as one list, held to the policies of its columns; what is wrong is told by its place."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from lambdas.serve.handler import Service
from lambdas.serve.schema import ModelInvalid, Schema
from lambdas.serve.scorecard import Scorecard

PIXELS: dict[str, Any] = {"kind": "array", "name": "pixels", "size": 3, "minimum": 0, "maximum": 255}
FORM = "a list of 3 numbers, each a number >= 0 and <= 255"
VERSION_7: dict[str, Any] = {
    "format": "scorecard",
    "format_version": 7,
    "classes": ["dark", "light"],
    "positive": None,
    "schema": {
        "columns": [
            {"kind": "number", "name": "age", "minimum": None, "maximum": None},
            PIXELS,
            {"kind": "category", "name": "flag", "allowed": None, "levels": ["S0"], "unknown": "ignored"},
        ]
    },
    "link": "sigmoid",
    "scores": [
        {
            "intercept": 0.0,
            "numbers": [
                {"column": name, "centre": 0.0, "weight": weight}
                for name, weight in (("age", 1.0), ("pixels_0", 0.1), ("pixels_1", 0.01), ("pixels_2", 0.001))
            ],
            "categories": [{"column": "flag", "weights": {"S0": 0.0}, "unknown": 0.0}],
        }
    ],
}


def serving(**changes: Any) -> Service:
    """The log odds of light are age + 0.1 * the first pixel + 0.01 * the second + 0.001 * the third."""
    age, _, flag = VERSION_7["schema"]["columns"]
    document = {**VERSION_7, "schema": {"columns": [age, {**PIXELS, **changes}, flag]}}
    scorer = Scorecard.from_document(document)
    return Service(scorer=scorer, model="m", model_version=1, artifact_sha256="0" * 64, format="scorecard")


def instance(pixels: object, **more: Any) -> dict[str, Any]:
    return {"instances": [{"age": 0, "pixels": pixels, "flag": "S0", **more}]}


def query(pixels: str) -> dict[str, Any]:
    return {"query": {"age": ["0"], "pixels": [pixels], "flag": ["S0"]}}


def body(event: object, *, status: int = 200, **changes: Any) -> dict[str, Any]:
    answer: Any = serving(**changes).answer(event)
    assert answer["status"] == status, answer
    return dict(answer["body"])


def log_odds(told: dict[str, Any]) -> float:
    (prediction,) = told["predictions"]
    light = prediction["probabilities"]["light"]
    return math.log(light / (1 - light))


def test_list_of_an_instance_and_commas_of_a_query_are_read_alike() -> None:
    told = body(instance([10, 20.5, 30]))

    assert log_odds(told) == pytest.approx(1.235)
    assert body(query("10,20.5,30")) == told


@pytest.mark.parametrize(
    ("pixels", "code", "words"),
    [
        ("1,2,3", "FeatureNotAList", "pixels is '1,2,3', not a list"),
        (None, "FeatureNotAList", "pixels is null, not a list"),
        ({}, "FeatureNotAList", "pixels is an object, not a list"),
        ([], "FeatureLength", "pixels holds 0, not 3"),
        ([1, 2], "FeatureLength", "pixels holds 2, not 3"),
        ([1, 2, 3, 4], "FeatureLength", "pixels holds 4, not 3"),
    ],
)
def test_what_is_no_list_of_as_many_numbers_is_refused(pixels: object, code: str, words: str) -> None:
    refused = body(instance(pixels), status=400)

    assert (refused["Code"], refused["Field"], refused["Accepted"]) == (code, "pixels", FORM)
    assert refused["Message"] == f"instance 0: {words}: expected {FORM}"


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        (256, "FeatureOutOfRange", "pixels_1 is 256, out of range"),
        (-1, "FeatureOutOfRange", "pixels_1 is -1, out of range"),
        (10**400, "FeatureNotFinite", "pixels_1 is not a finite number"),
        (math.nan, "FeatureNotFinite", "pixels_1 is not a finite number"),
        (True, "FeatureNotANumber", "pixels_1 is true, not a number"),
        (None, "FeatureNotANumber", "pixels_1 is null, not a number"),
        ("1", "FeatureNotANumber", "pixels_1 is '1', not a number"),
        ([1], "FeatureNotANumber", "pixels_1 is a list, not a number"),
    ],
)
def test_number_that_is_refused_is_named_by_its_place(value: object, code: str, words: str) -> None:
    refused = body(instance([1, value, 3]), status=400)

    assert (refused["Code"], refused["Field"]) == (code, "pixels_1")
    assert refused["Message"] == f"instance 0: {words}: expected a number >= 0 and <= 255"


@pytest.mark.parametrize(
    ("text", "code"), [("1,2", "FeatureLength"), ("", "FeatureLength"), ("1,x,3", "FeatureNotANumber")]
)
def test_query_is_held_to_the_same(text: str, code: str) -> None:
    assert body(query(text), status=400)["Code"] == code


@pytest.mark.parametrize("missing", [[5, 6, 7.0], 6])
def test_missing_numbers_get_what_the_model_has_for_their_place(missing: Any) -> None:
    fills = missing if isinstance(missing, list) else [missing] * 3
    told = body(instance([10, None, 30]), missing=missing, absent=["NA"])
    words = "what the model has for each position" if isinstance(missing, list) else "6"

    assert log_odds(told) == pytest.approx(1 + fills[1] / 100 + 0.03)
    assert told["warnings"] == [
        {
            "Code": "FeatureMissing",
            "Message": f"numbers of pixels are missing: {words} takes their place",
            "Field": "pixels",
            "Count": 1,
            "Instances": [0],
        }
    ]
    assert body(query("10,NA,30"), missing=missing, absent=["NA"])["predictions"] == told["predictions"]


def test_array_that_is_absent_or_null_lacks_all_its_numbers() -> None:
    policy: dict[str, Any] = {"missing": [5, 6, 7], "absent": []}
    without = {"instances": [{"age": 0, "flag": "S0"}]}

    assert log_odds(body(without, **policy)) == pytest.approx(0.5 + 0.06 + 0.007)
    assert body(instance(None), **policy) == body(without, **policy)
    assert body(query(""), **policy)["predictions"] == body(without, **policy)["predictions"]


def test_absent_array_is_refused_where_missing_numbers_are() -> None:
    refused = body({"instances": [{"age": 0, "flag": "S0"}]}, status=400)

    assert refused["Message"] == f"instance 0: pixels is missing: expected {FORM}"


def test_kept_missing_numbers_stay_missing_without_a_warning() -> None:
    service = serving(missing="kept", absent=[])
    noted: list[tuple[str, str, str]] = []
    row = service.scorer.schema.read({"age": 0, "pixels": [1, None, 3], "flag": "S0"}, noted)

    assert (row[:2], row[3:], noted) == ([0.0, 1.0], [3.0, "S0"], [])
    assert math.isnan(float(row[2]))


def test_numbers_out_of_range_become_the_bound_with_one_warning_for_all() -> None:
    told = body(instance([300, -5, 30]), outside="clip")

    assert log_odds(told) == pytest.approx(25.5 + 0.03, rel=1e-4)
    assert [each["Message"] for each in told["warnings"]] == [
        "numbers of pixels are out of range (a number >= 0 and <= 255): the nearest bound takes their place"
    ]


def test_column_of_an_array_is_no_feature_of_a_request() -> None:
    refused = body(instance([1, 2, 3], pixels_1=4), status=400)

    assert (refused["Code"], refused["Field"]) == ("FeatureUnknown", "pixels_1")
    assert refused["Message"].endswith("did you mean pixels?")


def test_explanation_tells_which_place_moved_it() -> None:
    told = body({**instance([10, 20, 30]), "why": 1})

    assert told["predictions"][0]["why"]["columns"] == [{"column": "pixels_0", "adds": pytest.approx(1.0)}]


def test_scorecard_of_version_7_answers_as_it_did() -> None:
    scorecard = Scorecard.from_document(json.loads(json.dumps(VERSION_7)))

    label, shares = scorecard.score([0.5, 10.0, 20.0, 30.0, "S0"])

    assert label == "light"
    assert shares == pytest.approx([0.151, 0.849], abs=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0},
        {"size": "3"},
        {"size": 3.0},
        {"missing": [1, 2]},
        {"missing": math.inf, "absent": []},
        {"outside": "cut"},
    ],
)
def test_schema_whose_array_makes_no_sense_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ModelInvalid):
        serving(**changes)


def test_values_by_column_become_a_request() -> None:
    age, _, flag = VERSION_7["schema"]["columns"]
    values = {"age": 4, "pixels_0": 1, "pixels_1": 2, "pixels_2": 3}

    assert Schema.from_document({"columns": [age, flag]}).as_request({"age": 4}) == {"age": 4}
    assert Schema.from_document({"columns": [age, PIXELS]}).as_request(values) == {"age": 4, "pixels": [1, 2, 3]}
