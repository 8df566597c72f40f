"""Tells which rows change sides between the live model and the new one, and which column moved them most.

A row's answer is the class with the highest score, and a linear score is a sum over the columns. Where the answer
goes from class b to class a, the lead of a over b has grown from below zero to above it, and that is a sum too:

    lead(x)  =  score of a - score of b  =  constant + sum over columns of what the column adds to a, less to b
    push of a column on row x  =  what it adds to the new lead, less what it adds to the live lead,
                                  less the mean of that over all rows of the holdout
    level                      =  the mean growth of the lead over all rows of the holdout
    growth of the lead on row x  =  level + sum of the pushes

The column that moved a row most is the one with the largest push, or the level, where that is larger: then the new
model says a more often for all rows alike. Without the means, a column whose values lie far from zero would seem to
move every row, though the constant takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Integers, Texts
from lambdas.model.artifact import Additive, Artifact, Features
from lambdas.model.metrics.confusion import places_of
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe

SIDES_MAX = 20
"""Sides that are told: those with most rows."""
COLUMNS_MAX = 3
"""Columns that are told of a side."""
CHUNK = 10_000
"""Rows whose scores are held at once."""
LEVEL = None
"""In the place of a column."""


@dataclass(frozen=True, eq=False)
class _Sides:
    """(m,) each, for the m rows that change sides: their positions in the holdout, and their classes by position in
    `classes`."""

    classes: tuple[str, ...]
    rows: Integers
    true: Integers
    live: Integers
    new: Integers

    @classmethod
    def of(cls, recipe: Recipe, labels: Texts, *, new: Answers, live: Answers) -> _Sides:
        rows = np.flatnonzero(new.labels != live.labels)
        names = (each[rows] for each in (labels, live.labels, new.labels))
        return cls(recipe.class_names, rows, *(places_of(each, labels=recipe.class_names) for each in names))

    def counted(self, *beside: Integers) -> Iterator[tuple[tuple[int, ...], int]]:
        """Each true class, live and new answer, and what is beside them, with its rows; the most rows first."""
        if len(self.rows):
            found, counts = np.unique([self.true, self.live, self.new, *beside], axis=1, return_counts=True)
            order = np.argsort(-counts, kind="stable")
            yield from zip(map(tuple, found.T[order].tolist()), counts[order].tolist(), strict=True)


def flips(
    recipe: Recipe,
    *,
    holdout: Table,
    models: tuple[Artifact, Artifact],
    answers: tuple[Answers, Answers],
) -> dict[str, Any]:
    """Ready for JSON: how many rows change sides, and of each side, by true class, live and new answer, its rows and
    by which columns most of them were moved. `models` and `answers` are the new and the live one's.

    Without columns where one of the models is no sum over columns, or does not know a class of the other.
    """
    new, live = answers
    sides = _Sides.of(recipe, holdout.labels, new=new, live=live)
    moved: dict[tuple[int, ...], list[dict[str, Any]]] = {}
    if (found := _additive(models, classes=sides.classes)) is not None:
        features = holdout.features(recipe)
        names = [LEVEL, *features]
        for (*side, place), rows in sides.counted(_moved_by(features, sides, models=found)):
            moved.setdefault(tuple(side), []).append({"column": names[place], "rows": rows})
    largest = list(sides.counted())
    return {
        "rows": len(holdout),
        "flipped": len(sides.rows),
        "sides": [
            {
                **dict(zip(("true", "champion", "challenger"), (sides.classes[each] for each in side), strict=True)),
                "rows": rows,
                "moved_by": moved.get(side, [])[:COLUMNS_MAX],
            }
            for side, rows in largest[:SIDES_MAX]
        ],
        "sides_left_out": max(len(largest) - SIDES_MAX, 0),
    }


def _additive(models: tuple[Artifact, Artifact], *, classes: tuple[str, ...]) -> tuple[Additive, Additive] | None:
    """Both models, where their scores can be compared class by class and column by column."""
    new, live = models
    if not isinstance(new, Additive) or not isinstance(live, Additive):
        return None
    return (new, live) if set(new.classes) == set(live.classes) == set(classes) else None


@np.errstate(all="ignore")  # values too large for any score are no flip that a column explains
def _moved_by(features: Features, sides: _Sides, *, models: tuple[Additive, Additive]) -> Integers:
    """(m,): of each row the place of the column that moved it most, from 1; 0 for the level."""
    new, live = (_Leads(model, sides) for model in models)
    level = new.of(new.model.constants) - live.of(live.model.constants)
    most, places = np.full(len(sides.rows), -np.inf), np.zeros(len(sides.rows), dtype=np.int64)
    for place, (name, values) in enumerate(features.items(), start=1):
        mean = new.of(_mean(new.model, values, column=name)) - live.of(_mean(live.model, values, column=name))
        few = values[sides.rows]
        push = new.added(few, column=name) - live.added(few, column=name) - mean
        level += mean
        is_more = push > most
        most[is_more], places[is_more] = push[is_more], place
    places[~(most > level)] = 0
    return places


class _Leads:
    """By how much each row's new answer leads its live answer in one model's scores."""

    def __init__(self, model: Additive, sides: _Sides) -> None:
        self.model = model
        own = np.array([model.classes.index(name) for name in sides.classes])
        self._ahead, self._behind = own[sides.new], own[sides.live]

    def of(self, scores: Floats) -> Floats:
        """(m,): from the scores of the classes, (k,), which are alike for all rows."""
        lead: Floats = scores[self._ahead] - scores[self._behind]
        return lead

    def added(self, values: NDArray[np.generic], *, column: str) -> Floats:
        """(m,): by one column's values, (m,)."""
        lead = np.empty(len(values))
        for begin in range(0, len(values), CHUNK):
            part = slice(begin, begin + CHUNK)
            scores = self.model.added({column: values[part]}, column=column)
            rows = np.arange(len(scores))
            lead[part] = scores[rows, self._ahead[part]] - scores[rows, self._behind[part]]
        return lead


def _mean(model: Additive, values: NDArray[np.generic], *, column: str) -> Floats:
    """(k,): what the column adds to the score of each class, on average over its n values."""
    total = np.zeros(len(model.classes))
    for begin in range(0, len(values), CHUNK):
        total += model.added({column: values[begin : begin + CHUNK]}, column=column).sum(axis=0)
    return total / len(values)
