"""Exports a fitted estimator of trees: lays its trees out in arrays that are read where they lie.

The result is not trusted: Evaluate compares its answers with the estimator's on every row of the holdout.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.features.date_parts import of_columns
from lambdas.model.features.linear import LevelFeature, inputs
from lambdas.model.features.searches import best
from lambdas.model.features.steps import class_name
from lambdas.model.formats.fitted import Exported, Fitted
from lambdas.model.formats.numbered import Numbered
from lambdas.model.formats.schemas import schema_of
from lambdas.model.formats.trees.blended import Blended, Curves, Part, taken_apart
from lambdas.model.formats.trees.boosted import Boosted, BoostedRows
from lambdas.model.formats.trees.grown import Grown, Tree
from lambdas.model.formats.trees.size import Size, check_bytes
from lambdas.model.formats.trees.slots import MIDDLE, Slots
from lambdas.model.formats.trees.supported import check
from lambdas.model.formats.trees.written import File, rounded_down
from lambdas.serve.trees import (
    FORMAT,
    FORMAT_VERSION,
    LINKS_OF_32_BITS,
    WITHOUT_32_BITS,
    WITHOUT_ARRAYS,
    WITHOUT_MEMBERS,
    Trees,
)

LINKS_OF_SCORES = ("logistic", "softmax")


def export(fitted: Fitted) -> Exported:
    """Raises EstimatorUnsupported for an estimator without an exact form or trees that are too large to serve,
    TrainingFailed for values that diverged."""
    estimator = best(_inner(fitted))
    if not isinstance(estimator, Boosted | BoostedRows):  # which was checked when it was read
        check(estimator)
    whole = _taken_apart(fitted)
    parts = [*whole.parts]
    size = Size.of([tree for part in parts for tree in part.grown.trees])
    size.check(fitted.recipe)
    for part in parts:
        _check_finite(part)
        if hasattr(part.classifier, "n_jobs"):
            part.classifier.n_jobs = None  # several threads add trees up in any order, and the last bit may decide
    file = File()
    body = _document(file, whole, fitted)
    refusing = {
        each.column
        for part in parts
        for each in part.features
        if isinstance(each, LevelFeature) and each.refuses_unknown
    }
    schema = schema_of(fitted, refusing=refusing)
    header = {
        "format": FORMAT,
        "format_version": _version(whole, fitted),
        "classes": list(fitted.classes),
        "positive": fitted.recipe.positive,
        "schema": schema,
        **({"typical": list(fitted.typical)} if fitted.typical and isinstance(whole, Blended) else {}),
        **body,
    }
    content = file.content(header)
    check_bytes(fitted.recipe, size_bytes=len(content))
    facts = {"trees": size.trees, "nodes": size.nodes, "expected_row_us": size.row_us}
    return Exported(content, schema, facts=facts, warnings=size.warnings)


def _version(whole: Part | Blended, fitted: Fitted) -> int:
    """The lowest that says all of the model."""
    if isinstance(whole, Blended):
        return FORMAT_VERSION
    if whole.grown.link in LINKS_OF_32_BITS:
        return WITHOUT_MEMBERS
    return WITHOUT_32_BITS if fitted.recipe.arrays else WITHOUT_ARRAYS


def _inner(fitted: Fitted) -> Any:
    return fitted.estimator.estimator if isinstance(fitted.estimator, Numbered) else fitted.estimator


def _check_finite(part: Part) -> None:
    model = part.grown
    if not all(np.isfinite(tree.says).all() for tree in model.trees) or not np.isfinite(model.base).all():
        raise TrainingFailed(f"{class_name(part.classifier)} has values that are not finite: the fit diverged")


def _taken_apart(fitted: Fitted) -> Part | Blended:
    recipe, levels = fitted.recipe, fitted.levels.of_columns
    for place, part in recipe.parts_of_x[:1]:
        raise EstimatorUnsupported(
            f"trees are not asked about the {part} of {recipe.numeric[place].name} as a category: leave it out of its"
            f" parts, and take FunctionTransformer({part}) of its seconds, a number that trees split anywhere"
        )
    inner = _inner(fitted)
    if isinstance(inner, BoostedRows):
        features = of_columns(inner.encoding.features, recipe=recipe, levels=levels)
        return taken_apart([*features], inner.boosted, classes=fitted.classes)
    features = of_columns(inputs(len(recipe.numbers_of_x), levels=levels), recipe=recipe, levels=levels)
    return taken_apart([*features], inner, classes=fitted.classes)


def _document(file: File, made: Part | Blended, fitted: Fitted, begin: str = "") -> dict[str, Any]:
    """Of a model, or of one inside of it, whose sections `begin` with its places; adds these."""
    if isinstance(made, Blended):
        members = []
        for place, (member, curves) in enumerate(made.members):
            inner = f"{begin}{place}."
            told = {} if curves is None else {"curves": _curves(file, curves, inner)}
            members.append({**_document(file, member, fitted, inner), **told})
        return {"members": members, "weights": list(made.weights)}
    model = made.grown
    slots = Slots(fitted.recipe, made.features, categories=model.categories)
    _add_nodes(file, model, slots=slots, begin=begin)
    _add_leaves(file, model, begin=begin)
    return {
        "link": model.link,
        "base": list(model.base),
        "scale": model.scale,
        "rounds_to_32_bits": model.rounds_to_32_bits,
        "zero_is_second": model.zero_is_second,
        **_layout(file, fitted, slots, rounds=model.rounds_to_32_bits, begin=begin),
    }


def _curves(file: File, curves: Curves, begin: str) -> list[Any]:
    """The kind, then what each curve is; of those of many points the names of their sections."""
    if curves.kind != "isotonic":
        return [curves.kind, *curves.numbers]
    named = []
    for place, (places, heights) in enumerate(curves.numbers):
        names = [f"places-{place}", f"heights-{place}"]
        for name, numbers in zip(names, (places, heights), strict=True):
            file.add(f"{begin}{name}", numbers, code="d")
        named.append(names)
    return [curves.kind, *named]


def _layout(file: File, fitted: Fitted, slots: Slots, *, rounds: bool, begin: str) -> dict[str, Any]:
    """Where a row's values go, by the positions of their columns in the schema; adds the tables' sections."""
    recipe = fitted.recipe
    places = {column.name: place for place, column in enumerate(recipe.single_columns)}
    numbers = [
        [places[recipe.numeric[column].name], int(goes_left), [list(step) for step in steps]]
        for column, goes_left, steps in slots.numbers
    ]
    tables = []
    for column in slots.tables:
        table, name = slots.table(column), f"table-{column}"
        table = table.astype(np.float32).astype(np.float64) if rounds else table
        file.add(f"{begin}{name}", table, code="B" if np.isin(table, (0.0, 1.0)).all() else "d")
        tables.append([places[recipe.categorical[column].name], table.shape[1], name])
    return {"numbers": numbers, "tables": tables}


def _add_nodes(file: File, model: Grown, *, slots: Slots, begin: str) -> None:
    pairs = [pair for tree in model.trees for pair in slots.of(tree)]
    thresholds = np.concatenate([_thresholds(tree) for tree in model.trees])
    lefts, rights, roots, nodes, leaves = [], [], [], 0, 0
    for tree in model.trees:
        inner = tree.is_inner
        place = np.where(inner, nodes + np.cumsum(inner) - 1, ~(leaves + np.cumsum(~inner) - 1))
        lefts.append(place[tree.left[inner]])
        rights.append(place[tree.right[inner]])
        roots.append(place[0])
        nodes += int(inner.sum())
        leaves += int((~inner).sum())
    file.add_whole(f"{begin}slot", slots.numbered(pairs), codes="Bhi")
    if model.rounds_to_32_bits:
        file.add(f"{begin}threshold", rounded_down(thresholds), code="f")
    else:
        file.add(f"{begin}threshold", thresholds, code="d")
    codes = "h" if max(nodes, leaves) <= 2**15 else "i"
    file.add(f"{begin}left", np.concatenate(lefts), code=codes)
    file.add(f"{begin}right", np.concatenate(rights), code=codes)
    file.add(f"{begin}roots", np.array(roots), code="i")


def _thresholds(tree: Tree) -> Floats:
    thresholds = tree.threshold.copy()
    thresholds[list(tree.sets)] = MIDDLE
    return thresholds[tree.is_inner]


def _add_leaves(file: File, model: Grown, *, begin: str) -> None:
    says = np.concatenate([tree.says[~tree.is_inner] for tree in model.trees])
    expected = np.concatenate([tree.expected[tree.is_inner] for tree in model.trees])
    if model.link in (*LINKS_OF_SCORES, *LINKS_OF_32_BITS):
        file.add(f"{begin}value", says, code="f" if model.link in LINKS_OF_32_BITS else "d")
        file.add(f"{begin}expected", expected, code="f")
        return
    kinds, of_leaf = np.unique(says, axis=0, return_inverse=True)
    rows, places = np.nonzero(kinds)  # a share of 0 adds nothing
    file.add_whole(f"{begin}value", of_leaf.ravel(), codes="Bhi")
    file.add(f"{begin}begins", np.searchsorted(rows, np.arange(len(kinds) + 1)), code="i")
    file.add_whole(f"{begin}places", places, codes="Bhi")
    file.add(f"{begin}shares", kinds[rows, places], code="d")
    shares = expected[:, 1:] if expected.shape[1] == 2 else expected
    file.add(f"{begin}expected", np.rint(np.clip(shares, 0, 1) * Trees.SHARE_UNIT), code="H")
    if model.link == "votes":
        file.add(f"{begin}weights", np.array(model.weights), code="d")
