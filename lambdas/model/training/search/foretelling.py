"""Tells how long a search takes, before it: one fit of the estimator's own parameters is timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chalicelib.cutting import amount
from lambdas.model.formats.fitted import FIT_ERRORS
from lambdas.model.formats.numbered import fitted
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.training.cross_validation import draw
from lambdas.model.training.search.searching import encoded


@dataclass(frozen=True)
class Foretold:
    """What a search comes to: so many fits, of which one took so long here."""

    trials: int
    folds: int
    rows: int
    fit_seconds: float

    @property
    def seconds(self) -> float:
        return self.trials * self.folds * self.fit_seconds

    def in_words(self, *, at_most: int) -> str:
        """With the seconds that there are for it, and for the fit.

        >>> Foretold(trials=20, folds=3, rows=800, fit_seconds=0.25).in_words(at_most=890)
        'tuning it is 60 fits (20 trials of 3 folds of 800 rows); one took 0.25 s here, so all take about 15 s of the\
 890 s that there are'
        """
        return (
            f"tuning it is {amount(self.trials * self.folds, 'fit')} ({amount(self.trials, 'trial')} of"
            f" {self.folds} folds of {amount(self.rows, 'row')}); one took {self.fit_seconds:.2g} s here, so all take"
            f" about {self.seconds:,.0f} s of the {at_most:,} s that there are"
        )


def foretold(recipe: Recipe, *, train: Table, clock: Callable[[], float]) -> Foretold | None:
    """Of what one function or job does: a single trial where each is a job. None where the recipe searches nothing,
    or one of SageMaker's own algorithms, and where these rows alone cannot be fitted: of one class, say."""
    tune = recipe.tune
    if tune is None or recipe.built_in is not None:
        return None
    folds = recipe.cross_validation_folds
    rows = train.take(draw(train.labels, seed=recipe.split.seed))
    some = rows.take(np.flatnonzero(np.arange(len(rows)) % folds))  # as many as a fold leaves
    X = encoded(recipe, train=some)
    begun = clock()
    try:
        fitted(recipe.estimator(recipe.positions), X, some.labels)
    except FIT_ERRORS:
        return None
    return Foretold(1 if recipe.tuned_by_jobs else tune.jobs, folds, len(rows), clock() - begun)
