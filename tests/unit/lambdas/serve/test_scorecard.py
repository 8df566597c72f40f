from __future__ import annotations

import copy
import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.serve.links import sigmoid, softmax
from lambdas.serve.schema import ModelInvalid
from lambdas.serve.scorecard import LEAST_SCORE, Scorecard, one_vs_rest, one_vs_rest_or_none

DOCUMENT: dict[str, Any] = {
    "format": "scorecard",
    "format_version": 2,
    "classes": ["ant", "bee", "cat"],
    "positive": None,
    "schema": {"columns": [{"kind": "number", "name": "x", "minimum": None, "maximum": None}]},
    "link": "softmax",
    "scores": [
        {"intercept": 0.0, "numbers": [{"column": "x", "centre": 0.0, "weight": weight}], "categories": []}
        for weight in (1.0, -1.0, 0.0)
    ],
}
X: dict[str, Any] = {"kind": "number", "name": "x", "minimum": None, "maximum": None}
TEXT: dict[str, Any] = {"kind": "category", "name": "x", "allowed": None, "levels": [], "unknown": "ignored"}
any_scores = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=6)


@given(scores=any_scores)
def test_probabilities_are_ordered_as_the_scores_and_sum_to_1(scores: list[float]) -> None:
    for link in (softmax, one_vs_rest):
        probabilities = link(scores)

        assert math.isclose(sum(probabilities), 1.0)
        assert all(0 <= probability <= 1 for probability in probabilities)
        assert probabilities[int(np.argmax(scores))] == max(probabilities)


def test_each_class_against_the_rest_shares_1_unless_none_has_a_share() -> None:
    below = math.nextafter(LEAST_SCORE, -math.inf)

    assert one_vs_rest_or_none([0.0, 0.0, -math.inf]) == [0.5, 0.5, 0.0]
    assert one_vs_rest_or_none([LEAST_SCORE, below]) == [1.0, 0.0]
    assert one_vs_rest_or_none([below, below, -math.inf]) == [0.0, 0.0, 0.0]
    assert all(map(math.isnan, one_vs_rest_or_none([math.nan, 1.0])))


@given(scores=st.lists(st.floats(-700, 700), min_size=2, max_size=6))
def test_both_forms_of_one_against_the_rest_agree_where_some_class_has_a_share(scores: list[float]) -> None:
    assert one_vs_rest_or_none(scores) == one_vs_rest(scores)


@given(score=st.floats(-700, 700))
def test_sigmoid_is_the_logistic_function(score: float) -> None:
    assert sigmoid(score) == pytest.approx(1 / (1 + math.exp(-score)), abs=1e-15)
    assert sigmoid(score) + sigmoid(-score) == pytest.approx(1)


def test_label_is_the_class_of_the_highest_score_and_the_first_among_equals() -> None:
    scorecard = Scorecard.from_document(DOCUMENT)

    assert [scorecard.score([x])[0] for x in (2.0, -2.0, 0.0)] == ["ant", "bee", "ant"]


def test_score_of_zero_is_the_first_of_two_classes() -> None:
    document = {**DOCUMENT, "classes": ["no", "yes"], "link": "sigmoid", "scores": DOCUMENT["scores"][:1]}

    assert Scorecard.from_document(document).score([0.0]) == ("no", [0.5, 0.5])


