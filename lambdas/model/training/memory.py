"""Estimates the memory of a fit part by part, from what is known of the columns before the first pass.

How many rows there are does not matter above those that are drawn, or asked about at a time: what counts are
features, categories and classes. The passes, the cross-validation and the answers come one after another, so the
largest of the three counts. The factors were measured on 0.1 to 0.5 million rows of 3 to 41 columns, with up to
100,000 categories and 100 classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lambdas.model.data.room import MB
from lambdas.model.features.steps import PARTS_OF, class_name
from lambdas.model.folding.minimum import WIDTH_MAX
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import HELD_BYTES
from lambdas.model.formats.fitted import ANSWERED_ROWS
from lambdas.model.training.cross_validation import ROWS_MAX

BASE_MB = 210
"""Train with its libraries loaded; those of AWS take 40 MB of it."""
BLOCKS_MB = 60
"""Of the block of rows that a pass works on."""
HESSIANS = 5
"""So many copies of the square of the weights does Newton's method hold, beside the results that wait to be added."""
WEIGHT_BYTES = 200
"""Of a weight: in a search without a Hessian, in the cross-validation's lbfgs, and in the artifact's document."""
LEVEL_BYTES = 1_250
"""Of a feature that is a category."""
TABLES = 3
"""Copies of the drawn rows as a table."""
DENSE = 2
"""Copies of the features of rows, for the cross-validation and for an answer."""
DENSITY = 0.3
"""scikit-learn's ColumnTransformer makes a sparse array where less of it than that is not 0."""
PROBABILITIES = 3
"""Copies of the answers to the rows of a part, and of those to the drawn rows."""


def needed_mb(estimator: Any, *, summary: Summary, part_rows: int) -> int:
    """The most that the fit of an estimator that folds takes; `part_rows` are those of the holdout's largest part."""
    classes, levels = len(summary.class_names), sum(len(names) for names in summary.known.of_columns)
    numbers = len(summary.moments.mean)
    width = 1 + numbers + levels
    lines = 1 if classes == 2 else classes
    weights = WEIGHT_BYTES * lines * width + LEVEL_BYTES * levels
    label = 4 * max(map(len, summary.class_names))
    row = 8 * numbers + _text_bytes(summary) + label
    answer = PROBABILITIES * 8 * classes
    drawn = min(summary.rows, ROWS_MAX)
    feature = DENSE * 8 * _dense_width(estimator, width=width, columns=numbers + len(summary.levels))
    passes = BLOCKS_MB * MB + _hessians(width * (1 if _is_one_vs_rest(estimator) else lines)) + weights
    validation = drawn * (TABLES * row + feature + answer) + weights
    answers = min(part_rows, ANSWERED_ROWS) * feature + part_rows * (answer + 2 * label) + weights
    return BASE_MB + round(max(passes, validation, answers) / MB)


def _hessians(weights: int) -> int:
    if weights > WIDTH_MAX:
        return 0
    square = 8 * weights**2
    return HESSIANS * square + max(HELD_BYTES, square)


def _text_bytes(summary: Summary) -> int:
    """Of a row of a Table, where every category is as wide as the longest of all, and a letter has four bytes."""
    longest = max((len(name) for names in summary.known.of_columns for name in names), default=0)
    return 4 * longest * len(summary.levels)


def _dense_width(estimator: Any, *, width: int, columns: int) -> int:
    """Of a row's features that are not 0 there are as many as columns."""
    if any(_is_dense(step) for step in _steps(estimator)):
        return width
    return min(width, round(columns / DENSITY))


def _is_dense(step: Any) -> bool:
    return getattr(step, "sparse_output", True) is False or getattr(step, "sparse_threshold", DENSITY) == 0


def _steps(estimator: Any) -> Iterator[Any]:
    """The estimator and those inside of it."""
    yield estimator
    for part in PARTS_OF.get(class_name(estimator), lambda _: [])(estimator):
        yield from _steps(part)


def _is_one_vs_rest(estimator: Any) -> bool:
    return any(class_name(step) == "OneVsRestClassifier" for step in _steps(estimator))
