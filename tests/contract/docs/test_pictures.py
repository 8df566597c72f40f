"""docs/pictures.md: its recipe reads what its conversion writes, and its matrix is what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lambdas.model.reading.object_reader import read_object
from tests.contract.docs import pages
from workflows.cli.picture import svg

PAGE = pages.PAGES["pictures.md"]
RECIPE, CONVERSION = pages.blocks(PAGE, "python")
(MATRIX,) = pages.blocks(PAGE, "text")


def defined(source: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(source, found)  # noqa: S102
    return found


def test_the_recipe_reads_what_the_conversion_writes(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (12, 28, 28)).astype(np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=pictures, y_train=np.arange(12) % 10)

    defined(CONVERSION)["convert"](str(tmp_path / "mnist.npz"), str(tmp_path / "a.csv.gz"), rows=10)
    table = read_object("a.csv.gz", content=(tmp_path / "a.csv.gz").read_bytes(), recipe=defined(RECIPE)["RECIPE"])

    assert table.labels.tolist() == list("0123456789")
    assert (table.numeric == pictures[:10].reshape(10, 784)).all()


def matrix() -> Any:
    return np.array([[int(cell) for cell in line.split()[1:]] for line in MATRIX.splitlines()[1:]])


def test_the_picture_is_of_the_matrix_as_the_command_draws_it() -> None:
    drawn = svg([*"0123456789"], matrix().tolist(), title="Run mnist-knn")

    assert (pages.ROOT / "docs/mnist-knn.svg").read_text(encoding="utf-8") == drawn


def test_the_matrix_has_the_accuracy_of_the_page() -> None:
    counts = matrix()

    assert counts.shape == (10, 10)
    assert counts.sum() == 4_000
    assert f"right about {counts.trace() / counts.sum():.3f}." in PAGE
    errors = counts - np.diag(np.diag(counts))
    assert np.argmax(errors, axis=1)[[4, 9]].tolist() == [9, 7]
    assert np.argsort(-errors[8], kind="stable")[:2].tolist() == [3, 5]
    assert max(map(len, MATRIX.splitlines())) <= 80
