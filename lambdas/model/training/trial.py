"""Tries a recipe on few rows before the real fit, so that nobody waits hours for an error that few rows show.

`try_out` needs no data: it makes up rows from the recipe's columns. `foresee` takes few rows of the training part,
and `expected` draws some thousand of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.fitted import Expected, Exported, Levels
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe
from lambdas.model.recipe.tuning.ranges import Plain
from lambdas.model.training.estimator import fit, format_for
from lambdas.model.training.search.candidates import ends, with_parameters
from lambdas.serve.seldom.date_texts import FIRST, LAST

ROWS_OF_A_CLASS = 100
LEVELS, MANY_LEVELS = 4, 200
"""Categories of a column that lists none; of the many, where an estimator asks for more columns than the few make."""
DATES_FROM = 1_577_836_800.0
DATES_SECONDS = 6 * 366 * 86_400.0
"""Dates of a column without bounds are of six years from 2020 on."""
FEW_ROWS, MORE_ROWS = 1000, 3000
"""Of fits that show how an artifact grows with the rows."""
UNTRIED = "{name} is a closed image of SageMaker's: nothing was fitted here"
LEVELS_MAX = 1000
"""At most this many of the declared categories occur in the made-up rows."""


def try_out(recipe: Recipe) -> Sequence[str]:
    """Fit and export the recipe on made-up rows; returns what its format warns of. Of a recipe that tunes, the ends
    of its ranges are tried too; SageMaker's own algorithms are not here to be tried.

    Raises EstimatorUnsupported for what cannot be served, TrainingFailed for what cannot be fitted.
    """
    if recipe.built_in is not None:
        return (UNTRIED.format(name=type(recipe.built_in).__name__),)
    format_for(recipe)
    for parameters in ends(recipe.tune) if recipe.tune else ():
        _try_end(recipe, parameters)
    try:
        return _tried(recipe, train=made_up(recipe)).warnings
    except TrainingFailed as exc:
        if all(column.allowed for column in recipe.categorical):
            raise
        try:
            return _tried(recipe, train=made_up(recipe, levels=MANY_LEVELS)).warnings
        except TrainingFailed:
            raise exc from exc.__cause__


def _try_end(recipe: Recipe, parameters: Mapping[str, Plain]) -> None:
    try:
        try_out(with_parameters(recipe, parameters))
    except (EstimatorUnsupported, TrainingFailed) as exc:
        chosen = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
        raise type(exc)(f"with {chosen}, which tune allows: {exc.message}", model=recipe.model) from exc


def foresee(recipe: Recipe, *, train: Table) -> None:
    """Raises EstimatorUnsupported when the fit on the whole training part could not be served."""
    foresee_of(recipe, few=_few_of(train), levels=Levels.of(train))


def foresee_of(recipe: Recipe, *, few: Table, levels: Levels) -> None:
    """The same, of few rows of each class and the categories of all rows."""
    if recipe.built_in is not None:
        return
    try:
        tried = _tried(recipe, train=few)
    except TrainingFailed:  # a fit can fail on few rows and succeed on all: the real fit will tell
        return
    format_of(format_for(recipe)).code().foresee(tried, recipe=recipe, levels=levels)


def expected(recipe: Recipe, *, train: Table) -> Expected | None:
    """About how large the artifact of a fit on all rows becomes; None where it does not grow with them, where the fit
    itself would tell as soon, and where fewer rows cannot be fitted.

    Raises EstimatorUnsupported where even the fit on fewer rows is too large to be served.
    """
    growth = format_of(format_for(recipe)).growth
    if growth is None or recipe.built_in is not None or len(train) <= MORE_ROWS:
        return None
    order = np.random.default_rng(recipe.split.seed).permutation(len(train))
    try:
        few, more = (_tried(recipe, train=train.take(np.sort(order[:rows]))) for rows in (FEW_ROWS, MORE_ROWS))
    except TrainingFailed:
        return None
    return growth()(few, more, rows=(FEW_ROWS, MORE_ROWS, len(train)))


def made_up(recipe: Recipe, *, levels: int = LEVELS) -> Table:
    """Rows of every class that the recipe's columns permit; their numbers separate the classes."""
    rng = np.random.default_rng(recipe.split.seed)
    names = [_names(column, levels=levels) for column in recipe.categorical]
    most_names = max(map(len, names), default=0)
    rows = max(ROWS_OF_A_CLASS, math.ceil(most_names / len(recipe.class_names)))
    places = np.repeat(np.arange(len(recipe.class_names)), rows)
    signal = (places + rng.random(len(places))) / len(recipe.class_names)
    numbers = [_numbers(column, signal=signal, rng=rng) for column in recipe.numeric]
    texts = [np.array(of_column, dtype=np.str_)[np.arange(len(places)) % len(of_column)] for of_column in names]
    return Table(
        np.column_stack(numbers) if numbers else np.empty((len(places), 0)),
        np.column_stack(texts) if texts else np.empty((len(places), 0), dtype=np.str_),
        np.array(recipe.class_names, dtype=np.str_)[places],
    )


def _numbers(column: Numeric, *, signal: Floats, rng: np.random.Generator) -> Floats:
    low, high = _range(column)
    made: Floats = low + (high - low) * (signal + rng.random(len(signal))) / 2
    return np.floor(made) if isinstance(column, Date) else made


def _range(column: Numeric) -> tuple[float, float]:
    if isinstance(column, Date):
        low, high = _bounded(column, begin=DATES_FROM, width=DATES_SECONDS)
        return max(low, FIRST), min(high, LAST)
    return _bounded(column, begin=0.0, width=max(10.0, abs(column.minimum or 0.0), abs(column.maximum or 0.0)))


def _bounded(column: Numeric, *, begin: float, width: float) -> tuple[float, float]:
    """The column's bounds; where it has but one, `width` away from it; without any, from `begin` on."""
    if column.minimum is None and column.maximum is None:
        return begin, begin + width
    if column.minimum is None:
        high = float(column.maximum or 0.0)
        return high - width, high
    low = float(column.minimum)
    return low, low + width if column.maximum is None else float(column.maximum)


def _names(column: Categorical, *, levels: int) -> list[str]:
    return list(column.allowed or (f"level-{place}" for place in range(levels)))[:LEVELS_MAX]


def _tried(recipe: Recipe, *, train: Table) -> Exported:
    return (
        format_of(format_for(recipe))
        .code()
        .export(fit(replace(recipe.untuned, cross_validation_folds=0, threshold=None), train=train))
    )


def _few_of(train: Table) -> Table:
    """The first rows of each class."""
    rows = [np.flatnonzero(train.labels == name)[:ROWS_OF_A_CLASS] for name in np.unique(train.labels)]
    return train.take(np.sort(np.concatenate(rows)))
