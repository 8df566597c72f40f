from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC, NuSVC

from lambdas.model.reading.table import Table
from tests.given.graphs import difference, made, recipe
from tests.given.trees import table

AWAY = 1e6
"""From 0; rows of 32-bit floats that differ by 0.01 are equal there."""


def far(rows: int, *, classes: int, seed: int = 0) -> Table:
    base = table(rows, classes=classes, seed=seed)
    return Table(base.numeric + AWAY, base.categorical, base.labels)


@pytest.mark.parametrize("kernel", ["linear", "poly", "rbf", "sigmoid"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", [SVC, NuSVC])
def test_vectors_of_unscaled_columns_answer_as_the_estimator(kind: Any, classes: int, kernel: str) -> None:
    """The weights of NuSVC are large where classes overlap, so that a rounded kernel shows."""
    given = {"nu": 0.1} if kind is NuSVC else {}
    vectors = kind(kernel=kernel, probability=True, random_state=0, **given)

    of = made(recipe(lambda _: vectors, classes=classes), table(150, classes=classes))

    assert difference(of, table(150, classes=classes, seed=3)) == ""


@pytest.mark.parametrize("classes", [2, 3])
def test_distances_lose_no_digits_of_columns_that_are_far_from_zero(classes: int) -> None:
    vectors = SVC(gamma=0.5, probability=True, random_state=0)

    of = made(recipe(lambda _: vectors, classes=classes), far(150, classes=classes))

    assert difference(of, far(150, classes=classes, seed=3)) == ""


def test_vectors_may_be_sparse() -> None:
    def encoded(columns: Any) -> object:
        encoder = OneHotEncoder(handle_unknown="ignore")
        prepare = make_column_transformer((encoder, columns.categorical), sparse_threshold=1.0)
        return make_pipeline(prepare, SVC(probability=True, random_state=0))

    of = made(recipe(encoded, classes=3), table(150, classes=3))

    assert hasattr(of.fitted.estimator[-1].support_vectors_, "toarray")
    assert difference(of, table(50, classes=3, seed=3)) == ""


def test_a_class_of_more_than_two_may_hold_few_vectors() -> None:
    """The last class has no pair of its own."""
    base = table(120, classes=3)
    labels = np.where(
        np.arange(120) < 3, "class-2", np.where(base.labels == "class-2", "class-0", base.labels)
    ).astype(np.str_)
    vectors = SVC(probability=True, random_state=0)

    of = made(recipe(lambda _: vectors, classes=3), Table(base.numeric, base.categorical, labels))

    assert difference(of, table(60, classes=3, seed=5)) == ""
