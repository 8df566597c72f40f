"""Searches for the best parameters of a recipe's estimator, by scikit-learn's own searches, on rows that train.

Each trial is cross-validated in the recipe's own folds, so the same recipe and rows give the same trials. What was
chosen is then fitted like any other estimator: on all rows, and part by part where it folds.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.cutting import cut
from chalicelib.errors import DatasetTooLarge, TrainingFailed
from chalicelib.limits import WORDS_CHARACTERS
from lambdas.model.arrays import Floats, Texts
from lambdas.model.data import room
from lambdas.model.data.date_parts import spread
from lambdas.model.data.part import Part
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from lambdas.model.formats.choice import choose
from lambdas.model.formats.fitted import FIT_ERRORS, Levels, failures, first_line
from lambdas.model.formats.numbered import numbers_or_names
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe, Tune
from lambdas.model.recipe.tuning.ranges import GRID, Plain
from lambdas.model.training.cross_validation import ROWS_MAX, draw, folds_of
from lambdas.model.training.draw import drawn
from lambdas.model.training.estimator import fills_of
from lambdas.model.training.search.candidates import searched, spaces, with_parameters
from lambdas.model.training.search.objectives import Objective, objective_of


@dataclass(frozen=True)
class Around:
    """What a search has of the world around it."""

    tell: Callable[..., None]
    """Takes the name of an event and its facts, as `chalicelib.log.log` does."""
    clock: Callable[[], float]
    """Seconds, from whatever moment."""
    only: Mapping[str, Plain] | None = None
    """The parameters of the one trial that is made, where somebody else draws them; the mean is told fold by fold."""


FOLD_ENDED = "fold_ended"
COPIES = 3
"""Of the rows of a fold that a trial holds, as the estimator makes of them."""


def of_table(recipe: Recipe, *, train: Table, memory_mb: int, around: Around) -> tuple[Recipe, dict[str, Any] | None]:
    """Search on rows that are in memory together: as `search`."""
    if recipe.tune is None:
        return recipe, None
    return search(recipe, X=encoded(recipe, train=train), labels=train.labels, memory_mb=memory_mb, around=around)


def encoded(recipe: Recipe, *, train: Table) -> Floats:
    """(n, features): the rows as the estimator is fitted on them."""
    part = Part.of(train, classes=recipe.class_names)
    part = spread(fills_of(recipe, total=Rows.of(part).total).part(part), recipe=recipe)
    return Levels.of_part(part).encode_part(part)


def of_parts(
    recipe: Recipe, *, rows: Rows, summary: Summary, memory_mb: int, around: Around
) -> tuple[Recipe, dict[str, Any] | None]:
    """The same on few rows of all parts, as `fit_parts` takes them."""
    if recipe.tune is None:
        return recipe, None
    few = drawn(rows, summary=summary, at_most=ROWS_MAX, seed=recipe.split.seed)
    return search(recipe, X=summary.known.encode(few), labels=few.labels, memory_mb=memory_mb, around=around)


def search(
    recipe: Recipe, *, X: Floats, labels: Texts, memory_mb: int, around: Around
) -> tuple[Recipe, dict[str, Any] | None]:
    """The recipe with the best parameters, and all trials, ready for JSON; the recipe itself where it searches none.
    `X`, (n, features), and `labels`, (n,), are rows of the training part.

    Raises DatasetTooLarge before the trials, TrainingFailed where none of them can be fitted.
    """
    tune = recipe.tune
    if tune is None:
        return recipe, None
    rows = draw(labels, seed=recipe.split.seed)
    X, labels = X[rows], labels[rows]
    _check_room(recipe, X, parallel=_at_a_time(tune, around), memory_mb=memory_mb)
    found = _searched(recipe, tune, X, labels, around=around)
    with failures(recipe, doing="choosing the format of"):
        estimator = recipe.estimator(recipe.positions)
        served_as = choose(searched(recipe, estimator), named=recipe.format)
    best = found["trials"][found["best"] - 1]
    around.tell(
        "tuning_ended", model=recipe.model, best=found["best"], mean=best["mean"], parameters=best["parameters"]
    )
    return with_parameters(recipe, best["parameters"], served_as=served_as), found


def _at_a_time(tune: Tune, around: Around) -> int:
    return tune.parallel if around.only is None else 1


def _check_room(recipe: Recipe, X: Floats, *, parallel: int, memory_mb: int) -> None:
    """Each trial under way has its own copies of the rows."""
    expected_mb = room.TRAIN.base_mb + round((1 + COPIES * parallel) * X.nbytes / room.MB)
    if expected_mb > memory_mb:
        raise DatasetTooLarge(
            f"{parallel} trials at a time of {len(X):,} rows take about {expected_mb:,} MB in Train, which has"
            f" {memory_mb:,} MB: lower tune.parallel, or give Train more, {room.MEMORY_MB_MAX:,} at most"
            f" ({room.TRAIN.setting} in .chalice/config.json, then nightswap deploy)",
            model=recipe.model,
            expected_mb=expected_mb,
            memory_mb=memory_mb,
        )


def _searched(recipe: Recipe, tune: Tune, X: Floats, labels: Texts, *, around: Around) -> dict[str, Any]:
    from joblib import parallel_backend  # noqa: TID251 - it writes no pickle where its workers are threads
    from sklearn.model_selection import PredefinedSplit
    from threadpoolctl import threadpool_limits

    started = around.clock()
    folds, name = recipe.cross_validation_folds, objective_of(recipe)
    around.tell("tuning_began", model=recipe.model, trials=tune.jobs, folds=folds, rows=len(labels), objective=name)
    with failures(recipe, doing="tuning"):
        estimator = recipe.estimator(recipe.positions)
        y = numbers_or_names(searched(recipe, estimator), labels)
        positive = y[labels == recipe.positive]
        progress = _Progress(recipe.model, folds=folds, around=around)
        scorer = Objective(name, positive[0] if len(positive) else None, progress.told)
        cv = PredefinedSplit(folds_of(labels, folds=folds, seed=recipe.split.seed))
        begun = _made(tune, estimator, only=around.only, cv=cv, scoring=scorer)
    # Threads, for a function on Lambda has no shared memory between processes; one of the BLAS, for their number
    # changes the last digits.
    with (
        parallel_backend("threading", n_jobs=_at_a_time(tune, around)),
        threadpool_limits(limits=1, user_api="blas"),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        try:
            begun.fit(X, y)
        except FIT_ERRORS as exc:
            raise TrainingFailed(
                f"no trial of recipe {recipe.model} could be fitted: {_last_line(exc)}", model=recipe.model
            ) from exc
    took = round(around.clock() - started, 3)
    trials = _trials(begun, folds=folds)
    best = int(begun.best_index_)
    if trials[best]["mean"] is None:
        raise TrainingFailed(
            f"no trial of recipe {recipe.model} has a value of {name} in all folds", model=recipe.model
        )
    return {
        "strategy": tune.strategy,
        "objective": name,
        "early_stopping": tune.early_stopping,
        "folds": folds,
        "rows": len(labels),
        "parallel": tune.parallel,
        "seconds": took,
        "best": best + 1,
        "trials": trials,
        "warnings": [_last_line(each.message) for each in caught if each.category.__name__ == "FitFailedWarning"],
    }


def _made(tune: Tune, estimator: Any, *, only: Mapping[str, Plain] | None, **how: Any) -> Any:
    """scikit-learn's search."""
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401 - else the next line knows no halving
    from sklearn.model_selection import (
        GridSearchCV,
        HalvingGridSearchCV,
        HalvingRandomSearchCV,
        RandomizedSearchCV,
    )

    among = spaces(tune)
    how |= {"refit": False, "error_score": math.nan, "return_train_score": False}
    if only is not None:
        return GridSearchCV(estimator, {name: [value] for name, value in only.items()}, **how)
    if tune.strategy == GRID:
        if tune.early_stopping:
            return HalvingGridSearchCV(estimator, among, random_state=tune.seed, **how)
        return GridSearchCV(estimator, among, **how)
    if tune.early_stopping:
        return HalvingRandomSearchCV(
            estimator, among, n_candidates=tune.jobs, min_resources="exhaust", random_state=tune.seed, **how
        )
    return RandomizedSearchCV(estimator, among, n_iter=tune.jobs, random_state=tune.seed, **how)


