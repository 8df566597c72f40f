from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder

from lambdas.model.formats.onnx import neighbours
from lambdas.model.formats.onnx.neighbours import NUMBERS_MAX
from lambdas.model.reading.table import Table
from tests.given.graphs import difference, made, parts, recipe
from tests.given.trees import table


def crowd(rows: int, *, seed: int) -> Table:
    """Whole numbers of one digit, so that many rows are equally far from one another."""
    rng = np.random.default_rng(seed)
    base = table(rows, seed=seed)
    return Table(rng.integers(0, 6, (rows, 3)).astype(np.float64), base.categorical, base.labels)


@pytest.mark.parametrize("algorithm", ["brute", "kd_tree", "ball_tree"])
@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_equally_far_neighbours_count_in_the_order_of_the_training(algorithm: Any, scale: float) -> None:
    train, rows = (crowd(size, seed=size) for size in (300, 120))
    train, rows = (Table(each.numeric * scale, each.categorical, each.labels) for each in (train, rows))

    of = made(recipe(lambda _: KNeighborsClassifier(4, algorithm=algorithm)), train)

    assert difference(of, rows) == ""


def test_graph_of_many_numbers_computes_distances_by_products() -> None:
    """Of whole numbers exactly too, and so in fewer bytes."""
    rows = NUMBERS_MAX // 3 + 1
    few, many = (made(recipe(lambda _: KNeighborsClassifier(3)), crowd(size, seed=1)) for size in (300, rows))
    columns = len(many.served.schema.columns)

    assert b"_exact_sum" in parts(few.content)[1]
    assert b"_exact_sum" not in parts(many.content)[1]
    assert (few.served.has_differences, many.served.has_differences) == (True, False)
    assert len(many.content) < rows * (columns + 9)
    assert difference(many, crowd(5, seed=2)) == ""


def test_the_first_of_equally_far_rows_decides() -> None:
    settled = KNeighborsClassifier(1).fit([[0.0], [3.0], [1.0], [1.0]], ["far", "first", "second", "third"])
    neighbours.settle(settled)

    assert settled.predict([[2.0]]).tolist() == ["first"]
    assert settled.predict_proba([[2.0]]).tolist() == [[0.0, 1.0, 0.0, 0.0]]


def test_rows_may_be_sparse() -> None:
    known = OneHotEncoder().fit_transform([["x"], ["y"], ["z"]])
    settled = KNeighborsClassifier(1).fit(known, ["x", "y", "z"])
    neighbours.settle(settled)

    assert settled.predict(known).tolist() == ["x", "y", "z"]
    assert settled.predict(known[:1] * 0).tolist() == ["x"]


def test_all_rows_of_the_training_may_be_neighbours() -> None:
    settled = KNeighborsClassifier(2).fit([[0.0], [1.0]], ["a", "b"])
    neighbours.settle(settled)

    assert settled.predict_proba([[0.2]]).tolist() == [[0.5, 0.5]]
