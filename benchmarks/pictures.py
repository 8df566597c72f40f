"""MNIST by nearest neighbours, as docs/pictures.md has it: its matrix, and what training and a picture cost.

python -m benchmarks.pictures mnist.npz

Recipe and conversion are the page's own code. Rows are read and split as Preprocess does, and scored by the code that
serves. Times are the processor's, of fitting and exporting, and of one row by itself. The recipe is cross-validated
after all that.
"""

from __future__ import annotations

import re
import resource
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.command_line import command
from lambdas.model.arrays import Integers
from lambdas.model.artifact import served
from lambdas.model.formats.all_formats import format_of
from lambdas.model.metrics.confusion import confusion_matrix
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.reading.unpacking import unpack
from lambdas.model.recipe import Recipe
from lambdas.model.training.estimator import fit, format_for
from lambdas.serve import onnx
from tests.given.data import Prepared, piece_of, prepared

PAGE = Path(__file__).parents[1] / "docs" / "pictures.md"
ROWS, ROWS_WARM = 20_000, 50


def of_the_page() -> dict[str, Any]:
    """What the page's code defines, by name: RECIPE and convert are among it."""
    recipe, conversion = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    defined: dict[str, Any] = {}
    exec(recipe, defined)  # noqa: S102
    exec(conversion, defined)  # noqa: S102
    return defined


def read(npz: str) -> tuple[Recipe, Prepared]:
    """The page's recipe, and the rows that the page's conversion writes of the file, split as Preprocess does."""
    page = of_the_page()
    recipe: Recipe = page["RECIPE"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mnist.csv.gz"
        page["convert"](npz, str(file), rows=ROWS)
        text = unpack(file.name, content=file.read_bytes(), model=recipe.model)
    return recipe, prepared([piece_of("mnist.csv.gz", text, recipe=recipe)], recipe=recipe)


def matrix_of(answers: Answers, *, holdout: Table) -> Integers:
    """(10, 10): true digits down, answers across."""
    return confusion_matrix(holdout.labels, answers.labels, labels=[*"0123456789"])


def main() -> None:
    known = command(__doc__)
    known.add_argument("npz", help="the pictures, as Keras has them")
    recipe, ready = read(known.parse_args().npz)
    begun = time.process_time()
    fitted = fit(replace(recipe, cross_validation_folds=0), train=ready.train)
    code = format_of(format_for(recipe)).code()
    content = code.export(fitted).content
    taken = time.process_time() - begun
    counts = matrix_of(served(code.load(content), ready.holdout.features(recipe)), holdout=ready.holdout)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    scorer = onnx.read(content)
    accuracy = counts.trace() / counts.sum()
    print(f"{len(ready.train)} rows train and {len(ready.holdout)} are held out; accuracy {accuracy:.3f}")
    print(f"artifact {len(content) / 1e6:.1f} MB; fitted and exported in {taken:.1f} s; peak {peak:.0f} MB")
    print(f"a picture by itself: {_warm_ms(scorer, ready.holdout.numeric[:ROWS_WARM].tolist()):.1f} ms")
    print(" ", *(f"{digit:>3}" for digit in range(10)))
    for digit, row in enumerate(counts.tolist()):
        print(digit, *(f"{count:>3}" for count in row))
    folds = fit(recipe, train=ready.train).facts["cross_validation"]
    print(
        f"{folds['folds']} folds of the training part: {folds['metric']} {folds['mean']:.3f} in the mean,"
        f" standard deviation {folds['standard_deviation']:.3f}"
    )


def _warm_ms(scorer: onnx.Onnx, rows: list[list[float]]) -> float:
    taken = []
    for row in rows:
        begun = time.process_time()
        scorer.score(row)
        taken.append(time.process_time() - begun)
    return 1e3 * statistics.median(taken)


if __name__ == "__main__":
    main()
