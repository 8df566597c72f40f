from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from chalicelib.registry.report import Flips
from lambdas.model.arrays import Floats
from lambdas.model.artifact import Artifact, Features
from lambdas.model.data.part import Part
from lambdas.model.evaluation.tally import flips as module
from lambdas.model.evaluation.tally.answered import answered
from lambdas.model.evaluation.tally.flips import SIDES_MAX, Sides
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.serve.schema import Schema
from tests.given import data
from tests.given.holdouts import evaluate

RECIPE = data.numeric_recipe(cross_validation_folds=0)
NUMBERS = np.array([[4.0, 1000.0], [0.0, 1001.0], [0.0, 999.0], [0.0, 1000.0]])
HOLDOUT = Table(NUMBERS, np.empty((4, 0), dtype=np.str_), np.array(["bad", "good", "good", "bad"]))
"""Columns size and age: the mean of size is 1, that of age 1000."""


@dataclass
class Sum:
    """Answers bad where a constant and the weighted columns add up to more than 0."""

    constant: float
    weights: Mapping[str, float]
    classes: tuple[str, ...] = ("bad", "good")
    schema = Schema.from_document({"columns": []})

    @property
    def constants(self) -> Floats:
        return np.array([self.constant if name == "bad" else 0.0 for name in self.classes])

    def added(self, features: Features, *, column: str) -> Floats:
        with np.errstate(all="ignore"):
            scores = features[column].astype(np.float64) * self.weights.get(column, 0.0)
        return np.column_stack([scores if name == "bad" else np.zeros(len(scores)) for name in self.classes])

    def score(self, features: Features) -> Answers:
        total = self.constants + sum(self.added(features, column=name) for name in features)
        labels = np.array(self.classes)[np.argmax(total, axis=1)]
        return Answers(self.classes, labels, np.full((len(labels), 2), 0.5))


class Opaque:
    """No sum over its columns."""

    classes = ("bad", "good")
    schema = Sum.schema

    def __init__(self, *labels: str) -> None:
        self.answers = Answers(self.classes, np.array(labels), np.full((len(labels), 2), 0.5))

    def score(self, features: Features) -> Answers:
        return self.answers


def told(new: Artifact, live: Artifact, *, holdout: Table = HOLDOUT, recipe: Recipe = RECIPE) -> dict[str, Any]:
    report = evaluate(
        recipe, artifact=new, holdout=holdout, answers=new.score(holdout.features(recipe)), champion=live
    )
    found: dict[str, Any] = report["flips"]
    assert Flips.misfit(found) is None
    return found


def side(*names: str, rows: int, by: Mapping[str | None, int]) -> dict[str, Any]:
    moved_by = [{"column": column, "rows": count} for column, count in by.items()]
    return {**dict(zip(("true", "champion", "challenger"), names, strict=True)), "rows": rows, "moved_by": moved_by}


def test_row_is_moved_most_by_the_column_that_pushed_it_most() -> None:
    """Of row 0 size pushes by 3 x (4 - 1) = 9, age by 0, and the level is -2 + 3 = 1."""
    found = told(Sum(-3, {"size": 3}), Sum(-1, {}))

    assert found == {
        "rows": 4,
        "flipped": 1,
        "sides": [side("bad", "good", "bad", rows=1, by={"size": 1})],
        "sides_left_out": 0,
    }


def test_rows_that_all_move_alike_are_moved_by_the_level() -> None:
    found = told(Sum(2, {"size": 0.5}), Sum(-9, {"size": 0.5}))

    assert found["flipped"] == 4
    assert found["sides"] == [
        side("good", "good", "bad", rows=2, by={None: 2}),
        side("bad", "good", "bad", rows=2, by={None: 2}),
    ]


def test_column_far_from_zero_moves_nothing_that_the_constant_takes_back() -> None:
    """age adds 1000 to every row and the constant takes it back: its pushes are 0, 1 and -1."""
    found = told(Sum(-1002, {"size": 1, "age": 1}), Sum(-1, {}))

    assert found["sides"] == [side("bad", "good", "bad", rows=1, by={"size": 1})]