def _trials(done: Any, *, folds: int) -> list[dict[str, Any]]:
    told = done.cv_results_
    resources = told.get("n_resources", [None] * len(told["params"]))
    return [
        {
            "parameters": {name: _plain(value) for name, value in sorted(told["params"][place].items())},
            "mean": _known(told["mean_test_score"][place]),
            "standard_deviation": _known(told["std_test_score"][place]),
            "seconds": round(folds * float(told["mean_fit_time"][place] + told["mean_score_time"][place]), 3),
            **({} if resources[place] is None else {"rows": int(resources[place])}),
        }
        for place in range(len(told["params"]))
    ]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _known(value: Any) -> float | None:
    """None for the value of a trial of which a fold failed."""
    return float(value) if math.isfinite(value) else None


def _last_line(said: object) -> str:
    """scikit-learn tells of a failed fit with its whole traceback, whose last line says what went wrong."""
    lines = [line.strip() for line in str(said).splitlines() if line.strip()]
    return cut(lines[-1] if lines else first_line(Exception(said)), WORDS_CHARACTERS)


class _Progress:
    """Tells after each trial how far the search has come. Of threads, each adds to one count under Python's lock."""

    def __init__(self, model: str, *, folds: int, around: Around) -> None:
        self._model, self._folds, self._around = model, folds, around
        self._fits: list[float] = []
        self._begun = around.clock()

    def told(self, score: float) -> None:
        self._fits.append(score)
        done = len(self._fits)
        if self._around.only is not None:
            self._around.tell(FOLD_ENDED, model=self._model, mean=sum(self._fits) / done)
        if done % self._folds == 0:
            took = round(self._around.clock() - self._begun, 3)
            self._around.tell("tuning_goes_on", model=self._model, trials_done=done // self._folds, seconds=took)
