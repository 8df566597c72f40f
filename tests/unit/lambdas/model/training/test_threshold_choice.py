"""The operating point is chosen on rows that cross-validation held out, and what is asked of it is reached there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

from chalicelib.errors import ThresholdNotReached
from lambdas.model.artifact import served
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.metrics.ratios import Counts
from lambdas.model.recipe import Columns, Recipe, Threshold
from lambdas.model.training.cross_validation import HeldOut, Validated
from lambdas.model.training.estimator import fit
from lambdas.model.training.threshold_choice import operating_point
from lambdas.serve.links import OperatingPoint
from tests.given import data

COSTS = {"fn": 5, "fp": 2}
ROWS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7, 1.0])), min_size=1, max_size=30)


def asking(threshold: Threshold | None) -> Recipe:
    return data.numeric_recipe(threshold=threshold)


def validated(rows: list[tuple[bool, float]], *, X: Any = None) -> Validated:
    """`rows` are whether each is of the class, and the probability that it is."""
    positive, probabilities = (np.array(each) for each in zip(*rows, strict=True))
    X = np.arange(len(rows), dtype=np.float64)[:, None] if X is None else X
    return Validated({"rows": len(rows)}, HeldOut(X, positive.astype(np.bool_), probabilities.astype(np.float64)))


def counted(rows: list[tuple[bool, float]], threshold: float) -> Counts:
    answered = [(positive, probability >= threshold) for positive, probability in rows]
    return Counts(
        **{
            name: answered.count(pair)
            for name, pair in {
                "tp": (True, True),
                "fp": (False, True),
                "fn": (True, False),
                "tn": (False, False),
            }.items()
        }
    )


def every_threshold(rows: list[tuple[bool, float]]) -> list[float]:
    return sorted({probability for _, probability in rows if probability > 0})


def chosen(threshold: Threshold, rows: list[tuple[bool, float]]) -> float | None:
    try:
        point, _ = operating_point(asking(threshold), validated(rows))
    except ThresholdNotReached:
        return None
    assert point is not None
    return point.threshold


@given(rows=ROWS, asked=st.sampled_from([0.3, 0.5, 0.8, 1.0]))
@settings(max_examples=60)
def test_at_precision_has_the_highest_recall_of_those_that_reach_it(
    rows: list[tuple[bool, float]], asked: float
) -> None:
    reaching = [
        each
        for each in every_threshold(rows)
        if (ratio := counted(rows, each).precision) is not None and ratio >= Fraction(str(asked))
    ]

    found = chosen(Threshold.at_precision(asked), rows)

    assert (found is None) == (not reaching)
    if found is not None:
        assert counted(rows, found).tp == max(counted(rows, each).tp for each in reaching)
        assert (counted(rows, found).precision or 0) >= Fraction(str(asked))


@given(rows=ROWS, asked=st.sampled_from([0.3, 0.5, 0.8, 1.0]))
@settings(max_examples=60)
def test_at_recall_is_the_highest_threshold_that_reaches_it(rows: list[tuple[bool, float]], asked: float) -> None:
    reaching = [
        each
        for each in every_threshold(rows)
        if (ratio := counted(rows, each).recall) is not None and ratio >= Fraction(str(asked))
    ]

    found = chosen(Threshold.at_recall(asked), rows)

    assert (found is None) == (not reaching)
    assert found is None or counted(rows, found) == counted(rows, max(reaching))


@given(rows=ROWS)
@settings(max_examples=60)
def test_by_costs_no_other_threshold_costs_less(rows: list[tuple[bool, float]]) -> None:
    costs = [counted(rows, each).cost_per_row(COSTS) for each in every_threshold(rows)]

    found = chosen(Threshold.by_costs(COSTS), rows)

    assert (found is None) == (not costs)
    assert found is None or counted(rows, found).cost_per_row(COSTS) == min(
        each for each in costs if each is not None
    )


def test_it_lies_halfway_to_the_next_lower_probability() -> None:
    rows = [(True, 0.9), (True, 0.5), (False, 0.25), (True, 0.125)]

    assert chosen(Threshold.at_precision(1), rows) == 0.375
    assert chosen(Threshold.at_recall(1), rows) == 0.0625, "halfway to 0, where there is none below"


def test_what_it_rests_on_is_told_with_intervals() -> None:
    found = [*[(True, 0.9)] * 38, *[(False, 0.8)] * 2, *[(True, 0.75)] * 2]
    rows = [*found, *[(False, 0.25)] * 48, *[(True, 0.05)] * 10]

    point, told = operating_point(asking(Threshold.at_precision(0.95)), validated(rows))

    assert point == OperatingPoint("bad", 0.5)
    assert told is not None
    assert (
        told["positive"],
        told["probability"],
        told["chosen"]["rows"],
        told["chosen"]["positives"],
        told["chosen"]["answered"],
    ) == (
        *("bad", 0.5),
        *(100, 50, 42),
    )
    assert told["chosen"]["precision"]["value"] == pytest.approx(40 / 42)
    assert told["chosen"]["precision"]["low"] < 40 / 42 < told["chosen"]["precision"]["high"]
    assert (
        told["chosen"]["recall"]["value"],
        told["chosen"]["recall"]["rows"],
        told["chosen"]["recall"]["distinct"],
    ) == (0.8, 50, 50)
    assert told["words"].startswith(
        "the highest recall at a precision of 0.95 or more, by cross-validation on 100 training rows, 50 of them of"
        " bad: precision 0.9524 (each end 95 % sure: 0.8"
    )


def test_copies_of_a_row_tell_less() -> None:
    rows = [(True, 0.9)] * 40 + [(False, 0.1)] * 40

    _, told = operating_point(asking(Threshold.at_recall(0.9)), validated(rows, X=np.ones((80, 1))))

    assert told is not None
    assert (
        told["chosen"]["recall"]["rows"],
        told["chosen"]["recall"]["distinct"],
        told["chosen"]["recall"]["low"],
    ) == (40, 1, pytest.approx(0.05))


@pytest.mark.parametrize(
    ("threshold", "rows", "said"),
    [
        (
            Threshold.at_precision(0.9),
            [(True, 0.8), (False, 0.8), (True, 0.3), (False, 0.3)],
            "the highest recall at a precision of 0.9 or more: on the 4 rows of the cross-validation, 2 of them of"
            " bad, the best precision is 0.5, at 0.3, where 2 rows of the class are found",
        ),
        (Threshold.at_recall(1), [(True, 0.8), (True, 0.0)], "the best recall is 0.5, at 0.8"),
        (Threshold.by_costs(COSTS), [(True, 0.0), (False, 0.0)], "every probability is 0"),
        (Threshold.by_costs(COSTS), [(True, np.nan)], "a probability of the cross-validation is not a number"),
    ],
)
def test_what_no_threshold_reaches_is_an_error_that_tells_the_best(
    threshold: Threshold, rows: list[tuple[bool, float]], said: str
) -> None:
    with pytest.raises(ThresholdNotReached) as raised:
        operating_point(asking(threshold), validated(rows))

    assert said in raised.value.message
    assert "Ask for less, or name a number, such as Threshold(0.3)" in raised.value.message


def test_it_is_not_chosen_without_a_cross_validation() -> None:
    with pytest.raises(ThresholdNotReached, match="there is no cross-validation: a class has 2 rows"):
        operating_point(
            asking(Threshold.at_recall(0.5)), Validated({"left_out": "a class has 2 rows, fewer than 3 folds"})
        )


def test_a_recipe_that_names_none_has_none_and_one_that_names_a_number_has_that() -> None:
    nothing = Validated({"left_out": "the recipe asks for none"})

    assert operating_point(asking(None), nothing) == (None, None)
    assert operating_point(asking(Threshold(0.25)), nothing) == (
        OperatingPoint("bad", 0.25),
        {"positive": "bad", "probability": 0.25, "chosen": None, "words": "the recipe names it"},
    )


def in_one_piece(_: Columns) -> Any:
    return make_pipeline(RobustScaler(), LogisticRegression())


@pytest.mark.parametrize("estimator", [data.logistic_regression, in_one_piece])
def test_a_fit_chooses_by_the_rows_that_the_folds_hold_out_and_exports_it(
    estimator: Callable[[Columns], Any],
) -> None:
    recipe = data.numeric_recipe(estimator, threshold=Threshold.at_recall(0.97))
    train = data.table(recipe, rows=200)

    fitted = fit(recipe, train=train)

    told = fitted.facts["threshold"]
    answers = fitted.answers(train)
    assert fitted.operating_point == OperatingPoint("bad", told["probability"])
    assert told["chosen"]["recall"]["value"] >= 0.97
    assert (answers.labels == "bad").tolist() == (answers.of("bad") >= told["probability"]).tolist()
    artifact = load(export(fitted).content)
    assert artifact.schema.operating_point == fitted.operating_point
    assert served(artifact, train.features(recipe)).labels.tolist() == answers.labels.tolist()
    assert (answers.labels != fit(replace(recipe, threshold=None), train=train).answers(train).labels).any()
