"""Exports a fitted estimator of trees: lays its trees out in arrays that are read where they lie.

The result is not trusted: Evaluate compares its answers with the estimator's on every row of the holdout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.features.dates import of_columns
from lambdas.model.features.linear import Feature, LevelFeature, inputs
from lambdas.model.features.searches import best
from lambdas.model.features.steps import class_name
from lambdas.model.features.transformers import transform
from lambdas.model.formats.fitted import Exported, Fitted
from lambdas.model.formats.numbered import XGBOOST, Numbered
from lambdas.model.formats.schemas import schema_of
from lambdas.model.formats.trees import xgboost_json
from lambdas.model.formats.trees.boosted import Boosted, grown_of
from lambdas.model.formats.trees.grown import Grown, Tree, grown
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
    Trees,
)

LINKS_OF_SCORES = ("logistic", "softmax")


def export(fitted: Fitted) -> Exported:
    """Raises EstimatorUnsupported for an estimator without an exact form or trees that are too large to serve,
    TrainingFailed for values that diverged."""
    estimator = best(_inner(fitted))
    if not isinstance(estimator, Boosted):  # which was checked when it was read
        check(estimator)
    features, classifier = _unfold(fitted)
    model = _grown(classifier, classes=fitted.classes)
    size = Size.of(model.trees)
    size.check(fitted.recipe)
    if not all(np.isfinite(tree.says).all() for tree in model.trees) or not np.isfinite(model.base).all():
        raise TrainingFailed(f"{class_name(classifier)} has values that are not finite: the fit diverged")
    if hasattr(classifier, "n_jobs"):
        classifier.n_jobs = None  # several threads add trees up in any order, and the last bit may decide a label
    slots = Slots(fitted.recipe, features, categories=model.categories)
    file = File()
    _add_nodes(file, model, slots=slots)
    _add_leaves(file, model)
    refusing = {each.column for each in features if isinstance(each, LevelFeature) and each.refuses_unknown}
    schema = schema_of(fitted, refusing=refusing)
    header = {
        "format": FORMAT,
        "format_version": _version(model, fitted),
        "classes": list(fitted.classes),
        "positive": fitted.recipe.positive,
        "schema": schema,
        "link": model.link,
        "base": list(model.base),
        "scale": model.scale,
        "rounds_to_32_bits": model.rounds_to_32_bits,
        "zero_is_second": model.zero_is_second,
        **_layout(file, fitted, slots, rounds=model.rounds_to_32_bits),
    }
    content = file.content(header)
    check_bytes(fitted.recipe, size_bytes=len(content))
    facts = {"trees": size.trees, "nodes": size.nodes, "expected_row_us": size.row_us}
    return Exported(content, schema, facts=facts, warnings=size.warnings)


def _version(model: Grown, fitted: Fitted) -> int:
    """The lowest that says all of the model."""
    if model.link in LINKS_OF_32_BITS:
        return FORMAT_VERSION
    return WITHOUT_32_BITS if fitted.recipe.arrays else WITHOUT_ARRAYS


def _inner(fitted: Fitted) -> Any:
    return fitted.estimator.estimator if isinstance(fitted.estimator, Numbered) else fitted.estimator


def _grown(classifier: Any, *, classes: Sequence[str]) -> Grown:
    if class_name(classifier) == XGBOOST:
        content = bytes(classifier.get_booster().save_raw(raw_format="json"))
        classifier = xgboost_json.read(content, classes=classes, named=False)
    return grown_of(classifier) if isinstance(classifier, Boosted) else grown(classifier)


def _unfold(fitted: Fitted) -> tuple[list[Feature], Any]:
    """The features that reach the trees, and the classifier, through any depth of pipelines."""
    recipe, levels = fitted.recipe, fitted.levels.of_columns
    for place, part in recipe.parts_of_x[:1]:
        raise EstimatorUnsupported(
            f"trees are not asked about the {part} of {recipe.numeric[place].name} as a category: leave it out of its"
            f" parts, and take FunctionTransformer({part}) of its seconds, a number that trees split anywhere"
        )
    features: list[Feature] = [
        *of_columns(inputs(len(recipe.numbers_of_x), levels=levels), recipe=recipe, levels=levels)
    ]
    estimator = best(_inner(fitted))
    while class_name(estimator) == "Pipeline":
        for _, step in estimator.steps[:-1]:
            features = transform(step, features=features)
        estimator = best(estimator.steps[-1][1])
    return features, estimator


def _layout(file: File, fitted: Fitted, slots: Slots, *, rounds: bool) -> dict[str, Any]:
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
        file.add(name, table, code="B" if np.isin(table, (0.0, 1.0)).all() else "d")
        tables.append([places[recipe.categorical[column].name], table.shape[1], name])
    return {"numbers": numbers, "tables": tables}


def _add_nodes(file: File, model: Grown, *, slots: Slots) -> None:
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
    file.add_whole("slot", slots.numbered(pairs), codes="Bhi")
    if model.rounds_to_32_bits:
        file.add("threshold", rounded_down(thresholds), code="f")
    else:
        file.add("threshold", thresholds, code="d")
    codes = "h" if max(nodes, leaves) <= 2**15 else "i"
    file.add("left", np.concatenate(lefts), code=codes)
    file.add("right", np.concatenate(rights), code=codes)
    file.add("roots", np.array(roots), code="i")


def _thresholds(tree: Tree) -> Floats:
    thresholds = tree.threshold.copy()
    thresholds[list(tree.sets)] = MIDDLE
    return thresholds[tree.is_inner]


def _add_leaves(file: File, model: Grown) -> None:
    says = np.concatenate([tree.says[~tree.is_inner] for tree in model.trees])
    expected = np.concatenate([tree.expected[tree.is_inner] for tree in model.trees])
    if model.link in (*LINKS_OF_SCORES, *LINKS_OF_32_BITS):
        file.add("value", says, code="f" if model.link in LINKS_OF_32_BITS else "d")
        file.add("expected", expected, code="f")
        return
    kinds, of_leaf = np.unique(says, axis=0, return_inverse=True)
    rows, places = np.nonzero(kinds)  # a share of 0 adds nothing
    file.add_whole("value", of_leaf.ravel(), codes="Bhi")
    file.add("begins", np.searchsorted(rows, np.arange(len(kinds) + 1)), code="i")
    file.add_whole("places", places, codes="Bhi")
    file.add("shares", kinds[rows, places], code="d")
    shares = expected[:, 1:] if expected.shape[1] == 2 else expected
    file.add("expected", np.rint(np.clip(shares, 0, 1) * Trees.SHARE_UNIT), code="H")
    if model.link == "votes":
        file.add("weights", np.array(model.weights), code="d")
