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

The means are known once every row was seen. So the first look at a part adds up what each column adds and keeps the
positions of the rows that change sides, and a second one looks at those rows alone. The sums are of floats: another
cut of the holdout changes the means by rounding, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Integers
from lambdas.model.artifact import Additive, Artifact, Features
from lambdas.model.data.part import Part, smallest
from lambdas.model.evaluation.tally.answered import Answered
from lambdas.model.recipe import Recipe

SIDES_MAX = 20
"""Sides that are told: those with most rows."""
COLUMNS_MAX = 3
"""Columns that are told of a side."""
LEVEL = None
"""In the place of a column."""
ROWS_AT_ONCE = 16_384
"""Of a part, when those that change sides are looked at again."""

Models = tuple[Additive, Additive]
"""The new and the live one."""
Sums = Mapping[str, tuple[Floats, Floats]]
"""By column: what it adds to the score of each class, (k,), in the new and in the live model, over all rows."""
Moved = Counter[tuple[int, int, int, int]]
"""The rows by the places of true class, live and new answer, and of the column that moved them most: see `moved`."""


@dataclass(frozen=True, eq=False)
class Sides:
    """(m,) each, for the m rows that change sides: their positions in the holdout, ascending, and the places of their
    classes."""

    rows: Integers
    true: NDArray[np.unsignedinteger[Any]]
    live: NDArray[np.unsignedinteger[Any]]
    new: NDArray[np.unsignedinteger[Any]]
    sums: Sums = field(default_factory=dict)
    """Of all rows, those that do not change sides too; empty where the models cannot be compared column by column."""

    @classmethod
    def of(cls, true: Integers, *, new: Answered, live: Answered, begin: int, n_classes: int, sums: Sums) -> Sides:
        """Of n rows, of which the first one is row `begin` of the holdout."""
        rows = np.flatnonzero(new.places != live.places)
        found = [each[rows].astype(smallest(n_classes)) for each in (true, live.places, new.places)]
        return cls(rows + begin, found[0], found[1], found[2], sums)

    @classmethod
    def merged(cls, many: Sequence[Sides]) -> Sides:
        """Of all rows, in their order. At least one."""
        return cls(
            np.concatenate([each.rows for each in many]),
            np.concatenate([each.true for each in many]),
            np.concatenate([each.live for each in many]),
            np.concatenate([each.new for each in many]),
            added([each.sums for each in many]),
        )

    def counted(self) -> Counter[tuple[int, int, int]]:
        """The rows by true class, live and new answer."""
        return _counted(self.true, self.live, self.new)

    def within(self, begin: int, end: int) -> Sides:
        """Those of the rows from `begin` to before `end`, by their positions among these; without the sums."""
        here = slice(*np.searchsorted(self.rows, [begin, end]))
        return Sides(self.rows[here] - begin, self.true[here], self.live[here], self.new[here])


def comparable(new: Artifact, live: Artifact | None, *, classes: Sequence[str]) -> Models | None:
    """Both models, where their scores can be compared class by class and column by column."""
    if not isinstance(new, Additive) or not isinstance(live, Additive):
        return None
    return (new, live) if set(new.classes) == set(live.classes) == set(classes) else None


@np.errstate(all="ignore")  # values too large for any score have no mean
def sums(part: Part, *, recipe: Recipe, models: Models) -> Sums:
    """Of the part's rows. A category is asked for once and counts as often as it occurs."""
    new, live = models
    found = {
        column.name: (
            new.added({column.name: part.numeric[:, place]}, column=column.name).sum(axis=0),
            live.added({column.name: part.numeric[:, place]}, column=column.name).sum(axis=0),
        )
        for place, column in enumerate(recipe.numeric)
    }
    for place, column in enumerate(recipe.categorical):
        times = np.bincount(part.codes[:, place])
        here = np.flatnonzero(times)
        levels: Features = {column.name: np.array(part.levels[place], dtype=np.str_)[here]}
        weights = times[here].astype(np.float64)
        found[column.name] = (
            weights @ new.added(levels, column=column.name),
            weights @ live.added(levels, column=column.name),
        )
    return found


@np.errstate(all="ignore")
def added(many: Sequence[Sums]) -> Sums:
    """All of them together, in their order. At least one; all of the same columns, but for those that are empty."""
    total: dict[str, tuple[Floats, Floats]] = {}
    for each in many:
        for name, (new, live) in each.items():
            before = total.get(name)
            total[name] = (before[0] + new, before[1] + live) if before else (new, live)
    return total


