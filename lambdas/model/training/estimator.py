"""Fits a recipe's estimator and records the facts of the fit.

An estimator that folds is fitted part by part; of all others the rows are in memory together.
"""

from __future__ import annotations

import importlib
import math
import platform
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from chalicelib.cutting import cut
from chalicelib.limits import LISTED_NAMES, WORDS_CHARACTERS
from lambdas.model.arrays import Floats, Texts
from lambdas.model.data.date_parts import spread
from lambdas.model.data.part import Part
from lambdas.model.data.room import TRAIN, Demand
from lambdas.model.features.searches import chosen
from lambdas.model.filling.fills import Fills, fills
from lambdas.model.folding import fit as folding
from lambdas.model.folding.foldable import why_not
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.choice import choose
from lambdas.model.formats.fitted import Fitted, Levels, failures
from lambdas.model.formats.numbered import fitted
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.elements import SECONDS
from lambdas.model.training.cross_validation import ROWS_MAX, cross_validate
from lambdas.model.training.draw import drawn
from lambdas.model.training.memory import needed_mb
from lambdas.model.training.search.candidates import each_of, searched
from lambdas.model.training.threshold_choice import operating_point
from lambdas.model.training.typical import typical_row


def format_for(recipe: Recipe) -> str:
    """The name of the format that the recipe's estimator is exported to; raises as `why_in_one_piece` does."""
    with failures(recipe, doing="fitting"):
        return choose(searched(recipe, recipe.estimator(recipe.positions)), named=recipe.format)


def why_in_one_piece(recipe: Recipe) -> str:
    """Why the recipe's estimator is fitted in one piece; an empty text when it is fitted part by part, or elsewhere.

    Raises EstimatorUnsupported for one that cannot be served, TrainingFailed when the recipe's function raises.
    """
    if recipe.built_in is not None:
        return ""
    with failures(recipe, doing="fitting"):
        reasons = [why_not(each) for each in each_of(recipe, _unfitted(recipe))]
        return "; ".join(dict.fromkeys(filter(None, reasons)))


def train_demand(recipe: Recipe) -> Demand:
    """What Train takes where all rows are in memory, and its artifact may hold them too; raises as `why_in_one_piece`
    does."""
    if recipe.built_in is not None:
        return TRAIN
    with failures(recipe, doing="fitting"):
        foretold = format_of(format_for(recipe)).held
        if foretold is None:
            return TRAIN
        columns, classes = len(recipe.numbers_of_x) + len(recipe.categorical), len(recipe.class_names)
        each = (foretold()(one, columns=columns, classes=classes) for one in each_of(recipe, _unfitted(recipe)))
        return max((TRAIN.holding(one) for one in each), key=lambda one: (one.copies, one.base_mb))


def fills_of(recipe: Recipe, *, total: Callable[[Callable[[Part], Any]], Any]) -> Fills:
    """What takes the place of missing numbers, of the rows whose parts `total` adds up.

    Raises TrainingFailed for a column without any number, EstimatorUnsupported for one that the estimator is to fill,
    and does not.
    """
    with failures(recipe, doing="fitting"):
        return fills(recipe, total=total, estimator=_unfitted(recipe))


def fit(recipe: Recipe, *, train: Table) -> Fitted:
    """Fit on the training part, and cross-validate beside it; with the estimator's own parameters, tuned or not.

    Raises TrainingFailed when the estimator raises, EstimatorUnsupported before the fit of one that cannot be served,
    ThresholdNotReached when there is no threshold such as the recipe asks for.
    """
    part = Part.of(train, classes=recipe.class_names)
    found = fills_of(recipe, total=Rows.of(part).total)
    filled = found.part(part)
    part = spread(filled, recipe=recipe)
    if not why_in_one_piece(recipe):
        rows = Rows.of(part)
        return fit_parts(recipe, rows=rows, summary=rows.total(Summary.of), fills=found)
    levels = Levels.of_part(part)
    X = levels.encode_part(part)
    with failures(recipe, doing="fitting"), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator = _unfitted(recipe)
        made = fitted(estimator, X, train.labels)
    facts = _facts(estimator, rows=len(train), warned=[_in_words(each) for each in caught])
    codes = X[:, len(recipe.numbers_of_x) :]
    typical = typical_row(recipe, numbers=filled.numeric, codes=codes, levels=levels)
    return _validated(Fitted(recipe, made, levels, facts, found, typical=typical), X=X, labels=train.labels)


