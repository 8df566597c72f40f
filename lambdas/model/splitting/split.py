"""Splits an object into training rows and holdout rows: a seeded draw that depends on the object alone.

By DRAWN every class gives its share to the holdout, rounded up or down at random. Rounding always down would keep a
class that brings two rows a night out of the holdout for ever; at random it gets its proportion over the nights.

By GROUPED and TOGETHER the key of a row decides (see `keys`), and the seed: rows of one key are on one side, in this
object and in all others. So the share of the rows is what these keys happen to have.

By NIGHTLY the night that the object is of decides, and by DATED the day of the row: up to `until` they train, what is
newer is held out. The date moves on with the nights, and never back: see `lambdas.horizon`.

The rules are numbered, and a rule never changes: an object keeps the rule of its first split, or a live model would
be judged on rows that it was trained on (see `lambdas.splits`).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.exact import exact
from lambdas.model.arrays import Integers
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import STEP, Words, mixed
from lambdas.model.splitting.stratified import stratified

STRATIFIED, DRAWN, GROUPED, TOGETHER, NIGHTLY, DATED = 1, 2, 3, 4, 5, 6
"""The rules: as scikit-learn draws, each class rounded by the largest remainder; and those of this module."""
RULES = (STRATIFIED, DRAWN, GROUPED, TOGETHER, NIGHTLY, DATED)
BY_CLASSES = (STRATIFIED, DRAWN)
BY_KEYS = (GROUPED, TOGETHER)
BY_TIME = (NIGHTLY, DATED)


Mask = NDArray[np.bool_]
Groups = tuple[tuple[str, ...], ...]
"""The raw labels of each class, one group for a class."""


@dataclass(frozen=True)
class Draw:
    """How an object is split. Two objects with the same rows, drawn alike, are split alike."""

    rule: int
    holdout_ratio: float
    seed: int
    salt: str
    """The object's salt; the first rule has none."""
    groups: Groups = ()
    """The groups of the object's first split; empty before it, and in old records without them."""
    label: str = ""
    """The column of those labels; empty before the first split, and in old records without it."""
    columns: tuple[str, ...] = ()
    """Of the rules by keys: the columns that the keys are made of, sorted. Of DATED: the column of dates."""
    night: str = ""
    """Of NIGHTLY: the date in the name that the object first had."""
    until: str = ""
    """Of the rules by time: the date of the object's newest rows that train; empty where none does."""

    @classmethod
    def first(cls, recipe: Recipe, *, salt: str) -> Draw:
        """Of an object that no version was made of, where no other object matters."""
        split = recipe.split
        if split.group is not None:
            return cls(GROUPED, split.holdout_ratio, split.seed, salt, columns=(split.group,))
        if split.duplicates is not None:
            features = sorted(each.name for each in recipe.single_columns)
            return cls(TOGETHER, split.holdout_ratio, split.seed, salt, columns=tuple(features))
        if split.by is not None:
            columns = () if split.column is None else (split.column,)
            return cls(DATED if columns else NIGHTLY, split.holdout_ratio, split.seed, salt, columns=columns)
        return cls(DRAWN, split.holdout_ratio, split.seed, salt)

    def to_document(self) -> dict[str, Any]:
        """Ready for JSON; a field that only later rules have is left out where it is empty, as it always was."""
        document = {**vars(self), "groups": [list(group) for group in self.groups], "columns": [*self.columns]}
        return {name: value for name, value in document.items() if value or name not in _LATER}


_LATER = ("columns", "night", "until")


def split_rows(classes: Integers, *, draw: Draw, chosen: Mask | None = None) -> tuple[Integers, Integers]:
    """Positions of the training rows and of the holdout rows, each shuffled; either can be empty.

    `classes` are the rows' classes as numbers 0, 1, ...; `chosen` tells which are held out, by the rules that look at
    more than that.
    """
    if draw.rule == STRATIFIED:
        return stratified(classes, holdout_ratio=draw.holdout_ratio, seed=draw.seed)
    key, offset = _two_numbers(draw)
    order = np.argsort(_places(len(classes), key=key))
    if chosen is not None:
        return order[~chosen[order]], order[chosen[order]]
    ordered = classes[order]
    held_out = np.zeros(len(classes), dtype=np.bool_)
    for name, share in enumerate(shares(np.bincount(classes).tolist(), ratio=draw.holdout_ratio, offset=offset)):
        held_out[np.flatnonzero(ordered == name)[:share]] = True
    return order[~held_out], order[held_out]


def is_held_out(keys: Words, *, draw: Draw) -> Mask:
    """(n,): by the keys, the seed and the ratio alone, so that a larger ratio gives no key back."""
    said = f"nightswap split {draw.rule}.0 seed {draw.seed}"
    of_the_seed = np.uint64(int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], "big"))
    chosen: Mask = mixed(keys ^ of_the_seed) < np.uint64(exact(draw.holdout_ratio) * 2**64 // 1)
    return chosen


def shares(sizes: list[int], *, ratio: float, offset: int) -> list[int]:
    """How many rows of each class are held out: its exact share, rounded up or down.

    `offset` is drawn from 0..2^64 - 1 and serves all classes: the shares are laid end to end on a line, and every
    whole number that a share reaches over, counted from the offset, is a row. So each class gets its share on the
    average over the offsets, to the fraction of a row, and all of them together get theirs, rounded up or down too.
    Whole numbers alone decide. Source: Madow, On the theory of systematic sampling, II, Annals of Mathematical
    Statistics 20 (1949) 333-354.

    >>> shares([998, 2], ratio=0.2, offset=0), shares([998, 2], ratio=0.2, offset=2**63)
    ([199, 1], [200, 0])
    """
    share = exact(ratio)
    whole = share.denominator << 64
    marks, laid = [0], 0
    for size in sizes:
        laid += size
        marks.append(((laid * share.numerator << 64) + offset * share.denominator) // whole)
    return [after - before for before, after in pairwise(marks)]


def enough_for_both(ratio: float) -> int:
    """How many rows of a class an object needs so that any draw puts one on each side.

    >>> enough_for_both(0.2), enough_for_both(0.75), enough_for_both(0.07)
    (5, 4, 15)
    """
    return math.ceil(1 / min(exact(ratio), 1 - exact(ratio)))


def _two_numbers(draw: Draw) -> tuple[int, int]:
    """Two numbers of 64 bits from the seed and the salt: one for the rows' places, one for the rounding."""
    said = f"nightswap split {draw.rule}.0 seed {draw.seed} salt {draw.salt}"
    digest = hashlib.sha256(said.encode()).digest()
    return int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")


def _places(rows: int, *, key: int) -> Words:
    """(rows,): a number for each row that depends on its position and the key alone; no two are equal.

    Source: splitmix64.c of Vigna, after Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA
    (2014) 453-472. It mixes by Stafford's variant 13.
    """
    return mixed(np.uint64(key) + np.arange(1, rows + 1, dtype=np.uint64) * STEP)
