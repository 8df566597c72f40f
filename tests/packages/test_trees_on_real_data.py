"""Every kind of trees against scikit-learn on real rows: connections, digits, cells."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lambdas.model.formats.trees.export import export
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Numeric, Recipe, at_least
from lambdas.model.training.estimator import fit
from lambdas.serve import trees
from tests.given.trees import KINDS, ONE_THREAD, differing

ROWS = 3000
Rows = tuple[NDArray[np.float64], NDArray[np.str_]]
"""(n, columns) and (n,)"""


def unequal(kind: str, train: Rows, held_out: Rows) -> str:
    """In words what the served model answers differently than the estimator."""
    names = [f"x{place}" for place in range(train[0].shape[1])]
    recipe = Recipe(
        model="real",
        columns=[Numeric(name) for name in names],
        label="y",
        classes={name: name for name in np.unique(train[1]).tolist()},
        estimator=KINDS[kind],
        thresholds=[at_least("accuracy", bound=0.999)],
        format="trees",
        cross_validation_folds=0,
    )
    with ONE_THREAD():
        fitted = fit(recipe, train=_table(train))
        wanted = fitted.answers(_table(held_out))
    return differing(trees.read(export(fitted).content), wanted, rows=held_out[0].tolist())


def _table(rows: Rows) -> Table:
    return Table(rows[0], np.empty((len(rows[0]), 0), dtype=np.str_), rows[1])


def drawn(rows: Rows, *, train: int, held_out: int) -> tuple[Rows, Rows]:
    order = np.random.default_rng(0).permutation(len(rows[0]))
    first, second = order[:train], order[train : train + held_out]
    return (rows[0][first], rows[1][first]), (rows[0][second], rows[1][second])


def bundled(name: str) -> Rows:
    import sklearn.datasets

    found: Any = getattr(sklearn.datasets, f"load_{name}")()
    return found.data.astype(np.float64), np.array([f"class {each}" for each in found.target], dtype=np.str_)


@cache
def connections(name_of: Callable[[str], str]) -> Rows:
    """All attacks, and as many again as are needed."""
    file = Path(os.environ["NIGHTSWAP_TEST_DATA"], "kdd_http.csv.gz")
    lines = [line.split(",") for line in gzip.decompress(file.read_bytes()).decode().splitlines()[1:]]
    attacks = [line for line in lines if line[3] != "normal."]
    normal = [line for line in lines if line[3] == "normal."][:: len(lines) // (3 * ROWS)]
    both = [*attacks, *normal]
    numbers = np.array([line[:3] for line in both], dtype=np.float64)
    return numbers, np.array([name_of(line[3]) for line in both], dtype=np.str_)


@cache
def pixels() -> Rows:
    """Each fourth of the pictures' pixels."""
    with np.load(Path(os.environ["NIGHTSWAP_TEST_DATA"], "mnist.npz")) as found:
        images, digits = found["x_test"], found["y_test"]
    return images[:, ::2, ::2].reshape(len(images), -1).astype(np.float64), np.array(
        [f"digit {each}" for each in digits], dtype=np.str_
    )


NAMES: dict[str, Callable[[str], str]] = {
    "two classes": lambda name: "normal" if name == "normal." else "attack",
    "three classes": lambda name: {"normal.": "normal", "back.": "back"}.get(name, "other"),
}


@pytest.mark.parametrize("name", ["digits", "breast_cancer"])
@pytest.mark.parametrize("kind", KINDS)
def test_trees_answer_as_the_estimator_on_all_rows_of_a_data_set_of_scikit_learn(kind: str, name: str) -> None:
    rows = bundled(name)
    train, _ = drawn(rows, train=len(rows[0]) // 2, held_out=0)

    assert unequal(kind, train, rows) == ""


@pytest.mark.real_data
@pytest.mark.parametrize("classes", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_trees_answer_as_the_estimator_on_real_connections(kind: str, classes: str) -> None:
    train, held_out = drawn(connections(NAMES[classes]), train=ROWS, held_out=ROWS)

    assert len(held_out[0]) == ROWS
    assert unequal(kind, train, held_out) == ""


@pytest.mark.real_data
@pytest.mark.parametrize("kind", KINDS)
def test_trees_answer_as_the_estimator_on_real_pictures(kind: str) -> None:
    train, held_out = drawn(pixels(), train=1000, held_out=ROWS)

    assert len(held_out[0]) == ROWS
    assert unequal(kind, train, held_out) == ""