def test_large_numbers_that_spread_little_keep_their_digits() -> None:
    document = copy.deepcopy(DOCUMENT)
    document.update(classes=["no", "yes"], link="sigmoid", scores=DOCUMENT["scores"][:1])
    document["scores"] = [
        {"intercept": 0.0, "numbers": [{"column": "x", "centre": 1.7e9, "weight": 1.0}], "categories": []}
    ]

    assert Scorecard.from_document(document).score([1.7e9 + 0.5])[1][1] == sigmoid(0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "onnx"},
        {"format_version": 0},
        {"format_version": 8},
        {"format_version": [2]},
        {"format_version": "2"},
        {"classes": ["one"]},
        {"classes": ["ant", "ant", "ant"]},
        {"classes": ["ant", "bee"]},
        {"link": "probit"},
        {"link": "sigmoid"},
        {"scores": []},
        {"scores": [{"intercept": math.nan, "numbers": [], "categories": []}] * 3},
        {"scores": [{"intercept": "1", "numbers": [], "categories": []}] * 3},
        {"scores": [{"intercept": 0, "numbers": [{"column": "y", "centre": 0, "weight": 1}], "categories": []}] * 3},
        {"schema": {"columns": [{"kind": "time", "name": "x"}]}},
        {"schema": {"columns": [{"kind": "date", "name": "x"}]}},
        {"schema": {"columns": [{**X, "kind": "date", "minimum": -1e12}]}},
        {"schema": {"columns": [{**X, "kind": "date", "maximum": 1e12}]}},
        {"schema": {"columns": [{**X, "kind": "date", "missing": 1e12, "absent": []}]}},
        {"schema": {"columns": [{"kind": "category", "name": "x", "levels": [], "unknown": "?"}]}},
        {"schema": {"columns": [{**X, "missing": math.inf, "absent": []}]}},
        {"schema": {"columns": [{**X, "missing": "none", "absent": []}]}},
        {"schema": {"columns": [{**X, "missing": 0.0}]}},
        {"schema": {"columns": [{**X, "outside": "drop"}]}},
        {"schema": {"columns": [{**TEXT, "missing": 1.0, "absent": []}]}},
        {"schema": {"columns": [{**TEXT, "missing": "none", "absent": [[]]}]}},
        {"schema": None},
        {"values": [{"column": "y", "steps": [["log"]]}]},
        {"values": [{"column": "x", "steps": [["system"]]}]},
        {"values": [{"column": "x", "steps": [["over", 0.0]]}]},
        {"values": [{"column": "x", "steps": 3}]},
        {"scores": [{"intercept": 0, "numbers": [{"value": 0, "centre": 0, "weight": 1}], "categories": []}] * 3},
        {"scores": [{"intercept": 0, "numbers": [], "categories": [{"value": 0, "weights": [1.0]}]}] * 3},
    ],
)
def test_malformed_scorecard_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ModelInvalid):
        Scorecard.from_document({**DOCUMENT, **changes})


def old_line(intercept: float, weight: float) -> dict[str, Any]:
    levels = {"S0": 1.0, "SF": -0.75}
    return {
        "intercept": intercept,
        "numbers": [{"column": "x", "centre": 1.5, "weight": weight}],
        "categories": [{"column": "flag", "weights": levels, "unknown": 0.25}],
    }


VERSION_1: dict[str, Any] = {
    "format": "scorecard",
    "format_version": 1,
    "positive": None,
    "schema": {
        "columns": [
            {"kind": "number", "name": "x", "minimum": None, "maximum": None},
            {"kind": "category", "name": "flag", "allowed": None, "levels": ["S0", "SF"], "unknown": "ignored"},
        ]
    },
}
ROWS: list[list[float | str]] = [[2.0, "S0"], [-3.5, "SF"], [-2000.0, "new"]]


@pytest.mark.parametrize(
    ("link", "lines", "answers"),
    [
        (
            "sigmoid",
            [(0.5, 1.25)],
            [
                ("bee", [0.10669059394565128, 0.8933094060543487]),
                ("ant", [0.998498817743263, 0.0015011822567369915]),
                ("ant", [1.0, 0.0]),
            ],
        ),
        (
            "softmax",
            [(0.5, 1.25), (-0.25, -0.5), (0.0, 0.0)],
            [
                ("ant", [0.657218432024725, 0.12941398242506233, 0.21336758555021282]),
                ("bee", [0.0003033843758262597, 0.9043760782629582, 0.09532053736121572]),
                ("bee", [0.0, 1.0, 0.0]),
            ],
        ),
        (
            "one_vs_rest",
            [(0.5, 1.25), (-0.25, 0.5), (0.0, 3.0)],
            [
                ("cat", [0.35052225595515657, 0.28685727529568766, 0.3626204687491558]),
                ("bee", [0.04871823892583498, 0.9512770716447245, 4.689429440357763e-06]),
                ("bee", [0.3333333333333333, 0.3333333333333333, 0.3333333333333333]),
            ],
        ),
    ],
)
def test_scorecard_of_version_1_answers_as_it_did(
    link: str, lines: list[tuple[float, float]], answers: list[tuple[str, list[float]]]
) -> None:
    classes = ["ant", "bee", "cat"][: max(2, len(lines))]
    old = {**VERSION_1, "classes": classes, "link": link, "scores": [old_line(*line) for line in lines]}

    scorecard = Scorecard.from_document(old)

    for row, (label, probabilities) in zip(ROWS, answers, strict=True):
        given, shares = scorecard.score(row)
        assert given == label
        assert shares == pytest.approx(probabilities, rel=1e-14)


