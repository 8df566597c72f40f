"""Draws a stratified, seeded split, row for row as scikit-learn's train_test_split. The first rule of the split.

It draws from the same generator in the same order, without scikit-learn: Preprocess would wait a second for its
import, and it refuses what happens in single nights: one class, one row, a class with one row.
"""

from __future__ import annotations

import math

import numpy as np

from lambdas.model.arrays import Floats, Integers, Texts


def stratified(labels: Texts | Integers, *, holdout_ratio: float, seed: int) -> tuple[Integers, Integers]:
    """Positions of the training rows and of the holdout rows, each shuffled; the holdout can be empty.

    A class with a single row goes to training. Where every class has two rows or more and both parts are as large as
    the number of classes, the result equals train_test_split(stratify=labels, random_state=seed).
    Source: scikit-learn, StratifiedShuffleSplit.
    """
    _, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    single = counts[inverse] == 1
    alone, rest = np.flatnonzero(single), np.flatnonzero(~single)
    if not len(rest):
        return alone, rest
    train, holdout = _draw(inverse[rest], holdout_ratio=holdout_ratio, seed=seed)
    return np.concatenate([rest[train], alone]), rest[holdout]


def _draw(inverse: Integers, *, holdout_ratio: float, seed: int) -> tuple[Integers, Integers]:
    rng = np.random.RandomState(seed)
    by_class = [np.flatnonzero(inverse == index) for index in np.unique(inverse)]
    sizes = np.array([len(rows) for rows in by_class])
    holdout_size = min(math.ceil(holdout_ratio * len(inverse)), len(inverse) - 1)
    train_sizes = _share(sizes, draws=len(inverse) - holdout_size, rng=rng)
    holdout_sizes = _share(sizes - train_sizes, draws=holdout_size, rng=rng)
    train, holdout = [], []
    for rows, of_train, of_holdout in zip(by_class, train_sizes, holdout_sizes, strict=True):
        shuffled = rows[rng.permutation(len(rows))]
        train.append(shuffled[:of_train])
        holdout.append(shuffled[of_train : of_train + of_holdout])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(holdout))


def _share(sizes: Integers, *, draws: int, rng: np.random.RandomState) -> Integers:
    """How many draws each class gets: its exact share rounded down; the largest remainders get the rest.

    Ties among remainders are drawn.
    """
    exact: Floats = sizes / sizes.sum() * draws
    shares = np.floor(exact)
    left = int(draws - shares.sum())
    remainders = exact - shares
    for remainder in np.unique(remainders)[::-1]:
        if left <= 0:
            break
        tied = np.flatnonzero(remainders == remainder)
        drawn = rng.choice(tied, size=min(len(tied), left), replace=False)
        shares[drawn] += 1
        left -= len(drawn)
    return shares.astype(np.int64)
