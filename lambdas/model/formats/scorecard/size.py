"""Estimates the size of a scorecard in bytes before the fit, because Lambda refuses packages above a limit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.fitted import Exported, Levels
from lambdas.model.recipe import Recipe

ARTIFACT_BYTES_MAX = 40_000_000
"""Lambda takes a package of 50 MB through its API, and starts a function within 10 s: to read 50 MB of scorecard took
2.1 s of a whole core and 344 MB."""
WEIGHT_BYTES = 20
"""About what a weight takes as JSON."""


def foresee(few: Exported, *, recipe: Recipe, levels: Levels) -> None:
    """Raises EstimatorUnsupported when the scorecard would be too large with these levels instead of its own."""
    names = [column.name for column in recipe.categorical]
    by_column = dict(
        zip(names, levels.of_columns, strict=False)
    )  # the last ones may be parts of dates, which are few
    check_size(recipe, size_bytes=expected_bytes(json.loads(few.content), levels=by_column), levels=levels)


def check_size(recipe: Recipe, *, size_bytes: int, levels: Levels) -> None:
    """Raises EstimatorUnsupported for an artifact that Lambda would not take."""
    if size_bytes > ARTIFACT_BYTES_MAX:
        raise _too_large(recipe, size_bytes=size_bytes, levels=levels)


def expected_bytes(document: Mapping[str, Any], *, levels: Mapping[str, tuple[str, ...]]) -> int:
    """The scorecard's size with these levels: each is named once in the schema, and once beside each weight."""
    texts = {name: sum(len(json.dumps(level)) + 1 for level in of) for name, of in levels.items()}
    terms = [term["column"] for score in document["scores"] for term in score["categories"] if "column" in term]
    return sum(texts.values()) + sum(texts[name] + WEIGHT_BYTES * len(levels[name]) for name in terms)


def _too_large(recipe: Recipe, *, size_bytes: int, levels: Levels) -> EstimatorUnsupported:
    counts = {column.name: len(of) for column, of in zip(recipe.categorical, levels.of_columns, strict=False)}
    largest = max(counts, key=lambda name: counts[name])
    return EstimatorUnsupported(
        f"the scorecard of recipe {recipe.model} takes {size_bytes / 1e6:.0f} MB, and Lambda serves"
        f" {ARTIFACT_BYTES_MAX / 1e6:.0f} MB at most: it holds weights of {len(recipe.class_names)} classes for"
        f" {sum(counts.values()):,} categories, {counts[largest]:,} of them of column {largest}. Leave that column"
        " out, or write one word for its rare categories into the files",
        model=recipe.model,
        size_bytes=size_bytes,
    )
