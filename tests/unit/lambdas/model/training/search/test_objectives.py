"""What trials are compared by equals what scikit-learn makes of the same rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
    roc_auc_score,
)

from lambdas.model.recipe import Continuous, Tune
from lambdas.model.training.search.objectives import Objective, objective_of
from tests.given import data

RNG = np.random.default_rng(0)
Y = np.array(["bad", "good"])[RNG.integers(0, 2, 300)]
X = RNG.normal(size=(300, 2)) + (Y == "bad")[:, None]
FITTED = LogisticRegression().fit(X[:100], Y[:100])
SCORES = FITTED.predict_proba(X)[:, 0]


def heard(_: float) -> None:
    """Nobody listens."""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("average_precision", average_precision_score(Y == "bad", SCORES)),
        ("roc_auc", roc_auc_score(Y == "bad", SCORES)),
        ("f1", f1_score(Y, FITTED.predict(X), pos_label="bad")),
        ("accuracy", accuracy_score(Y, FITTED.predict(X))),
        ("balanced_accuracy", balanced_accuracy_score(Y, FITTED.predict(X))),
    ],
)
def test_objective_is_as_scikit_learn_has_it(name: str, value: float) -> None:
    assert Objective(name, "bad", heard)(FITTED, X, Y) == pytest.approx(value, abs=1e-12)


def test_each_score_is_told() -> None:
    told: list[float] = []

    score = Objective("accuracy", None, told.append)(FITTED, X, Y)

    assert told == [score]


def test_rows_without_the_positive_class_have_no_area_and_no_recall() -> None:
    good = Y == "good"

    assert math.isnan(Objective("average_precision", "bad", heard)(FITTED, X[good], Y[good]))
    assert Objective("balanced_accuracy", "bad", heard)(FITTED, X[good], Y[good]) == pytest.approx(
        accuracy_score(Y[good], FITTED.predict(X[good]))
    )


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "average_precision"),
        ({"positive": None}, "balanced_accuracy"),
        ({"tune": Tune({"C": Continuous(1, 2)}, objective="f1")}, "f1"),
    ],
)
def test_what_is_not_asked_for_is_what_cross_validation_measures(changes: dict[str, Any], name: str) -> None:
    assert objective_of(data.recipe(**changes)) == name