def moved(part: Part, sides: Sides, *, recipe: Recipe, models: Models, sums: Sums, rows: int) -> Moved:
    """Of the part's rows that change sides, where a column's place counts from 1 and 0 is the level.

    `sides` are positions in the part; `sums` are of all rows of the holdout, which are `rows`.
    """
    found: Moved = Counter()
    for first in range(0, len(part) if len(sides.rows) else 0, ROWS_AT_ONCE):
        some = sides.within(first, first + ROWS_AT_ONCE)
        features = part.take(some.rows + first).table().features(recipe)
        places = moved_by(features, some, classes=recipe.class_names, models=models, sums=sums, rows=rows)
        found += _counted(some.true, some.live, some.new, places)
    return found


@np.errstate(all="ignore")  # values too large for any score are no flip that a column explains
def moved_by(
    features: Features, sides: Sides, *, classes: tuple[str, ...], models: Models, sums: Sums, rows: int
) -> Integers:
    """(m,): of each row the place of the column that moved it most, from 1; 0 for the level."""
    new, live = (_Leads(model, sides, classes=classes) for model in models)
    level = new.of(new.model.constants) - live.of(live.model.constants)
    most, places = np.full(len(sides.rows), -np.inf), np.zeros(len(sides.rows), dtype=np.int64)
    for place, (name, values) in enumerate(features.items(), start=1):
        mean = new.of(sums[name][0] / rows) - live.of(sums[name][1] / rows)
        push = new.added(values, column=name) - live.added(values, column=name) - mean
        level += mean
        is_more = push > most
        most[is_more], places[is_more] = push[is_more], place
    places[~(most > level)] = 0
    return places


def to_document(
    sides: Counter[tuple[int, int, int]], by_column: Moved, *, recipe: Recipe, rows: int
) -> dict[str, Any]:
    """Ready for JSON: how many of the rows change sides, and of each side, by true class, live and new answer, its
    rows and by which columns most of them were moved. Without columns where `by_column` is empty."""
    names = [LEVEL, *(column.name for column in recipe.numeric), *(column.name for column in recipe.categorical)]
    movers: dict[tuple[int, ...], list[dict[str, Any]]] = {}
    for (*side, place), count in _most_first(by_column):
        movers.setdefault(tuple(side), []).append({"column": names[place], "rows": count})
    largest = _most_first(sides)
    return {
        "rows": rows,
        "flipped": sides.total(),
        "sides": [
            {
                **{
                    name: recipe.class_names[place]
                    for name, place in zip(("true", "champion", "challenger"), side, strict=True)
                },
                "rows": count,
                "moved_by": movers.get(side, [])[:COLUMNS_MAX],
            }
            for side, count in largest[:SIDES_MAX]
        ],
        "sides_left_out": max(len(largest) - SIDES_MAX, 0),
    }


class _Leads:
    """By how much each row's new answer leads its live answer in one model's scores."""

    def __init__(self, model: Additive, sides: Sides, *, classes: tuple[str, ...]) -> None:
        self.model = model
        own = np.array([model.classes.index(name) for name in classes])
        self._ahead, self._behind = own[sides.new], own[sides.live]

    def of(self, scores: Floats) -> Floats:
        """(m,): from the scores of the classes, (k,), which are alike for all rows."""
        lead: Floats = scores[self._ahead] - scores[self._behind]
        return lead

    def added(self, values: NDArray[np.generic], *, column: str) -> Floats:
        """(m,): by one column's values, (m,)."""
        scores, rows = self.model.added({column: values}, column=column), np.arange(len(values))
        lead: Floats = scores[rows, self._ahead] - scores[rows, self._behind]
        return lead


def _counted(*places: NDArray[Any]) -> Counter[Any]:
    found, counts = np.unique(np.array(places), axis=1, return_counts=True)
    return Counter(dict(zip(map(tuple, found.T.tolist()), counts.tolist(), strict=True)))


def _most_first(counted: Counter[Any]) -> list[tuple[Any, int]]:
    """The most rows first, and of as many by the places."""
    return sorted(counted.items(), key=lambda found: (-found[1], found[0]))
