"""Makes a fitted estimator of the model that one of SageMaker's own algorithms left, and the encoding of its rows.

No estimator of scikit-learn's has fitted it, so nothing of scikit-learn answers for it: the answers that Evaluate
holds the artifact against are those of the algorithm's documented formula, on the numbers of the model itself. They
share neither the folding of the scaler nor the scoring code with the artifact.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from chalicelib.cutting import amount, quoted
from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.arrays import Integers
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.data.date_parts import spread
from lambdas.model.data.part import Part
from lambdas.model.filling.fills import NONE_MISSING, Fills, fills
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.encoded import Encoding
from lambdas.model.formats.fitted import Fitted, Levels
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.stratified import stratified
from lambdas.model.training.cross_validation import Validated
from lambdas.model.training.threshold_choice import operating_point

LEFT_OUT = "SageMaker fitted it once, on the whole training part"
LEFT_OUT_OF_A_SEARCH = "SageMaker measured each trial once, on rows of the training part that none was fitted on"
HELD_OUT_RATIO = 0.2
"""Of the rows of the training part, those that trials are measured on."""


def encoding_of(recipe: Recipe, *, rows: Rows, is_scaled: bool = True) -> tuple[Encoding, Rows]:
    """What the rows of the training part are encoded by; and the rows without gaps and dates, as it takes them.

    Raises TrainingFailed for a column without any number.
    """
    found = fills(recipe, total=rows.total)
    seen = rows.each_as(found.part).each_as(partial(spread, recipe=recipe))
    summary = seen.total(Summary.of)
    encoding = Encoding.of(
        means=summary.moments.mean,
        variances=summary.moments.variance,
        levels=summary.known.of_columns,
        fills=found.of_columns,
        rows=summary.rows,
        is_scaled=is_scaled,
    )
    return encoding, seen


def sides(part: Part, *, recipe: Recipe) -> tuple[Integers, Integers]:
    """The rows that the algorithm is fitted on; and those that the trials of a search are measured on, each class
    with its share, or none without a search.

    Raises TrainingFailed for a class that would have no row among either.
    """
    if recipe.tuned_by_jobs is None:
        return np.arange(len(part)), np.arange(0)
    labels = part.labels.astype(np.int64)
    fitted_on, held_out = stratified(labels, holdout_ratio=HELD_OUT_RATIO, seed=recipe.split.seed)
    for place, name in enumerate(part.classes):
        rows = [int((labels[side] == place).sum()) for side in (fitted_on, held_out)]
        if not all(rows):
            raise TrainingFailed(
                f"the training part of recipe {recipe.model} has {amount(sum(rows), 'row')} of {quoted(name)}, too"
                " few to keep some of them for the trials of tune: leave tune out, or add data",
                model=recipe.model,
            )
    return fitted_on, held_out


def fitted(content: bytes, *, recipe: Recipe, built_in: BuiltIn, encoding: Encoding) -> Fitted:
    """`content` is the model's file. Raises ArtifactInvalid, and TrainingFailed for numbers that diverged."""
    read = format_of(built_in.format).built_in
    if read is None:
        raise EstimatorUnsupported(f"the format {built_in.format} reads no model of SageMaker's own algorithms")
    model = read()(content, encoding=encoding, classes=recipe.class_names)
    left_out = {"left_out": LEFT_OUT_OF_A_SEARCH if encoding.held_out else LEFT_OUT}
    point, threshold = operating_point(recipe, Validated(left_out))
    facts = {
        "estimator": type(built_in).__name__,
        "parameters": {name: str(value) for name, value in built_in.given.items()},
        "libraries": {},
        "train_rows": encoding.rows - encoding.held_out,
        "folded": None,
        "iterations": {},
        "warnings": [],
        "cross_validation": left_out,
        "threshold": threshold,
    }
    filled = NONE_MISSING if not any(each is not None for each in encoding.fills) else Fills(encoding.fills)
    return Fitted(recipe, model, Levels(encoding.levels), facts, filled, operating_point=point)
