"""What a graph will hold, foretold before the fit: Train is refused before it would be killed for its memory."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from chalicelib.errors import DatasetTooLarge
from lambdas.model.data import room
from lambdas.model.data.room import Held
from lambdas.model.formats.onnx.held import held
from lambdas.model.recipe import Columns, Numeric, Recipe, at_least
from lambdas.model.training.estimator import train_demand

NEAR = KNeighborsClassifier()
MEASURED = [
    (NEAR, 4_000, 784, 500),
    (NEAR, 12_000, 784, 1_123),
    (BaggingClassifier(NEAR, n_estimators=3), 3_000, 784, 658),
    (MLPClassifier((1500, 1500)), 1_000, 10, 455),
    (MLPClassifier((2300, 2300)), 1_000, 10, 807),
    (MLPClassifier((3600, 3600)), 1_000, 10, 1_691),
]
"""Rows, columns, and the MB of Train at its peak, of three classes."""


def recipe(estimator: Any, *, columns: int) -> Recipe:
    def made(_: Columns) -> Any:
        return estimator

    return Recipe(
        model="held",
        columns=[Numeric.array("x", columns)],
        label="label",
        classes={name: name for name in ("a", "b", "c")},
        estimator=made,
        thresholds=[at_least("accuracy", bound=0.9)],
        format="onnx",
    )


@pytest.mark.parametrize(("estimator", "rows", "columns", "measured_mb"), MEASURED)
def test_what_is_expected_of_train_is_near_what_was_measured(
    estimator: Any, rows: int, columns: int, measured_mb: int
) -> None:
    of = recipe(estimator, columns=columns)

    with pytest.raises(DatasetTooLarge) as refused:
        room.check_size(train_demand(of), rows=rows, table_bytes=rows * columns * 8, memory_mb=1, recipe=of)

    assert 0.9 * measured_mb < refused.value.details["expected_mb"] < 1.2 * measured_mb


@pytest.mark.parametrize(
    ("estimator", "rows", "numbers"),
    [
        (GaussianNB(), 0, 0),
        (make_pipeline(StandardScaler(), SVC(probability=True)), 1, 0),
        (VotingClassifier([("a", NEAR), ("b", GaussianNB()), ("c", NEAR)], voting="soft"), 2, 0),
        (VotingClassifier([("a", NEAR), ("b", "drop")], voting="soft"), 1, 0),
        (StackingClassifier([("a", NEAR)], final_estimator=MLPClassifier(7)), 1, 4 * 7 + 7 * 3),
        (OneVsRestClassifier(NEAR), 3, 0),
        (CalibratedClassifierCV(NEAR), 5, 0),
        (CalibratedClassifierCV(NEAR, cv=2), 2, 0),
        (CalibratedClassifierCV(NEAR, ensemble=False), 1, 0),
        (CalibratedClassifierCV(LinearSVC()), 0, 0),
        (GridSearchCV(MLPClassifier(), {"hidden_layer_sizes": [(2,), (5, 3)]}), 0, 4 * 5 + 5 * 3 + 3 * 3),
        (BaggingClassifier(NEAR, max_samples=0.5, max_features=0.5, n_estimators=4), 1, 0),
        (BaggingClassifier(GridSearchCV(NEAR, {"n_neighbors": [3, 5]}), n_estimators=4), 4, 0),
    ],
)
def test_estimator_holds_the_rows_and_weights_of_all_that_is_inside(estimator: Any, rows: int, numbers: int) -> None:
    assert held(estimator, columns=4, classes=3) == Held(rows=rows, numbers=numbers)


def test_format_that_holds_neither_takes_what_every_train_takes() -> None:
    from sklearn.linear_model import LogisticRegression

    of = recipe(LogisticRegression(), columns=3)

    assert train_demand(Recipe(**{**vars(of), "format": "scorecard"})) == room.TRAIN
