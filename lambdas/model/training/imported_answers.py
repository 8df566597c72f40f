"""Asks a model that was trained elsewhere about rows that its recipe allows, before it is taken.

What it answers has to be probabilities, and those of a row its own.
"""

from __future__ import annotations

import numpy as np

from chalicelib.errors import ImportRefused
from lambdas.model.arrays import Floats
from lambdas.model.formats.all_formats import Foreign
from lambdas.model.recipe import Recipe

ROWS = 40
FAR = 1000.0
"""How far from 0, or from the other bound, the numbers are where the recipe has no bound."""
ALONE = 5
"""How many rows are asked about one by one too."""
TOLERANCE = 1e-4
"""How far from 1 the probabilities of a row may add up to: libraries round in 32-bit floats."""
APART = 1e-5
"""How far a row's probabilities may be from those that it gets alone: other sums are rounded otherwise."""


def rows(recipe: Recipe) -> Floats:
    """(ROWS, numbers and categories): the least of each column, the largest, those nearest to 0, and random ones. A
    category is the first of its levels."""
    bounds = [_bounds(each.minimum, each.maximum) for each in recipe.numeric]
    low, high = np.array(bounds, dtype=np.float64).reshape(len(bounds), 2).T
    drawn = np.random.default_rng(0).uniform(low, high, size=(ROWS - 3, len(bounds)))
    numbers = np.vstack([low, high, np.clip(0.0, low, high), drawn])
    return np.column_stack([numbers, np.zeros((ROWS, len(recipe.categorical)))])


def ask(model: Foreign, *, recipe: Recipe) -> None:
    """Raises ImportRefused, which says what to do."""
    X = rows(recipe)
    shares = model.predict_proba(X)
    if not (np.isfinite(shares) & (shares >= -TOLERANCE) & (shares <= 1 + TOLERANCE)).all():
        raise ImportRefused(
            f"the model answers with {shares.min():.4g} to {shares.max():.4g}, which are no probabilities: let it end"
            " with Softmax, of one answer with Sigmoid"
        )
    total = shares.sum(axis=1)
    if np.abs(total - 1).max() > TOLERANCE:
        raise ImportRefused(
            f"the probabilities of a row add up to {total.min():.4g} to {total.max():.4g}: expected 1; let the model"
            " end with Softmax in the place of Sigmoid"
        )
    for place in range(ALONE):
        (alone,) = model.predict_proba(X[place : place + 1])
        if np.abs(alone - shares[place]).max() > APART:
            raise ImportRefused(
                "the model answers a row otherwise among others than alone: let it look at each row by itself, as"
                " model.eval() and Softmax over the last axis do"
            )


def _bounds(minimum: float | None, maximum: float | None) -> tuple[float, float]:
    """
    >>> _bounds(None, None), _bounds(5, None), _bounds(None, -2000), _bounds(3000, None), _bounds(0, 255)
    ((-1000.0, 1000.0), (5, 1005.0), (-3000.0, -2000), (3000, 4000.0), (0, 255))
    """
    low = minimum if minimum is not None else -FAR if maximum is None else min(-FAR, maximum - FAR)
    return low, maximum if maximum is not None else max(FAR, low + FAR)
