"""A recipe tried before the fit that counts: what a fit and an export of few rows show, nobody waits for many.

`try_out` needs no data: it makes rows up from the recipe's columns. `foresee` draws few of the training part.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.arrays import Floats, Texts
from lambdas.model.estimator import fit
from lambdas.model.export import export
from lambdas.model.fitted import Levels
from lambdas.model.recipe import Categorical, Numeric, Recipe
from lambdas.model.table import Table

ROWS_OF_A_CLASS = 100
LEVELS = 4
LEVELS_MAX = 1000
"""Of the declared categories so many occur in the rows that are made up."""

ARTIFACT_BYTES_MAX = 40_000_000
"""Lambda takes a package of 50 MB through its API, and starts a function within 10 s: to read 50 MB of scorecard took
2.1 s of a whole core and 344 MB."""
WEIGHT_BYTES = 20
"""About what a weight takes as JSON."""


def try_out(recipe: Recipe) -> None:
    """Fit and export rows that are made up.

    Raises EstimatorUnsupported for what cannot be served, TrainingFailed for what cannot be fitted.
    """
    _tried(recipe, train=made_up(recipe))


def foresee(recipe: Recipe, *, train: Table) -> None:
    """Raises EstimatorUnsupported when what the fit on the whole training part makes could not be served."""
    try:
        document = _tried(recipe, train=_few_of(train))
    except TrainingFailed:  # few rows need not do, where all of them do: the fit will tell
        return
    expected = expected_bytes(document, levels=_levels_of(recipe, train=train))
    if expected > ARTIFACT_BYTES_MAX:
        raise _too_large(recipe, size_bytes=expected, levels=Levels.of(train))


def check_size(recipe: Recipe, *, size_bytes: int, levels: Levels) -> None:
    """Raises EstimatorUnsupported for an artifact that Lambda would not take."""
    if size_bytes > ARTIFACT_BYTES_MAX:
        raise _too_large(recipe, size_bytes=size_bytes, levels=levels)


def made_up(recipe: Recipe) -> Table:
    """Rows of every class, such as the recipe's columns permit; the numbers tell the classes apart."""
    rng = np.random.default_rng(recipe.split.seed)
    most_names = max((len(_names(column)) for column in recipe.categorical), default=0)
    rows = max(ROWS_OF_A_CLASS, math.ceil(most_names / len(recipe.class_names)))
    places = np.repeat(np.arange(len(recipe.class_names)), rows)
    signal = (places + rng.random(len(places))) / len(recipe.class_names)
    numbers = [_numbers(column, signal=signal, rng=rng) for column in recipe.numeric]
    texts = [_texts(column, rows=len(places)) for column in recipe.categorical]
    return Table(
        np.column_stack(numbers) if numbers else np.empty((len(places), 0)),
        np.column_stack(texts) if texts else np.empty((len(places), 0), dtype=np.str_),
        np.array(recipe.class_names, dtype=np.str_)[places],
    )


def _numbers(column: Numeric, *, signal: Floats, rng: np.random.Generator) -> Floats:
    low, high = _range(column)
    return low + (high - low) * (signal + rng.random(len(signal))) / 2


def _range(column: Numeric) -> tuple[float, float]:
    if column.minimum is None and column.maximum is None:
        return 0.0, 10.0
    if column.minimum is None:
        high = float(column.maximum or 0.0)
        return high - max(10.0, abs(high)), high
    low = float(column.minimum)
    return low, low + max(10.0, abs(low)) if column.maximum is None else float(column.maximum)


def _texts(column: Categorical, *, rows: int) -> Texts:
    texts: Texts = np.array(_names(column), dtype=np.str_)[np.arange(rows) % len(_names(column))]
    return texts


def _names(column: Categorical) -> list[str]:
    return list(column.allowed or (f"level-{place}" for place in range(LEVELS)))[:LEVELS_MAX]


def _tried(recipe: Recipe, *, train: Table) -> dict[str, Any]:
    return export(fit(replace(recipe, cross_validation_folds=0), train=train))


def _few_of(train: Table) -> Table:
    """The first rows of each class."""
    rows = [np.flatnonzero(train.labels == name)[:ROWS_OF_A_CLASS] for name in np.unique(train.labels)]
    return train.take(np.sort(np.concatenate(rows)))


def _levels_of(recipe: Recipe, *, train: Table) -> dict[str, tuple[str, ...]]:
    names = [column.name for column in recipe.categorical]
    return dict(zip(names, Levels.of(train).of_columns, strict=True))


def expected_bytes(document: Mapping[str, Any], *, levels: Mapping[str, tuple[str, ...]]) -> int:
    """Of the scorecard with these levels: each is named once in the schema, and once beside each of its weights."""
    texts = {name: sum(len(json.dumps(level)) + 1 for level in of) for name, of in levels.items()}
    terms = [term["column"] for score in document["scores"] for term in score["categories"]]
    return sum(texts.values()) + sum(texts[name] + WEIGHT_BYTES * len(levels[name]) for name in terms)


def _too_large(recipe: Recipe, *, size_bytes: int, levels: Levels) -> EstimatorUnsupported:
    counts = {column.name: len(of) for column, of in zip(recipe.categorical, levels.of_columns, strict=True)}
    largest = max(counts, key=lambda name: counts[name])
    return EstimatorUnsupported(
        f"the scorecard of recipe {recipe.model} takes {size_bytes / 1e6:.0f} MB, and Lambda serves"
        f" {ARTIFACT_BYTES_MAX / 1e6:.0f} MB at most: it holds weights of {len(recipe.class_names)} classes for"
        f" {sum(counts.values()):,} categories, {counts[largest]:,} of them of column {largest}. Leave that column"
        " out, or write one word for its rare categories into the files",
        model=recipe.model,
        size_bytes=size_bytes,
    )
