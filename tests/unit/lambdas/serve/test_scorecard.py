from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.serve.schema import ModelInvalid
from lambdas.serve.scorecard import Scorecard, one_vs_rest, sigmoid, softmax

DOCUMENT: dict[str, Any] = {
    "format": "scorecard",
    "format_version": 1,
    "classes": ["ant", "bee", "cat"],
    "positive": None,
    "schema": {"columns": [{"kind": "number", "name": "x", "minimum": None, "maximum": None}]},
    "link": "softmax",
    "scores": [
        {"intercept": 0.0, "numbers": [{"column": "x", "centre": 0.0, "weight": weight}], "categories": []}
        for weight in (1.0, -1.0, 0.0)
    ],
}
any_scores = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=6)


@given(scores=any_scores)
def test_probabilities_are_ordered_as_the_scores_and_sum_to_1(scores: list[float]) -> None:
    for link in (softmax, one_vs_rest):
        probabilities = link(scores)

        assert math.isclose(sum(probabilities), 1.0)
        assert all(0 <= probability <= 1 for probability in probabilities)
        assert probabilities[int(np.argmax(scores))] == max(probabilities)


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
        {"format_version": 2},
        {"classes": ["one"]},
        {"classes": ["ant", "ant", "ant"]},
        {"classes": ["ant", "bee"]},
        {"link": "probit"},
        {"link": "sigmoid"},
        {"scores": []},
        {"scores": [{"intercept": math.nan, "numbers": [], "categories": []}] * 3},
        {"scores": [{"intercept": "1", "numbers": [], "categories": []}] * 3},
        {"scores": [{"intercept": 0, "numbers": [{"column": "y", "centre": 0, "weight": 1}], "categories": []}] * 3},
        {"schema": {"columns": [{"kind": "date", "name": "x"}]}},
        {"schema": {"columns": [{"kind": "category", "name": "x", "levels": [], "unknown": "?"}]}},
        {"schema": None},
    ],
)
def test_malformed_scorecard_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ModelInvalid):
        Scorecard.from_document({**DOCUMENT, **changes})


def test_scorecard_without_a_part_is_refused() -> None:
    for part in DOCUMENT:
        with pytest.raises(ModelInvalid):
            Scorecard.from_document({name: value for name, value in DOCUMENT.items() if name != part})
