"""What is missing, out of range or unknown gets what the model says, and the answer says so; or all is refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.serve.handler import ANSWER_BYTES, INSTANCES_MAX, Service
from lambdas.serve.schema import Schema
from lambdas.serve.scorecard import Scorecard
from lambdas.serve.seldom.unfit_names import ACCEPTED_CHARACTERS, LISTED_MISSING
from lambdas.serve.seldom.warned import POSITIONS_MAX, WARNINGS_MAX
from tests.unit.lambdas.serve.document import DOCUMENT

GOOD: dict[str, Any] = {"size": 20, "flag": "SF", "age": 0.25, "zone": "n", "kind": "a"}


def with_policies() -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    size, flag, age, zone, _ = document["schema"]["columns"]
    size["outside"] = "clip"
    flag |= {"missing": "none", "absent": ["NA"]}
    age |= {"missing": 40.5, "absent": ["NA", "?"]}
    zone |= {"missing": "n", "absent": []}
    return {**document, "format_version": 3}


def serving(document: dict[str, Any]) -> Service:
    scorer = Scorecard.from_document(document)
    return Service(scorer=scorer, model="flows", model_version=7, artifact_sha256="0" * 64, format="scorecard")


SERVICE = serving(with_policies())


def body(event: object, *, status: int = 200) -> dict[str, Any]:
    answer: Any = SERVICE.answer(event)
    assert answer["status"] == status, answer
    return dict(answer["body"])


def alike(changes: dict[str, Any]) -> Any:
    return body({"instances": [{**GOOD, **changes}]})["predictions"]


def test_an_answer_without_anything_to_note_has_no_warnings() -> None:
    assert set(body({"instances": [GOOD]})) == {"model", "model_version", "predictions"}
    assert set(body({"query": {name: [f"{value}"] for name, value in GOOD.items()}})) == {
        "model",
        "model_version",
        "predictions",
    }


@pytest.mark.parametrize(
    ("given", "instead", "words"),
    [
        ({"age": None}, {"age": 40.5}, "age is missing: 40.5 takes its place"),
        ({"flag": None}, {"flag": "none"}, "flag is missing: 'none' takes its place"),
        ({"flag": ""}, {"flag": "none"}, "flag is missing: 'none' takes its place"),
        ({"flag": "NA"}, {"flag": "none"}, "flag is missing: 'none' takes its place"),
        ({"zone": ""}, {"zone": "n"}, "zone is missing: 'n' takes its place"),
    ],
)
def test_what_takes_the_place_of_a_missing_value_is_said(
    given: dict[str, Any], instead: dict[str, Any], words: str
) -> None:
    (name,) = given

    told = body({"instances": [{**GOOD, **given}]})

    assert told["predictions"] == alike(instead)
    assert told["warnings"] == [
        {"Code": "FeatureMissing", "Message": words, "Field": name, "Count": 1, "Instances": [0]}
    ]
    absent = {each: value for each, value in GOOD.items() if each != name}
    assert body({"instances": [absent]}) == told


@pytest.mark.parametrize(("size", "bound"), [(-0.001, 0.0), (-1e300, 0.0), (1e6 + 1, 1e6)])
def test_a_number_beyond_a_bound_is_scored_as_the_bound(size: float, bound: float) -> None:
    told = body({"instances": [{**GOOD, "size": size}]})

    assert told["predictions"] == alike({"size": bound})
    words = "size is out of range (a number >= 0 and <= 1000000): the nearest bound takes its place"
    assert [(each["Code"], each["Message"]) for each in told["warnings"]] == [("FeatureClipped", words)]


@pytest.mark.parametrize("size", [0, 1e6])
def test_a_bound_itself_is_in_range(size: float) -> None:
    assert "warnings" not in body({"instances": [{**GOOD, "size": size}]})


@pytest.mark.parametrize(("name", "text"), [("flag", "S7"), ("zone", "s")])
def test_a_category_that_training_did_not_have_is_scored_and_said(name: str, text: str) -> None:
    told = body({"query": {each: [f"{value}"] for each, value in ({**GOOD, name: text}).items()}})

    words = f"{name} is a category that the model never saw"
    assert told["warnings"] == [{"Code": "CategoryUnknown", "Message": words, "Field": name}]


@pytest.mark.parametrize("text", ["", "NA", "?"])
def test_a_text_of_a_query_that_stands_for_a_missing_number_is_one(text: str) -> None:
    query = {name: [f"{value}"] for name, value in GOOD.items()}

    told = body({"query": {**query, "age": [text]}})

    assert told["predictions"] == alike({"age": 40.5})
    assert told == body({"query": {name: texts for name, texts in query.items() if name != "age"}})


@pytest.mark.parametrize("value", ["NA", "", True, [], {}])
def test_a_number_of_an_instance_is_missing_as_null_alone(value: object) -> None:
    refused = body({"instances": [{**GOOD, "age": value}]}, status=400)

    assert (refused["Code"], refused["Field"]) == ("FeatureNotANumber", "age")


@pytest.mark.parametrize("value", [0, True, [], {}, ["NA"]])
def test_a_value_that_is_no_text_is_no_missing_category(value: object) -> None:
    assert body({"instances": [{**GOOD, "flag": value}]}, status=400)["Code"] == "FeatureNotAText"


def test_all_features_that_are_missing_and_have_no_policy_are_named_at_once() -> None:
    refused = body({"instances": [GOOD, {"age": 1, "zone": "n"}]}, status=400)

    assert (refused["Code"], refused["Field"], refused["Instance"]) == ("FeatureMissing", "size", 1)
    assert refused["Message"] == (
        "instance 1: 2 features are missing: size (a number >= 0 and <= 1000000), kind (one of a, b)"
    )
    assert refused["Accepted"] == "kind, size"


def test_an_unknown_feature_is_told_before_those_that_are_missing() -> None:
    assert body({"instances": [{"sizes": 1}]}, status=400)["Code"] == "FeatureUnknown"


def test_a_refusal_of_many_missing_features_stays_short() -> None:
    names = [f"column-{number}" for number in range(LISTED_MISSING + 2)]
    allowed = ["x" * 100, "y"]
    columns = [
        {"kind": "category", "name": name, "allowed": allowed, "levels": [], "unknown": "ignored"} for name in names
    ]
    service = serving({**DOCUMENT, "schema": {"columns": columns}, "scores": [{**ONE_SCORE}]})

    answer: Any = service.answer({"instances": [{}]})

    message = answer["body"]["Message"]
    assert message.startswith("instance 0: 22 features are missing: column-0 (one of xxx")
    assert message.endswith("...) and 2 more")
    assert "column-19 " in message and "column-20" not in message
    assert message.count("x") <= LISTED_MISSING * ACCEPTED_CHARACTERS
    exactly: Any = service.answer({"instances": [dict.fromkeys(names[:2], "y")]})
    assert "more" not in exactly["body"]["Message"]


ONE_SCORE: dict[str, Any] = {"intercept": 0.5, "numbers": [], "categories": []}


def test_what_is_noted_of_many_instances_is_one_warning_of_each_kind_and_column() -> None:
    several = [{**GOOD, "age": None}] * (POSITIONS_MAX + 1)

    told = body({"instances": [GOOD, *several, {**GOOD, "size": -1}, {**GOOD, "age": None, "size": 1e9}]})

    assert [(each["Code"], each["Field"], each["Count"]) for each in told["warnings"]] == [
        ("FeatureMissing", "age", POSITIONS_MAX + 2),
        ("FeatureClipped", "size", 2),
    ]
    assert told["warnings"][0]["Instances"] == [*range(1, POSITIONS_MAX + 1)]
    assert told["warnings"][1]["Instances"] == [POSITIONS_MAX + 2, POSITIONS_MAX + 3]
    assert len(told["predictions"]) == POSITIONS_MAX + 4


@pytest.mark.parametrize(("columns", "told"), [(WARNINGS_MAX, WARNINGS_MAX), (WARNINGS_MAX + 1, WARNINGS_MAX + 1)])
def test_an_answer_tells_so_many_warnings_and_how_many_more_there_are(columns: int, told: int) -> None:
    several: list[dict[str, Any]] = [
        {"kind": "number", "name": f"x{place}", "minimum": None, "maximum": None, "missing": 0.0, "absent": []}
        for place in range(columns)
    ]
    service = serving({**DOCUMENT, "format_version": 3, "schema": {"columns": several}, "scores": [ONE_SCORE]})

    events: list[dict[str, Any]] = [{"query": {}}, {"instances": [{}]}]
    for event in events:
        answer: Any = service.answer(event)
        warnings = answer["body"]["warnings"]
        assert len(warnings) == told
        last = {"Code": "MoreWarnings", "Message": "and 1 more", "Field": None}
        assert (warnings[-1] == last) is (columns > WARNINGS_MAX)


def test_warnings_fit_an_answer_beside_the_most_predictions() -> None:
    several: list[dict[str, Any]] = [
        {
            "kind": "number",
            "name": f"{'x' * 90}{place}",
            "minimum": None,
            "maximum": None,
            "missing": 0.0,
            "absent": [],
        }
        for place in range(100)
    ]
    service = serving({**DOCUMENT, "format_version": 3, "schema": {"columns": several}, "scores": [ONE_SCORE]})

    answer: Any = service.answer({"instances": [{}] * INSTANCES_MAX})

    assert len(json.dumps(answer["body"]["warnings"])) < ANSWER_BYTES / 50


@given(
    given=st.fixed_dictionaries(
        {},
        optional={
            "size": st.floats(allow_nan=False, allow_infinity=False),
            "flag": st.none() | st.text(max_size=3),
            "age": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        },
    )
)
def test_a_row_that_was_read_is_in_range_and_reads_again_without_a_note(given: dict[str, Any]) -> None:
    schema = Schema.from_document(with_policies()["schema"])
    noted: list[tuple[str, str, str]] = []
    row = list(schema.read({**GOOD, **given}, noted))

    again: list[tuple[str, str, str]] = []
    assert schema.read(dict(zip([each.name for each in schema.columns], row, strict=True)), again) == row
    assert all(code == "CategoryUnknown" for code, _, _ in again)
    assert 0 <= float(row[0]) <= 1e6
