"""Exports a fitted estimator as a graph.

Of neighbours that are equally far, the estimator counts the first ones from then on, as the graph does. The result
is not trusted: Evaluate compares its answers with the estimator's on every row of the holdout.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.edges import serving_room
from chalicelib.errors import EstimatorUnsupported
from chalicelib.limits import GRAPH_BYTES, PACKAGED_BYTES
from lambdas.model.features.date_parts import steps_of
from lambdas.model.features.searches import best
from lambdas.model.formats.fitted import FIT_ERRORS, Exported, Fitted, Levels, first_line
from lambdas.model.formats.onnx.converting import graph, settle
from lambdas.model.formats.onnx.foreign import ForeignGraph
from lambdas.model.formats.onnx.supported import check
from lambdas.model.formats.schemas import schema_of
from lambdas.model.recipe import Recipe
from lambdas.serve.onnx import FORMAT, FORMAT_VERSION, LENGTH_BYTES, MAGIC


def export(fitted: Fitted) -> Exported:
    """Raises EstimatorUnsupported for an estimator that does not convert, or a graph that is too large to serve,
    LayersMissing without skl2onnx."""
    recipe = fitted.recipe
    if not isinstance(fitted.estimator, ForeignGraph):  # which was checked when it was read
        check(best(fitted.estimator))
    for place, part in recipe.parts_of_x[:1]:
        raise EstimatorUnsupported(
            f"a graph is not given the {part} of {recipe.numeric[place].name} as a category: leave it out of"
            " its parts"
        )
    numbers, texts = recipe.numbers_of_x, recipe.categorical
    content = _graph(fitted, columns=len(numbers) + len(texts))
    schema = schema_of(fitted, refusing=())
    places = {column.name: place for place, column in enumerate(recipe.single_columns)}
    header: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "classes": list(fitted.classes),
        "schema": schema,
        "numbers": [
            [places[recipe.numeric[place].name], [list(step) for step in steps_of(part)]] for place, part in numbers
        ],
        "categories": [places[column.name] for column in texts],
        **({"typical": list(fitted.typical)} if fitted.typical else {}),
    }
    told = json.dumps(header, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    artifact = MAGIC + len(told).to_bytes(LENGTH_BYTES, "little") + told + content
    return Exported(
        artifact,
        schema,
        facts={"graph_bytes": len(content)},
        warnings=size_warnings(recipe, size_bytes=len(artifact)),
    )


def _graph(fitted: Fitted, *, columns: int) -> bytes:
    if isinstance(fitted.estimator, ForeignGraph):
        return fitted.estimator.graph()
    try:
        content = graph(fitted.estimator, columns=columns)
    except FIT_ERRORS as exc:
        raise EstimatorUnsupported(
            f"skl2onnx does not convert the estimator of recipe {fitted.recipe.model}: it raised {first_line(exc)}",
            model=fitted.recipe.model,
        ) from exc
    settle(fitted.estimator)
    return content


def foresee(few: Exported, *, recipe: Recipe, levels: Levels) -> None:
    """Nothing: whether a graph grows with the rows is the estimator's, and `export` judges the real one."""


def size_warnings(recipe: Recipe, *, size_bytes: int) -> list[str]:
    """What to expect of an artifact that is too large for its package; raises EstimatorUnsupported for one that is
    too large to serve."""
    if size_bytes > GRAPH_BYTES:
        raise EstimatorUnsupported(
            f"the graph of recipe {recipe.model} takes {size_bytes / 1e6:.0f} MB, and {GRAPH_BYTES / 1e6:.0f}"
            " at most are served: train on fewer rows (window of the recipe), or take an estimator that keeps none;"
            " import a smaller model",
            model=recipe.model,
            size_bytes=size_bytes,
        )
    return [f"the graph takes {serving_room.in_words(size_bytes)}"] if size_bytes > PACKAGED_BYTES else []
