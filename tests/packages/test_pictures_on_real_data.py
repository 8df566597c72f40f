"""The recipe and the conversion of docs/pictures.md on MNIST: the page's figures are what a night comes to."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.pictures import PAGE, ROWS, matrix_of, read
from lambdas.model.artifact import served
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.training.estimator import format_for
from tests.given.data import Prepared
from tests.given.graphs import Model, difference, made

ASKED_BOTH = 200
"""Rows of the holdout that the estimator is asked about beside its graph."""


@dataclass(frozen=True, eq=False)
class Night:
    """The page's recipe, its rows on both sides of the split, and the model of them."""

    recipe: Recipe
    ready: Prepared
    model: Model


@pytest.fixture(scope="module")
def night() -> Night:
    recipe, ready = read(str(Path(os.environ["NIGHTSWAP_TEST_DATA"], "mnist.npz")))
    return Night(recipe, ready, made(recipe, ready.train))


@pytest.mark.real_data
def test_four_fifths_of_the_rows_train_a_graph(night: Night) -> None:
    trained, held_out = len(night.ready.train), len(night.ready.holdout)

    assert format_for(night.recipe) == "onnx"
    assert trained + held_out == ROWS
    assert abs(trained - 16_000) < 100, "a class is split to the nearest row"


@pytest.mark.real_data
def test_matrix_as_served_has_the_accuracy_and_the_errors_of_the_page(night: Night) -> None:
    holdout = night.ready.holdout

    counts = matrix_of(served(night.model.artifact, holdout.features(night.recipe)), holdout=holdout)

    assert counts.shape == (10, 10)
    assert counts.sum() == len(holdout)
    assert 0.950 <= counts.trace() / counts.sum() <= 0.964
    errors = counts - np.diag(np.diag(counts))
    assert errors.argmax(axis=1)[[4, 9]].tolist() == [9, 7]


@pytest.mark.real_data
def test_graph_answers_as_the_estimator(night: Night) -> None:
    whole = night.ready.holdout
    rows = Table(whole.numeric[:ASKED_BOTH], whole.categorical[:ASKED_BOTH], whole.labels[:ASKED_BOTH])

    assert len(rows) == ASKED_BOTH
    assert difference(night.model, rows) == ""


@pytest.mark.real_data
def test_cross_validation_comes_to_what_the_page_says(night: Night) -> None:
    said = re.search(
        r"In three folds of the training part balanced accuracy is ([\d.]+) in the mean, with a standard deviation of"
        r" ([\d.]+)\.(?!\d)",
        " ".join(PAGE.read_text("utf-8").split()),
    )
    assert said is not None, "the page has no such sentence"
    mean, spread = map(float, said.groups())

    found = night.model.fitted.facts["cross_validation"]

    assert (found["metric"], found["folds"], found["rows"]) == ("balanced_accuracy", 3, len(night.ready.train))
    assert abs(found["mean"] - mean) <= spread
