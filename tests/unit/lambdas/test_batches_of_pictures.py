"""A stored file of pictures: digits of MNIST by their nearest neighbours, as CSV with labels and as an array."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.pictures import of_the_page
from lambdas.model.formats.all_formats import format_of
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.training.estimator import fit, format_for
from tests.given import batches
from tests.given.nights import MODEL
from tests.given.trees import ONE_THREAD

TRAIN, PICTURES = 2_000, 300
DIGITS = [*"0123456789"]


def first(rows: int, *, of: str) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """(rows, 784) and (rows,): pixels and labels."""
    with np.load(Path(os.environ["NIGHTSWAP_TEST_DATA"], "mnist.npz")) as found:
        return found[f"x_{of}"][:rows].reshape(rows, -1), found[f"y_{of}"][:rows].astype(np.str_)


def as_csv(pixels: NDArray[np.uint8], labels: NDArray[np.str_]) -> bytes:
    """The label comes first, as in the files of MNIST that go about."""
    header = ",".join(["label", *(f"pixels_{place}" for place in range(pixels.shape[1]))])
    lines = [",".join([label, *map(str, row)]) for label, row in zip(labels.tolist(), pixels.tolist(), strict=True)]
    return "\n".join([header, *lines, ""]).encode()


@dataclass(frozen=True)
class Scored:
    """What a batch told at its end, and its predictions."""

    result: dict[str, Any]
    predictions: list[dict[str, Any]]

    @property
    def labels(self) -> list[str]:
        return [each["label"] for each in self.predictions]


@dataclass(frozen=True)
class Both:
    """The same pictures in either form, their labels, and what the estimator says of them."""

    csv: Scored
    array: Scored
    labels: list[str]
    expected: Answers


@pytest.fixture(scope="module")
def both() -> Both:
    """The page's neighbours, of fewer rows."""
    recipe = replace(of_the_page()["RECIPE"], model=MODEL, cross_validation_folds=0)
    (known, digits), (pixels, labels) = first(TRAIN, of="train"), first(PICTURES, of="test")
    no_texts, kind = np.empty((TRAIN, 0), dtype=np.str_), format_for(recipe)
    with ONE_THREAD():
        fitted = fit(recipe, train=Table(known.astype(np.float64), no_texts, digits))
        expected = fitted.answers(Table(pixels.astype(np.float64), no_texts[:PICTURES], labels))
    edges = batches.stage_of(format_of(kind).code().export(fitted), kind=kind).edges

    def scored(content: bytes, name: str) -> Scored:
        result = batches.result(edges, content, name, recipe_of=lambda _: recipe)
        return Scored(result, batches.predictions(edges, result["batch"]))

    csv = scored(as_csv(pixels, labels), "pictures.csv.gz")
    return Both(csv, scored(batches.array(pixels), "pictures.npy"), labels.tolist(), expected)


@pytest.mark.real_data
def test_pictures_of_either_form_get_the_answers_of_the_estimator_in_their_order(both: Both) -> None:
    for each in (both.csv, both.array):
        told = each.result
        assert (told["status"], told["records"], told["refused"], told["warnings"]) == ("done", PICTURES, 0, [])
        assert [one["record"] for one in each.predictions] == [*range(1, PICTURES + 1)]

    assert both.csv.predictions == both.array.predictions
    assert both.csv.labels == both.expected.labels.tolist()
    found = [[each["probabilities"][digit] for digit in both.expected.classes] for each in both.csv.predictions]
    assert np.abs(np.array(found) - both.expected.probabilities).max() < 1e-9


@pytest.mark.real_data
def test_labels_of_a_file_make_its_accuracy_and_a_matrix_of_ten_digits(both: Both) -> None:
    result, pairs = both.csv.result, [*zip(both.labels, both.csv.labels, strict=True)]

    assert result["labelled"] == PICTURES
    assert result["accuracy"] == pytest.approx(sum(true == said for true, said in pairs) / PICTURES)
    assert result["accuracy"] > 0.85, "two thousand neighbours know most digits"
    matrix = result["matrix"]
    assert sorted(matrix) == sorted({said for row in matrix.values() for said in row}) == DIGITS
    assert {(true, said): count for true, row in matrix.items() for said, count in row.items()} == Counter(pairs)


@pytest.mark.real_data
def test_array_has_no_labels_to_be_right_about(both: Both) -> None:
    assert (both.array.result["labelled"], both.array.result["accuracy"]) == (0, None)
    assert both.array.result["matrix"] == {}
