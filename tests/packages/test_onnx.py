"""Every classifier of scikit-learn on its own data: its graph answers as it does, or it is refused before the fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import datasets
from sklearn.utils import all_estimators

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.onnx.supported import check
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Numeric, Recipe, at_least
from tests.given.graphs import difference, made

SMALL = {"n_estimators": 5, "max_iter": 300, "probability": True, "reg_param": 0.1}
"""Parameters of those that have them."""


def classifiers() -> list[Any]:
    found = []
    for _, kind in all_estimators("classifier"):
        try:
            estimator = kind()
        except (TypeError, FutureWarning):  # it needs others, or goes with the next release
            continue
        known = estimator.get_params()
        found.append(estimator.set_params(**{name: value for name, value in SMALL.items() if name in known}))
    return found


@pytest.mark.parametrize("data", ["iris", "wine", "digits", "breast_cancer"])
@pytest.mark.parametrize("estimator", classifiers(), ids=lambda each: type(each).__name__)
def test_classifier_is_served_with_parity_or_refused(estimator: Any, data: str) -> None:
    try:
        check(estimator)
    except EstimatorUnsupported as exc:
        assert type(estimator).__name__ in exc.message
        return
    X, y = getattr(datasets, f"load_{data}")(return_X_y=True)
    labels = np.array([f"class-{place}" for place in y], dtype=np.str_)
    columns = [Numeric(f"c{place}") for place in range(X.shape[1])]
    recipe = Recipe(
        model="measured",
        columns=columns,
        label="y",
        classes={name: name for name in np.unique(labels).tolist()},
        estimator=lambda _: estimator,
        thresholds=[at_least("accuracy", bound=0.7)],
        format="onnx",
        cross_validation_folds=0,
    )
    order = np.random.default_rng(0).permutation(len(X))
    of = made(recipe, rows(X, labels, order[::2]))

    assert difference(of, rows(X, labels, order[1::2])) == ""


def rows(X: Any, labels: Any, places: Any) -> Table:
    return Table(X[places].astype(np.float64), np.empty((len(places), 0), dtype=np.str_), labels[places])