def test_the_pushes_and_the_level_add_up_to_the_growth_of_the_lead() -> None:
    new, live = Sum(-1003, {"size": 2, "age": 1}), Sum(5, {"size": -3, "age": 0.001})
    features, part = HOLDOUT.features(RECIPE), Part.of(HOLDOUT, classes=RECIPE.class_names)
    sums = module.sums(part, recipe=RECIPE, models=(new, live))
    sides = Sides.of(
        part.labels.astype(np.int64),
        new=answered(Opaque("bad", "bad", "good", "good"), features, recipe=RECIPE),
        live=answered(Opaque("good", "good", "bad", "bad"), features, recipe=RECIPE),
        begin=0,
        n_classes=2,
        sums=sums,
    )

    places = module.moved_by(
        features, sides, classes=RECIPE.class_names, models=(new, live), sums=sums, rows=len(HOLDOUT)
    )

    size, age = NUMBERS.T
    sign = np.array([1, 1, -1, -1])
    grown = {"size": 5 * size, "age": 0.999 * age}
    level = sign * (-1008 + sum(each.mean() for each in grown.values()))
    pushes = np.column_stack([level, *(sign * (each - each.mean()) for each in grown.values())])
    lead = sign * ((-1003 + 2 * size + age) - (5 - 3 * size + 0.001 * age))
    assert pushes.sum(axis=1) == pytest.approx(lead)
    assert places.tolist() == pushes.argmax(axis=1).tolist()


def test_classes_of_a_model_may_be_in_another_order() -> None:
    new, live = Sum(-3, {"size": 3}, classes=("good", "bad")), Sum(-1, {})

    assert told(new, live)["sides"] == [side("bad", "good", "bad", rows=1, by={"size": 1})]


@pytest.mark.parametrize("live", [Opaque("good", "good", "good", "bad"), Sum(-1, {}, classes=("good", "worse"))])
def test_models_that_cannot_be_compared_column_by_column_tell_no_column(live: Artifact) -> None:
    classes = {"ok.": "good", "spam.": "bad", "worm.": "worse"} if "worse" in live.classes else RECIPE.classes
    found = told(Sum(-3, {"size": 3}), live, recipe=replace(RECIPE, classes=classes))

    assert found["flipped"] >= 1
    assert {tuple(each["moved_by"]) for each in found["sides"]} == {()}


def test_models_that_answer_alike_flip_no_row() -> None:
    assert told(Sum(-1, {}), Sum(-2, {})) == {"rows": 4, "flipped": 0, "sides": [], "sides_left_out": 0}


def test_values_too_large_for_a_score_move_nothing_and_break_nothing() -> None:
    numbers = NUMBERS.copy()
    numbers[1, 1] = 1e308
    found = told(Sum(-3, {"size": 3, "age": 1e10}), Sum(-1, {}), holdout=replace(HOLDOUT, numeric=numbers))

    assert all(each["moved_by"] == [{"column": None, "rows": each["rows"]}] for each in found["sides"])


def test_sides_with_most_rows_are_told_and_the_others_counted() -> None:
    names = [f"c{number}" for number in range(6)]
    recipe = data.numeric_recipe(
        classes={name: name for name in names},
        positive=None,
        thresholds=[replace(each, of="c0") for each in RECIPE.thresholds],
    )
    pairs = [(true, live) for true in names for live in names if true != live]
    labels = np.array([true for true, _ in pairs] * 2)
    live = Opaque(*[other for _, other in pairs] * 2)
    holdout = Table(np.ones((len(labels), 2)), np.empty((len(labels), 0), dtype=np.str_), labels)

    found = told(Opaque(*labels.tolist()), live, holdout=holdout, recipe=recipe)

    assert (found["flipped"], len(found["sides"]), found["sides_left_out"]) == (60, SIDES_MAX, 30 - SIDES_MAX)
    assert found["sides"][0]["rows"] == 2
