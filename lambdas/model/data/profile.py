"""Describes a data set in figures: for the run's document, and to help explain a verdict."""

from __future__ import annotations

from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Texts
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import Words, row_hashes

TOP_CATEGORIES = 10


def profile(train: Table, *, holdout: Table, recipe: Recipe) -> dict[str, Any]:
    """Ready for JSON. Ratios are 0..1; a column's summary is over training part and holdout together."""
    hashes = row_hashes(train), row_hashes(holdout)
    return {
        "rows": len(train) + len(holdout),
        "train_rows": len(train),
        "holdout_rows": len(holdout),
        "classes": _classes(train, holdout=holdout, recipe=recipe),
        "columns": _columns(train, holdout=holdout, recipe=recipe),
        "missing_cells": 0,
        "duplicate_rows": _repeated(np.concatenate(hashes)),
        **_overlap(*hashes),
    }


def _classes(train: Table, *, holdout: Table, recipe: Recipe) -> dict[str, dict[str, int]]:
    counts = [{name: int((part.labels == name).sum()) for name in recipe.class_names} for part in (train, holdout)]
    return {
        name: {"rows": counts[0][name] + counts[1][name], "train": counts[0][name], "holdout": counts[1][name]}
        for name in recipe.class_names
    }


def _columns(train: Table, *, holdout: Table, recipe: Recipe) -> dict[str, dict[str, Any]]:
    of_train, of_holdout = train.features(recipe), holdout.features(recipe)
    columns = {name: np.concatenate([of_train[name], of_holdout[name]]) for name in of_train}
    return {
        name: _texts(column) if column.dtype.kind == "U" else _numbers(column) for name, column in columns.items()
    }


def _numbers(column: Floats) -> dict[str, Any]:
    names = ("minimum", "quartile_1", "median", "quartile_3", "maximum")
    quartiles = np.quantile(column, (0, 0.25, 0.5, 0.75, 1), method="nearest")
    # Scaled by the largest number, so that the sum of huge numbers stays finite.
    largest = float(np.abs(column).max()) or 1.0
    mean = float((column / largest).mean()) * largest
    return {"kind": "number", **dict(zip(names, quartiles.tolist(), strict=True)), "mean": mean}


def _texts(column: Texts) -> dict[str, Any]:
    levels, counts = np.unique(column, return_counts=True)
    top = np.argsort(-counts, kind="stable")[:TOP_CATEGORIES]
    return {
        "kind": "category",
        "levels": len(levels),
        "top": {str(levels[index]): int(counts[index]) for index in top},
    }


def _repeated(hashes: Words) -> int:
    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] == ordered[:-1]))


def _overlap(train: Words, holdout: Words) -> dict[str, Any]:
    """How many rows of the holdout, label included, occur in the training part too."""
    rows = int(np.isin(holdout, train).sum())
    return {
        "holdout_rows_in_train": rows,
        "holdout_rows_in_train_ratio": rows / len(holdout) if len(holdout) else None,
    }
