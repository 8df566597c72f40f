"""Each fold is scored on rows that it was not fitted on, and every class is dealt out evenly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from lambdas.model.arrays import Floats
from lambdas.model.gate.thresholds import at_least
from lambdas.model.training.cross_validation import cross_validate, folds_of
from tests.given import data


class Noting:
    """An estimator that notes what it is given, and knows the answers of the rows that it was fitted on."""

    def __init__(self, seen: list[tuple[Floats, Floats]]) -> None:
        self.seen = seen

    def fit(self, X: Floats, labels: Sequence[str]) -> None:
        self.classes_ = np.unique(labels)
        self.fitted = X[:, 0]

    def predict_proba(self, X: Floats) -> Floats:
        self.seen.append((self.fitted, X[:, 0]))
        bad = np.isin(X[:, 0], self.fitted) * 1.0
        return np.column_stack([bad, 1 - bad])


def rows(bad: int, good: int) -> tuple[Floats, Any]:
    labels = np.array(["bad"] * bad + ["good"] * good)
    return np.arange(bad + good, dtype=np.float64)[:, None], labels


def test_folds_hold_out_each_row_once_and_of_each_class_alike() -> None:
    seen: list[tuple[Floats, Floats]] = []
    recipe = data.numeric_recipe(lambda _: Noting(seen), cross_validation_folds=3)
    X, labels = rows(6, 9)

    found = cross_validate(recipe, X=X, labels=labels).facts

    assert sorted(row for _, held_out in seen for row in held_out.tolist()) == X[:, 0].tolist()
    for fitted, held_out in seen:
        assert not set(fitted) & set(held_out) and len(fitted) + len(held_out) == 15
        assert sum(labels[int(row)] == "bad" for row in held_out) == 2
    assert (found["metric"], found["folds"], found["rows"]) == ("average_precision", 3, 15)


@pytest.mark.parametrize("seed", range(10))
def test_each_of_many_classes_is_dealt_out_evenly(seed: int) -> None:
    labels = np.array(["ant"] * 4 + ["bee"] * 8 + ["cat"] * 6)

    folds = folds_of(labels, folds=2, seed=seed)

    assert [sum(folds[labels == name]) for name in ("ant", "bee", "cat")] == [2, 4, 3]


def test_folds_are_those_of_the_seed() -> None:
    recipe = data.numeric_recipe(cross_validation_folds=2)
    X, labels = rows(20, 20)
    X = np.random.default_rng(0).normal(size=(40, 1))

    one, other = (cross_validate(recipe, X=X, labels=labels).facts for _ in range(2))

    assert one == other


def test_mean_and_spread_are_of_the_scores_of_the_folds() -> None:
    recipe = data.numeric_recipe(lambda _: DummyClassifier(strategy="prior"), cross_validation_folds=2)
    X, labels = rows(2, 6)

    found = cross_validate(recipe, X=X, labels=labels).facts

    assert found["scores"] == [0.25, 0.25]
    assert (found["mean"], found["standard_deviation"]) == (0.25, 0.0)


def test_model_without_a_positive_class_is_scored_by_its_balanced_accuracy() -> None:
    recipe = data.numeric_recipe(
        lambda _: DummyClassifier(strategy="most_frequent"),
        cross_validation_folds=2,
        positive=None,
        thresholds=[at_least("accuracy", bound=0.6)],
    )
    X, labels = rows(2, 6)

    found = cross_validate(recipe, X=X, labels=labels).facts

    assert (found["metric"], found["scores"]) == ("balanced_accuracy", [0.5, 0.5])


@pytest.mark.parametrize(
    ("bad", "folds", "said"),
    [
        (9, 0, "the recipe asks for none"),
        (2, 3, "a class has 2 rows, fewer than 3 folds"),
        (3, 3, None),
    ],
)
def test_it_is_left_out_where_a_class_has_too_few_rows(bad: int, folds: int, said: str | None) -> None:
    X, labels = rows(bad, 20)

    found = cross_validate(data.numeric_recipe(cross_validation_folds=folds), X=X, labels=labels).facts

    assert found.get("left_out") == said
