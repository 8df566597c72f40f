"""What moved a prediction: exact, bounded, and refused in words."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.serve import handler
from lambdas.serve.handler import Service
from lambdas.serve.refusal import Refused
from lambdas.serve.scorecard import LINKS, Scorecard
from lambdas.serve.seldom.why.lead import COLUMNS_MAX, most_in, of_lead
from tests.unit.lambdas.serve.document import DOCUMENT

GOOD: dict[str, Any] = {"size": 20, "flag": "SF", "age": 0.25, "zone": "s", "kind": "a"}
QUERY = {name: [str(value)] for name, value in GOOD.items()}


def serving(document: dict[str, Any]) -> Service:
    return Service(Scorecard.from_document(document), "flows", 7, artifact_sha256="0" * 64, format="scorecard")


def predictions(event: object, document: dict[str, Any] = DOCUMENT) -> list[dict[str, Any]]:
    answer: Any = serving(document).answer(event)
    assert answer["status"] == 200, answer
    found: list[dict[str, Any]] = answer["body"]["predictions"]
    return found


def refusal(event: object, document: dict[str, Any] = DOCUMENT) -> tuple[str, str, str]:
    answer: Any = serving(document).answer(event)
    assert answer["status"] == 400
    return answer["body"]["Code"], answer["body"]["Message"], answer["body"]["Accepted"]


@pytest.mark.parametrize("event", [{"query": {**QUERY, "why": ["2"]}}, {"instances": [GOOD], "why": 2}])
def test_the_columns_that_moved_the_lead_most_come_first(event: object) -> None:
    (prediction,) = predictions(event)

    assert prediction["label"] == "normal"
    assert prediction["why"] == {
        "against": "attack",
        "lead": 1.0,
        "constant": 0.5,
        "columns": [{"column": "size", "adds": 1.0}, {"column": "flag", "adds": -1.0}],
        "others": 0.5,
    }


def test_the_lead_is_that_of_the_answered_label() -> None:
    (prediction,) = predictions({"instances": [{**GOOD, "age": -9}], "why": 1})

    assert prediction["label"] == "attack"
    assert prediction["why"]["against"] == "normal"
    assert prediction["why"]["columns"] == [{"column": "age", "adds": 18.0}]
    assert prediction["why"]["lead"] == 17.5


def test_nothing_is_told_when_nobody_asks() -> None:
    assert [sorted(each) for each in predictions({"instances": [GOOD]})] == [
        ["label", "probabilities", "probability"]
    ]


def test_more_columns_than_there_are_give_all_of_them() -> None:
    (prediction,) = predictions({"instances": [GOOD], "why": COLUMNS_MAX})

    assert {each["column"] for each in prediction["why"]["columns"]} == GOOD.keys()
    assert prediction["why"]["others"] == 0.0


def three_classes(link: str, weights: list[float]) -> dict[str, Any]:
    lines = [
        {
            "intercept": weight / 3,
            "numbers": [{"column": "size", "centre": 1.5, "weight": weight}],
            "categories": [{"column": "flag", "weights": {"S0": -weight, "SF": 0.5}, "unknown": 0.25}],
        }
        for weight in weights
    ]
    if link == "sigmoid":
        return {**DOCUMENT, "scores": lines[:1]}
    return {**DOCUMENT, "classes": ["a", "b", "c"], "positive": None, "link": link, "scores": lines}


WEIGHT = st.floats(-1e3, 1e3)


@given(st.sampled_from(LINKS), st.lists(WEIGHT, min_size=3, max_size=3), st.floats(0, 1e6), st.integers(1, 5))
def test_constant_columns_and_others_add_up_to_the_lead(
    link: str, weights: list[float], size: float, most: int
) -> None:
    document = three_classes(link, weights)
    (prediction,) = predictions({"instances": [{**GOOD, "size": size}], "why": most}, document)
    why = prediction["why"]

    parts = [why["constant"], why["others"], *(each["adds"] for each in why["columns"])]
    scale = max(1.0, *map(abs, parts))
    assert abs(math.fsum(parts) - why["lead"]) <= 1e-12 * scale
    scorer = Scorecard.from_document(document)
    scores = [line.score([size, "SF", 0.25, "s", "a"]) for line in scorer.lines]
    by_class = dict(zip(scorer.classes, [0.0, *scores] if link == "sigmoid" else scores, strict=True))
    assert abs(by_class[prediction["label"]] - by_class[why["against"]] - why["lead"]) <= 1e-12 * scale
    assert len(why["columns"]) == most


def test_the_class_that_comes_next_is_the_one_it_leads_over() -> None:
    added = {"a": [0.0, 1.0], "b": [0.0, 3.0], "c": [0.0, 2.0]}

    assert of_lead(added, columns=["size"], label="b", most=1)["against"] == "c"
    assert of_lead(added, columns=["size"], label="b", most=1)["lead"] == 1.0


def test_a_column_of_that_name_is_a_feature_in_a_query() -> None:
    columns = [{"kind": "number", "name": "why", "minimum": None, "maximum": None}]
    scores = [{"intercept": 0.0, "numbers": [{"column": "why", "centre": 0.0, "weight": 1.0}], "categories": []}]
    document = {**DOCUMENT, "schema": {"columns": columns}, "scores": scores}

    (asked,) = predictions({"query": {"why": ["3"]}}, document)
    assert "why" not in asked
    (told,) = predictions({"instances": [{"why": 3}], "why": 1}, document)
    assert told["why"]["columns"] == [{"column": "why", "adds": 3.0}]


@pytest.mark.parametrize("value", [1, COLUMNS_MAX, ["1"], [str(COLUMNS_MAX)]])
def test_one_to_a_hundred_columns_can_be_asked_for(value: object) -> None:
    assert COLUMNS_MAX == 100
    assert most_in(value) in (1, 100)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "why is 0: expected how many columns: 1 to 100"),
        (101, "why is 101"),
        (True, "why is true"),
        (2.0, "why is 2.0"),
        (None, "why is null"),
        ({}, "why is an object"),
        (["0"], "why is 0"),
        (["101"], "why is 101"),
        (["1000"], "why is '1000'"),
        (["-1"], "why is '-1'"),
        (["x" * 99], "why is '" + "x" * 40 + "...'"),
        (["²"], "why is '²'"),
        ([3], "why is a list"),
        ([], "why is given 0 times"),
        (["1", "2"], "why is given 2 times"),
    ],
)
def test_another_number_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(Refused) as refused:
        most_in(value)

    assert words in refused.value.message
    assert (refused.value.code, refused.value.field) == ("WhyMalformed", "why")


def test_a_wrong_number_is_refused_before_any_row_is_read() -> None:
    assert refusal({"instances": [{}], "why": 0})[0] == "WhyMalformed"
    assert refusal({"query": {"why": ["x"]}})[0] == "WhyMalformed"


@pytest.mark.parametrize("weight", [1e300, 1e302])
def test_scores_beyond_a_float_are_refused(weight: float) -> None:
    scores = [{"intercept": 0.0, "numbers": [{"column": "size", "centre": 0, "weight": weight}], "categories": []}]
    document = {**DOCUMENT, "scores": scores}
    event = {"instances": [{**GOOD, "size": 1e6}]}

    assert len(predictions(event, document)) == 1
    if weight < 1e302:
        assert predictions({**event, "why": 1}, document)[0]["why"]["lead"] == 1e306
    else:
        words = "instance 0: these numbers are too large to be explained"
        assert refusal({**event, "why": 1}, document) == ("FeatureOutOfRange", words, "smaller numbers")


def test_an_answer_of_explanations_stays_within_its_bytes() -> None:
    names = [f"{place:03}" + "x" * 61 for place in range(COLUMNS_MAX)]
    columns = [{"kind": "number", "name": name, "minimum": None, "maximum": None} for name in names]
    numbers = [{"column": name, "centre": 0, "weight": -math.pi * 1e-100} for name in names]
    score = {"intercept": 0.1, "numbers": numbers, "categories": []}
    classes = ["a" * 64, "b" * 64]
    service = serving({**DOCUMENT, "classes": classes, "schema": {"columns": columns}, "scores": [score]})
    many = service.instances_max_with(COLUMNS_MAX)
    instance = dict.fromkeys(names, -1.2345678901234567e-100)

    answer: Any = service.answer({"instances": [instance] * many, "why": COLUMNS_MAX})
    assert answer["status"] == 200
    assert handler.ANSWER_BYTES * 0.8 < len(json.dumps(answer)) <= handler.ANSWER_BYTES
    refused: Any = service.answer({"instances": [instance] * (many + 1), "why": COLUMNS_MAX})
    assert (refused["status"], refused["body"]["Code"]) == (413, "TooManyInstances")
    assert f"send at most {many} at a time" in refused["body"]["Message"]
    assert service.instances_max_with(1) == handler.INSTANCES_MAX


def test_an_explanation_may_name_two_long_classes_of_several() -> None:
    """The one that is answered and the one that comes next, where a third one's name is short."""
    classes = ["a" * 20_000, "b" * 20_000, "c"]
    columns = [{"kind": "number", "name": "x", "minimum": None, "maximum": None}]
    scores = [
        {"intercept": intercept, "numbers": [{"column": "x", "centre": 0.0, "weight": 0.1}], "categories": []}
        for intercept in (2.0, 1.0, 0.0)
    ]
    long = {"classes": classes, "positive": None, "link": "softmax", "scores": scores}
    service = serving({**DOCUMENT, **long, "schema": {"columns": columns}})

    answer: Any = service.answer({"instances": [{"x": 0.5}] * service.instances_max_with(1), "why": 1})

    assert answer["body"]["predictions"][0]["why"]["against"] == classes[1]
    assert handler.ANSWER_BYTES * 0.9 < len(json.dumps(answer)) <= handler.ANSWER_BYTES