def fit_parts(recipe: Recipe, *, rows: Rows, summary: Summary, fills: Fills) -> Fitted:
    """The same for an estimator that folds, whose rows need not be in memory together. In them `fills` are in the
    places of missing numbers, and parts in those of dates: see `spread`."""
    from threadpoolctl import threadpool_limits

    # One thread of the BLAS: of small matrices two are slower, and their number would change the last digits.
    with failures(recipe, doing="fitting"), threadpool_limits(limits=1, user_api="blas"):
        estimator = _unfitted(recipe)
        found = folding.fit(estimator, rows=rows, summary=summary)
    warned = []
    if not found.has_converged:
        warned.append(
            f"ConvergenceWarning: the loss still falls after {found.iterations} iterations: max_iter bounds them, or"
            " the classes are separable and the penalty is too weak to matter (C)"
        )
    few = drawn(rows, summary=summary, at_most=ROWS_MAX, seed=recipe.split.seed)
    facts = _facts(estimator, rows=summary.rows, warned=warned)
    decrement = found.decrement if math.isfinite(found.decrement) else None  # of a search that was cut short
    facts["folded"] = {"method": found.method, "passes": found.passes, "decrement": decrement}
    X = summary.known.encode(few)
    made = Fitted(recipe, estimator, summary.known, facts, fills, typical=_typical(recipe, X, levels=summary.known))
    return _validated(made, X=X, labels=few.labels)


def _typical(recipe: Recipe, X: Floats, *, levels: Levels) -> tuple[float | str | None, ...]:
    """None is known where X has parts of dates in the places of dates."""
    if any(tuple(date.parts) != (SECONDS,) for date in recipe.dates):
        return ()
    numbers = len(recipe.numeric)
    return typical_row(recipe, numbers=X[:, :numbers], codes=X[:, numbers:], levels=levels)


def _validated(made: Fitted, *, X: Floats, labels: Texts) -> Fitted:
    """The same with the cross-validation on these rows among its facts, and the operating point."""
    validated = cross_validate(made.recipe, X=X, labels=labels)
    point, threshold = operating_point(made.recipe, validated)
    facts = {**made.facts, "cross_validation": validated.facts, "threshold": threshold}
    return replace(made, facts=facts, operating_point=point)


def memory_mb(recipe: Recipe, *, summary: Summary, part_rows: int) -> int:
    """About what `fit_parts` takes at its peak, and asking about a part of so many rows after it."""
    with failures(recipe, doing="fitting"):
        return needed_mb(_unfitted(recipe), summary=summary, part_rows=part_rows)


def _unfitted(recipe: Recipe) -> Any:
    estimator = recipe.estimator(recipe.positions)
    choose(searched(recipe, estimator), named=recipe.format)
    return estimator


def _facts(estimator: Any, *, rows: int, warned: Sequence[str]) -> dict[str, Any]:
    return {
        "estimator": type(estimator).__name__,
        "parameters": {
            name: cut(repr(value), WORDS_CHARACTERS)
            for name, value in sorted({**estimator.get_params(), **chosen(estimator)}.items())
        },
        "libraries": _libraries(),
        "train_rows": rows,
        "folded": None,
        "iterations": dict(_iterations(estimator)),
        "warnings": list(dict.fromkeys(warned))[:LISTED_NAMES],
    }


def _in_words(warned: warnings.WarningMessage) -> str:
    return cut(f"{warned.category.__name__}: {warned.message}", WORDS_CHARACTERS)


def _libraries() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        **{name: importlib.import_module(name).__version__ for name in ("numpy", "scipy", "sklearn")},
    }


def _iterations(estimator: Any) -> Iterator[tuple[str, list[int]]]:
    """n_iter_ of the estimator and of each step of a pipeline; of OneVsRestClassifier those inside of it."""
    steps = getattr(estimator, "steps", [(type(estimator).__name__, estimator)])
    for name, step in steps:
        counts = [np.ravel(each.n_iter_) for each in getattr(step, "estimators_", [step]) if hasattr(each, "n_iter_")]
        if counts:
            yield name, np.concatenate(counts).astype(int).tolist()