def test_version_that_is_not_known_is_told_with_those_that_are() -> None:
    with pytest.raises(ModelInvalid, match=r"\('scorecard', 8\): .* \('scorecard', 6\) and \('scorecard', 7\)"):
        Scorecard.from_document({**DOCUMENT, "format_version": 8})


def test_scorecard_without_a_part_is_refused() -> None:
    for part in DOCUMENT:
        with pytest.raises(ModelInvalid):
            Scorecard.from_document({name: value for name, value in DOCUMENT.items() if name != part})


VERSION_4: dict[str, Any] = {
    "format": "scorecard",
    "format_version": 4,
    "classes": ["ant", "bee"],
    "positive": None,
    "schema": VERSION_1["schema"],
    "link": "sigmoid",
    "values": [
        {"column": "x", "steps": [["log1p"]]},
        {"column": "x", "steps": [["minus", 2.0], ["bins", [0.0, 3.0]]]},
    ],
    "scores": [
        {
            "intercept": 0.25,
            "numbers": [
                {"column": "x", "centre": 1.0, "weight": 2.0},
                {"value": 0, "centre": 0.5, "weight": -4.0},
            ],
            "categories": [
                {"column": "flag", "weights": {"S0": 1.0}, "unknown": 0.125},
                {"value": 1, "weights": [10.0, 20.0, 40.0]},
            ],
        }
    ],
}
OF_X = [
    (1.0, 0.0 - 4.0 * (math.log(2.0) - 0.5) + 10.0),
    (2.0, 2.0 - 4.0 * (math.log(3.0) - 0.5) + 20.0),
    (5.0, 8.0 - 4.0 * (math.log(6.0) - 0.5) + 40.0),
]
"""What the column x adds, by itself and by its values."""


@pytest.mark.parametrize(("x", "adds"), OF_X)
def test_value_is_a_number_of_a_column_put_through_steps(x: float, adds: float) -> None:
    scorecard = Scorecard.from_document(VERSION_4)

    label, probabilities = scorecard.score([x, "S0"])

    assert label == "bee"
    assert probabilities[1] == pytest.approx(sigmoid(0.25 + 1.0 + adds), abs=1e-15)
    assert scorecard.added([x, "new"])["bee"] == pytest.approx([0.25, adds, 0.125])
    assert scorecard.undefined([x, "S0"]) is None


@pytest.mark.parametrize("x", [-1.0, -2.0])
def test_number_that_a_function_is_not_defined_for_has_no_score(x: float) -> None:
    scorecard = Scorecard.from_document(VERSION_4)

    assert math.isnan(sum(scorecard.score([x, "S0"])[1]))
    assert scorecard.undefined([x, "S0"]) == (0, [["log1p"]])


def test_bin_of_a_number_that_is_not_defined_has_no_score_in_any_class() -> None:
    document = copy.deepcopy(VERSION_4)
    document.update(classes=["a", "b", "c"], link="softmax")
    document["values"] = [{"column": "x", "steps": [["log"], ["bins", [0.0]]]}]
    line = {"intercept": 0.0, "numbers": [], "categories": [{"value": 0, "weights": [1.0, 2.0]}]}
    document["scores"] = [line, line, {**line, "intercept": 1.0}]
    scorecard = Scorecard.from_document(document)

    assert all(math.isnan(each) for each in scorecard.score([-1.0, "S0"])[1])
    assert scorecard.score([0.5, "S0"])[0] == "c"


def test_scorecard_without_values_imports_no_functions() -> None:
    code = (
        "import json, sys; from lambdas.serve.scorecard import Scorecard\n"
        "for document in json.loads(sys.stdin.read()):\n"
        "    Scorecard.from_document(document)\n"
        "    print('lambdas.serve.number_functions' in sys.modules, 'statistics' in sys.modules)\n"
    )

    told = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([DOCUMENT, VERSION_4]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.splitlines() == ["False False", "True False"]
