"""A request gives a date as a text, and what is no date is refused with what is accepted."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lambdas.serve.handler import Service
from lambdas.serve.schema import ModelInvalid, Noted, Schema
from lambdas.serve.scorecard import Scorecard

DAY = 86_400
OPENED: dict[str, Any] = {"kind": "date", "name": "opened", "minimum": None, "maximum": None}
FORM = "a date (2026-01-31 or 2026-01-31T10:20:30Z)"


def serving(**changes: Any) -> Service:
    """P(late) is the sigmoid of the days since 1970."""
    term = {"column": "opened", "centre": 0.0, "weight": 1 / DAY}
    document = {
        "format": "scorecard",
        "format_version": 5,
        "classes": ["early", "late"],
        "positive": None,
        "schema": {"columns": [{**OPENED, **changes}]},
        "link": "sigmoid",
        "scores": [{"intercept": 0.0, "numbers": [term], "categories": []}],
    }
    scorer = Scorecard.from_document(document)
    return Service(scorer=scorer, model="m", model_version=1, artifact_sha256="0" * 64, format="scorecard")


def body(event: object, *, status: int = 200, **changes: Any) -> dict[str, Any]:
    answer: Any = serving(**changes).answer(event)
    assert answer["status"] == status, answer
    return dict(answer["body"])


def days(told: dict[str, Any]) -> float:
    (prediction,) = told["predictions"]
    late = prediction["probabilities"]["late"]
    return math.log(late / (1 - late))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01", 0),
        ("1970-01-02", 1),
        ("1969-12-31", -1),
        ("1970-01-01T12:00Z", 0.5),
        ("1970-01-01 12:00:00", 0.5),
        ("1970-01-02T00:00:00.000+12:00", 0.5),
    ],
)
def test_an_instance_and_a_query_are_read_alike(text: str, expected: float) -> None:
    told = body({"instances": [{"opened": text}]})

    assert days(told) == pytest.approx(expected)
    assert body({"query": {"opened": [text]}}) == told


@pytest.mark.parametrize("value", ["31/01/2026", "2026-02-30", "today", " 2026-01-31", "1767225600", ""])
def test_another_text_is_refused(value: str) -> None:
    for event in ({"instances": [{"opened": value}]}, {"query": {"opened": [value]}}):
        refused = body(event, status=400)

        assert (refused["Code"], refused["Field"], refused["Accepted"]) == ("FeatureNotADate", "opened", FORM)
        assert refused["Message"].endswith(f"opened is {value!r}, not a date: expected {FORM}")


@pytest.mark.parametrize("value", [0, 1.5, True, None, [], {}])
def test_a_number_of_an_instance_is_no_date(value: object) -> None:
    refused = body({"instances": [{"opened": value}]}, status=400)

    assert (refused["Code"], refused["Accepted"]) == ("FeatureNotADate", FORM)


def test_what_takes_the_place_of_a_missing_date_is_said_as_a_date() -> None:
    policy: dict[str, Any] = {"missing": 1.5 * DAY + 0.5, "absent": ["9999-12-31"]}
    words = "opened is missing: 1970-01-02T12:00:00Z takes its place"

    events: list[dict[str, Any]] = [
        {"instances": [{}]},
        {"instances": [{"opened": None}]},
        {"instances": [{"opened": ""}]},
        {"instances": [{"opened": "9999-12-31"}]},
        {"query": {"opened": [""]}},
        {"query": {"opened": ["9999-12-31"]}},
    ]
    for event in events:
        told = body(event, **policy)

        assert days(told) == pytest.approx(1.5, abs=1e-4)
        assert [each["Message"] for each in told["warnings"]] == [words]


def test_a_missing_date_may_stay_missing() -> None:
    column = Schema.from_document({"columns": [{**OPENED, "missing": "kept", "absent": []}]})
    noted: Noted = []

    assert [str(each) for each in (*column.read({}, noted), *column.read_query({"opened": [""]}, noted))] == [
        "nan"
    ] * 2
    assert noted == []


def test_a_date_out_of_range_is_refused_or_clipped() -> None:
    bounds: dict[str, Any] = {"minimum": 0.0, "maximum": 2.5 * DAY}
    form = f"{FORM} >= 1970-01-01 and <= 1970-01-03T12:00:00Z"
    late = {"instances": [{"opened": "1970-01-04"}]}

    refused = body(late, status=400, **bounds)
    told = body(late, **bounds, outside="clip")

    assert (refused["Code"], refused["Accepted"]) == ("FeatureOutOfRange", form)
    assert refused["Message"] == f"instance 0: opened is 1970-01-04, out of range: expected {form}"
    assert days(told) == pytest.approx(2.5)
    (noted,) = told["warnings"]
    assert noted["Message"] == f"opened is out of range ({form}): the nearest bound takes its place"


def test_a_prediction_tells_what_a_date_adds() -> None:
    (prediction,) = body({"instances": [{"opened": "1970-01-03"}], "why": 1})["predictions"]

    assert prediction["why"]["columns"] == [{"column": "opened", "adds": pytest.approx(2.0)}]


@pytest.mark.parametrize("wrong", [{"minimum": -1e12}, {"maximum": 1e12}, {"missing": 1e12, "absent": []}])
def test_a_model_with_a_bound_that_is_no_time_is_malformed(wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelInvalid, match="malformed"):
        serving(**wrong)
