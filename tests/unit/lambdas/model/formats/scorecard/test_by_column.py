"""Rows that are scored together have the answers that the code which serves gives to each, to the last bit."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import rows
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.by_column import check, to_ask
from lambdas.model.predictions import Answers

LINKS = {"sigmoid": 2, "softmax": 3, "one_vs_rest": 3, "one_vs_rest_or_none": 3}
NAMES = ("good", "bad", "a class of more letters")
LARGEST = sys.float_info.max
EDGES = (0.0, -0.0, 1.0, 5e-324, -5e-324, 1e16, 0.1, LARGEST, -LARGEST)
LEVELS = ("S0", "SF", "", "ä", "a level of more letters")
STEPS: tuple[list[list[Any]], ...] = ([["log1p"]], [["minus", 1.0], ["sqrt"]], [["reciprocal"]], [["exp"]])

numbers = st.floats(allow_nan=False, allow_infinity=False)
weights = st.one_of(numbers, st.floats(-10, 10), st.sampled_from(EDGES))


@st.composite
def columns(draw: st.DrawFn) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 3))):
        column: dict[str, Any] = {"kind": "number", "name": f"n{place}", "minimum": None, "maximum": None}
        if draw(st.booleans()):
            lowest, highest = sorted([draw(numbers), draw(numbers)])
            column |= {"minimum": lowest, "maximum": highest, "outside": "clip"}
        if draw(st.booleans()):
            column |= {"missing": draw(st.one_of(numbers, st.just("kept"))), "absent": ["?"]}
        found.append(column)
    for place in range(draw(st.integers(0, 2))):
        levels = draw(st.lists(st.sampled_from(LEVELS), min_size=1, unique=True))
        found.append(
            {"kind": "category", "name": f"c{place}", "allowed": None, "levels": levels, "unknown": "ignored"}
        )
    return found


@st.composite
def scorecards(draw: st.DrawFn) -> dict[str, Any]:
    link = draw(st.sampled_from([*LINKS]))
    made = draw(columns())
    numeric = [each["name"] for each in made if each["kind"] == "number"]
    values = [
        {"column": draw(st.sampled_from(numeric)), "steps": draw(st.sampled_from(STEPS))}
        for _ in range(draw(st.integers(0, 2)))
    ]
    binned = [{"column": numeric[0], "steps": [["bins", [0.0, 1.0]]]}] if draw(st.booleans()) else []

    def line() -> dict[str, Any]:
        terms: list[dict[str, Any]] = [{"column": name} for name in numeric]
        terms += [{"value": place} for place in range(len(values))]
        categories: list[dict[str, Any]] = [
            {
                "column": each["name"],
                "weights": {level: draw(weights) for level in each["levels"]},
                "unknown": draw(weights),
            }
            for each in made
            if each["kind"] == "category"
        ]
        categories += [{"value": len(values), "weights": [draw(weights) for _ in range(3)]} for _ in binned]
        return {
            "intercept": draw(weights),
            "numbers": [{**term, "centre": draw(weights), "weight": draw(weights)} for term in terms],
            "categories": categories,
        }

    schema: dict[str, Any] = {"columns": made}
    if link == "sigmoid" and draw(st.booleans()):
        schema["threshold"] = {"positive": NAMES[0], "probability": draw(st.floats(1e-9, 1))}
    return {
        "format": "scorecard",
        "format_version": 7,
        "classes": list(NAMES[: LINKS[link]]),
        "positive": NAMES[0],
        "schema": schema,
        "values": values + binned,
        "link": link,
        "scores": [line() for _ in range(1 if link == "sigmoid" else LINKS[link])],
    }


@st.composite
def features(draw: st.DrawFn, made: list[dict[str, Any]]) -> dict[str, Any]:
    count = draw(st.integers(0, 12))
    found: dict[str, Any] = {}
    for each in made:
        if each["kind"] == "number":
            cells = st.one_of(numbers, st.sampled_from(EDGES), *([st.just(math.nan)] if "missing" in each else []))
            found[each["name"]] = np.array(draw(st.lists(cells, min_size=count, max_size=count)), dtype=np.float64)
        else:
            texts = st.sampled_from([*LEVELS, "unknown!"])
            found[each["name"]] = np.array(draw(st.lists(texts, min_size=count, max_size=count)), dtype=np.str_)
    return found


def document_of(link: str, *, seed: int) -> dict[str, Any]:
    drawn = np.random.default_rng(seed)
    names = [f"n{place}" for place in range(8)]

    def line() -> dict[str, Any]:
        terms = [{"column": name, "centre": drawn.normal(), "weight": drawn.normal()} for name in names]
        return {"intercept": drawn.normal(), "numbers": terms, "categories": []}

    return {
        "format": "scorecard",
        "format_version": 1,
        "classes": list(NAMES[: LINKS[link]]),
        "positive": None,
        "schema": {"columns": [{"kind": "number", "name": n, "minimum": None, "maximum": None} for n in names]},
        "link": link,
        "scores": [line() for _ in range(1 if link == "sigmoid" else LINKS[link])],
    }


def bits(probabilities: Any) -> Any:
    """NaN is NaN, whatever its bits."""
    found = np.array(probabilities, dtype=np.float64)
    return np.where(np.isnan(found), np.nan, found).tobytes()


@settings(max_examples=300)
@given(st.data(), scorecards())
def test_rows_that_are_scored_together_have_the_bits_of_each_row_scored_by_the_code_that_serves(
    data: st.DataObject, document: dict[str, Any]
) -> None:
    artifact = load(json.dumps(document).encode())
    given_features = data.draw(features(document["schema"]["columns"]))

    found = artifact.score(given_features)

    expected = [artifact.scorecard.score(row) for row in rows(artifact.schema, features=given_features)]
    assert found.labels.tolist() == [label for label, _ in expected]
    assert found.probabilities.shape == (len(expected), len(artifact.classes))
    assert bits(found.probabilities) == bits([shares for _, shares in expected])


@pytest.mark.parametrize("link", LINKS)
def test_so_have_thousands_of_rows(link: str) -> None:
    artifact = load(json.dumps(document_of(link, seed=1)).encode())
    drawn = np.random.default_rng(2)
    many = {
        column.name: drawn.normal(size=5_003) * 10.0 ** drawn.integers(-9, 9) for column in artifact.schema.columns
    }

    found = artifact.score(many)

    expected = [artifact.scorecard.score(row) for row in rows(artifact.schema, features=many)]
    assert found.labels.tolist() == [label for label, _ in expected]
    assert bits(found.probabilities) == bits([shares for _, shares in expected])


ANSWERS = Answers(
    ("good", "bad"), np.array(["good", "bad", "good"]), np.array([[0.75, 0.25], [0.5, 0.5], [math.nan] * 2])
)
SERVED = [("good", [0.75, 0.25]), ("bad", [0.5, 0.5]), ("good", [math.nan] * 2)]


def test_answers_are_held_against_those_of_the_code_that_serves() -> None:
    check(ANSWERS, asked=np.arange(3), served=SERVED)


@pytest.mark.parametrize(
    "other", [("good", [0.5, 0.5]), ("bad", [0.5, np.nextafter(0.5, 1)]), ("bad", [0.5, math.nan])]
)
def test_an_answer_that_differs_from_that_of_the_code_that_serves_is_refused(other: tuple[str, list[float]]) -> None:
    with pytest.raises(ArtifactInvalid, match="row 1 of these gets another answer than from the code that serves"):
        check(ANSWERS, asked=np.arange(3), served=[SERVED[0], other, SERVED[2]])


def test_the_code_that_serves_is_asked_for_rows_without_an_answer_and_for_the_lowest_and_highest_number() -> None:
    numbers, texts = np.zeros(2_000), np.full(2_000, "S0")
    numbers[[3, 700]] = [-5, 8]
    probabilities = np.zeros((2_000, 2))
    probabilities[[11, 1_300]] = np.nan

    asked = to_ask([numbers, texts], probabilities).tolist()

    assert {3, 11, 700, 1_300} < {*asked}
    assert 5 < len(asked) < 20
    assert asked == to_ask([numbers, texts], probabilities).tolist()


def test_no_row_is_no_answer() -> None:
    artifact = load(json.dumps(document_of("softmax", seed=1)).encode())

    found = artifact.score({column.name: np.empty(0) for column in artifact.schema.columns})

    assert (len(found), found.probabilities.shape) == (0, (0, 3))
