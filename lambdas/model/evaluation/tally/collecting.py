"""Collects what the versions answer for each row in a file, slice by slice, so that memory does not grow with them.

`whole` makes the compact answers of it, when the holdout is counted and what was counted of it is let go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from chalicelib.limits import ROW_ANSWER_BYTES, ROW_ANSWER_ROWS
from lambdas.model.arrays import Floats, Integers
from lambdas.model.data.part import Codes, smallest
from lambdas.model.evaluation.tally.answered import Answered
from lambdas.model.evaluation.tally.row_answers import RowAnswers, Words
from lambdas.model.evaluation.tally.tally import ANCHOR, CHALLENGER, CHAMPION
from lambdas.model.recipe import Recipe

VERSIONS = (CHALLENGER, CHAMPION, ANCHOR)
RANKED = (CHALLENGER, CHAMPION)
"""Whose areas under the curves the gate asks for."""


def too_large(rows: int, *, recipe: Recipe, free_bytes: int) -> str:
    """Why the answers for so many rows are not kept; empty where they are. So much room there is for the file."""
    classes = len(recipe.class_names)
    size = rows * _record(classes).itemsize
    if rows > ROW_ANSWER_ROWS:
        return f"{rows:,} rows are more than {ROW_ANSWER_ROWS:,}"
    if size > ROW_ANSWER_BYTES:
        return f"{rows:,} rows of {classes} classes take {size:,} bytes, more than {ROW_ANSWER_BYTES:,}"
    if size > free_bytes:
        return f"{rows:,} rows take {size:,} bytes of /tmp, which has {max(free_bytes, 0):,} beside the holdout"
    return ""


class NotCollected(Exception):
    """The answers are not all there; the message says why."""


class Collecting:
    """The answers for the rows of one holdout. Rows may come in any order."""

    def __init__(self, file: BinaryIO, *, recipe: Recipe, problem: str = "") -> None:
        """With a problem, none are collected."""
        self._file, self._recipe, self._problem = file, recipe, problem
        self._record = _record(len(recipe.class_names))
        self._scored, self._rows = set(VERSIONS), 0

    def add(self, hashes: Words, true: Integers, scored: Mapping[str, Answered]) -> None:
        """(n,): of each row its hash and the place of its class; `scored` are the versions that could be scored on
        these rows. Of a full disk it is `whole` that tells: nothing else of a run depends on this file."""
        if self._problem:
            return
        records = np.zeros(len(true), dtype=self._record)
        records["hash"], records["true"] = hashes, true
        for name, each in scored.items():
            records[name] = each.places
        for name in RANKED:
            if name in scored:
                for place, of_class in enumerate(self._recipe.class_names):
                    records[_shares(name)][:, place] = scored[name].answers.of(of_class)
        try:
            self._file.write(records.tobytes())
            self._file.flush()
        except OSError as exc:
            self._problem = f"/tmp took no more of them: {exc.strerror}"
        self._scored &= scored.keys()
        self._rows += len(true)

    def whole(self, *, judging: int) -> RowAnswers:
        """Of all rows that were added, without a version that could not be scored on some. Raises NotCollected."""
        if self._problem:
            raise NotCollected(self._problem)
        recipe, records = self._recipe, self._records()
        hashes = np.ascontiguousarray(records["hash"])
        order = np.argsort(hashes, kind="stable")
        hashes, true = hashes[order], records["true"][order]
        labels = {name: records[name][order] for name in VERSIONS if name in self._scored}
        ranks = {
            name: [_ranks(records[_shares(name)][:, place])[order] for place in range(len(recipe.class_names))]
            for name in RANKED
            if name in self._scored
        }
        begins = _begins(hashes, true, *labels.values(), *(each for of_class in ranks.values() for each in of_class))
        return RowAnswers(
            judging=judging,
            columns=columns(recipe),
            classes=recipe.class_names,
            hashes=hashes[begins],
            times=np.diff(begins, append=len(hashes)).astype(np.uint32),
            true=true[begins],
            labels={name: each[begins] for name, each in labels.items()},
            ranks={name: np.stack([each[begins] for each in of_class]) for name, of_class in ranks.items()},
        )

    def _records(self) -> NDArray[Any]:
        if not self._rows:
            return np.zeros(0, dtype=self._record)
        try:
            return np.memmap(self._file, dtype=self._record, mode="r", shape=(self._rows,))
        except OSError as exc:
            raise NotCollected(f"/tmp gave them back no more: {exc.strerror or exc}") from exc


def columns(recipe: Recipe) -> tuple[str, ...]:
    """Those that a row's hash is over, in their order."""
    return (*(each.name for each in recipe.numeric), *(each.name for each in recipe.categorical))


def _record(classes: int) -> np.dtype[Any]:
    """Of one row: its hash, its class, and of each version the answer and the probabilities."""
    code = smallest(classes)
    places = [(name, code) for name in ("true", *VERSIONS)]
    return np.dtype([("hash", np.uint64), *places, *((_shares(name), np.float64, (classes,)) for name in RANKED)])


def _shares(version: str) -> str:
    return f"{version}'s probabilities"


def _ranks(values: Floats) -> Codes:
    """(n,): of each value how many distinct ones are not larger; 0 of NaN.

    >>> _ranks(np.array([0.5, np.nan, 0.25, 0.5])).tolist()
    [2, 0, 1, 2]
    """
    known = ~np.isnan(values)
    distinct, places = np.unique(values[known], return_inverse=True)
    ranks = np.zeros(len(values), dtype=smallest(len(distinct) + 1))
    ranks[known] = places + 1
    return ranks


def _begins(*columns: NDArray[Any]) -> Integers:
    """Where a row is another one than the row before it, in any of the columns."""
    differs = np.zeros(len(columns[0]), dtype=np.bool_)
    differs[:1] = True
    for column in columns:
        differs[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(differs)
