"""Selects the wanted columns of a file and gathers their rows: numbers, and texts as codes of their levels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import ValueOutOfRange
from lambdas.model.arrays import Floats, Integers, Texts
from lambdas.model.reading.cells import (
    Check,
    Problem,
    absent_of,
    category_check,
    checks_beside,
    clipped,
    label_check,
    number_problem,
    number_problems,
)
from lambdas.model.reading.header import Places
from lambdas.model.reading.table import Extent, Labels, Table
from lambdas.model.recipe import Numeric, Recipe
from lambdas.model.recipe.elements import CLIP, DROP

Codes = NDArray[np.integer]


@dataclass(frozen=True)
class Wanted:
    """The recipe's columns, each with its place among `width` fields, and the check of its cells."""

    width: int
    numeric: list[tuple[int, Numeric]]
    texts: list[tuple[int, str, Check]]
    """The columns that are checked alone, the categorical ones, and last the label's."""
    checked: int = 0
    """How many columns of texts are checked alone."""
    absent: frozenset[str] = frozenset()
    """The texts that stand for a missing value, in columns that take one."""
    fills: Mapping[str, str] = field(default_factory=dict)
    """By categorical column the category that takes the place of a missing text."""

    @classmethod
    def of(cls, recipe: Recipe, *, places: Places, last: str | None = None) -> Wanted:
        """`last` is the last date that a row can have."""
        at, absent = places.of_columns, absent_of(recipe)
        categorical = [
            (
                at[column.name],
                column.name,
                category_check(column, absent=absent if column.missing is not None else ()),
            )
            for column in recipe.categorical
        ]
        beside = [(at[name], name, check) for name, check in checks_beside(recipe, last=last).items()]
        return cls(
            width=places.width,
            numeric=[(at[column.name], column) for column in recipe.numeric],
            texts=[*beside, *categorical, (at[recipe.label], recipe.label, label_check(recipe))],
            checked=len(beside),
            absent=absent,
            fills={column.name: column.missing for column in recipe.categorical if column.missing is not None},
        )

    def absent_of(self, column: Numeric) -> frozenset[str]:
        return self.absent if column.missing is not None else frozenset()

    @classmethod
    def of_texts(cls, columns: Sequence[str], *, places: Places, check: Check = lambda _: None) -> Wanted:
        """Columns whose cells are taken as they stand: of any content, or of what the check takes."""
        return cls(places.width, numeric=[], texts=[(places.of_columns[each], each, check) for each in columns])


@dataclass(frozen=True, eq=False)
class Bad:
    """The rows of a part that have the same problem in the same column."""

    rows: Integers
    """Their positions, at least one, ascending."""
    problem: Problem
    column: str | None
    """None where the row as such is bad."""
    place: int
    """Of the column among the fields; -1 where there is none."""
    texts: Mapping[str, int] = field(default_factory=dict)
    """Of a column of texts: how many of the rows have which."""

    def among(self, rows: NDArray[np.bool_]) -> Bad | None:
        """The same of those of its rows; None where none is."""
        here = self.rows[rows[self.rows]]
        return replace(self, rows=here) if len(here) else None


@dataclass(frozen=True, eq=False)
class Part:
    """Some rows of a file, at least one."""

    numbers: Floats
    """(n, k); NaN where a cell is no number, or missing in a column that takes it."""
    texts: Sequence[tuple[Codes, Sequence[str]]]
    """Of each column of texts: for every row the place of its text, and the texts."""
    unreadable: tuple[Bad, ...] = ()
    """The rows that are too long or too short, and those with a cell that is no number."""

    def __len__(self) -> int:
        return len(self.numbers)

    def bad(self, wanted: Wanted) -> list[Bad]:
        """All that the recipe does not take, in the order of the rows, and in each of the columns. Of a row that is
        too long or too short nothing else is said."""
        whole = np.ones(len(self), dtype=np.bool_)
        odd = [each for each in self.unreadable if each.column is None]
        for each in odd:
            whole[each.rows] = False
        numbers = (each.among(whole) for each in self.unreadable if each.column is not None)
        found = chain(odd, filter(None, numbers), self._numbers(wanted), self._texts(wanted, among=whole))
        order = [-1, *(place for place, _ in wanted.numeric), *(place for place, _, _ in wanted.texts)]
        return sorted(found, key=lambda each: (int(each.rows[0]), order.index(each.place)))

    def _numbers(self, wanted: Wanted) -> Iterator[Bad]:
        extremes = zip(self.numbers.min(axis=0).tolist(), self.numbers.max(axis=0).tolist(), strict=True)
        for values, ends, (place, column) in zip(self.numbers.T, extremes, wanted.numeric, strict=True):
            if any(number_problem(each, column=column) for each in ends):  # NaN has one
                for problem, here in number_problems(values, column=column):
                    yield Bad(np.flatnonzero(here), problem, column.name, place)

    def _texts(self, wanted: Wanted, *, among: NDArray[np.bool_]) -> Iterator[Bad]:
        for (codes, levels), (place, name, check) in zip(self.texts, wanted.texts, strict=True):
            by_problem: dict[Problem, list[int]] = {}
            for code, level in enumerate(levels):
                if problem := check(level):
                    by_problem.setdefault(problem, []).append(code)
            for problem, bad in by_problem.items():
                rows = np.flatnonzero(among & np.isin(codes, bad))
                counts = np.bincount(codes[rows], minlength=len(levels))
                if len(rows):
                    texts = {levels[code]: int(counts[code]) for code in bad if counts[code]}
                    yield Bad(rows, problem, name, place, texts)


@dataclass
class _Levels:
    """A column of texts, gathered."""

    places: dict[str, int] = field(default_factory=dict)
    codes: list[Codes] = field(default_factory=list)

    def add(self, codes: Codes, *, levels: Sequence[str]) -> None:
        places = [self.places.setdefault(level, len(self.places)) for level in levels]
        self.codes.append(np.array(places, dtype=np.int32)[codes])

    def spread(self, levels: Sequence[str]) -> Texts:
        texts: Texts = np.array(levels, dtype=np.str_)[np.concatenate(self.codes)]
        return texts


@dataclass
class Gathered:
    """The good rows of a file, and the labels of all. Rows read and rows gathered are counted separately, and the two
    numbers must agree."""

    wanted: Wanted
    rows: int = 0
    lines: int = 0
    blank_lines: int = 0
    _numbers: list[Floats] = field(default_factory=list)
    _texts: list[_Levels] = field(init=False)
    _labels: _Levels = field(init=False)
    _bad: list[Integers] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)
    """Of the bad rows those that the recipe leaves out for a number out of range, and for nothing else."""
    changed: dict[str, Counter[str]] = field(default_factory=dict)
    """By declared column: of the good rows, how many cells were missing, and how many numbers were clipped."""

    def __post_init__(self) -> None:
        self._texts = [_Levels() for _ in self.wanted.texts[self.wanted.checked : -1]]
        self._labels = _Levels()

    def add(self, part: Part, *, bad: Sequence[Bad] = ()) -> None:
        """Rows that were counted last, of which these are bad."""
        *texts, (codes, levels) = part.texts[self.wanted.checked :]
        self._labels.add(codes, levels=levels)
        numbers = part.numbers
        if bad:
            is_good = np.ones(len(part), dtype=np.bool_)
            is_good[np.concatenate([each.rows for each in bad])] = False
            before = self.rows - len(part)
            self._bad.append(np.flatnonzero(~is_good) + before)
            self._drop(bad, before=before)
            numbers, texts = numbers[is_good], [(column[is_good], levels) for column, levels in texts]
        self._numbers.append(self._within(numbers))
        names = (name for _, name, _ in self.wanted.texts[self.wanted.checked :])
        for gathered, name, (codes, levels) in zip(self._texts, names, texts, strict=False):
            gathered.add(codes, levels=self._filled(name, codes, levels))

    def _drop(self, bad: Sequence[Bad], *, before: int) -> None:
        drops = {column.name for _, column in self.wanted.numeric if column.outside == DROP}
        may_go: list[Integers] = []
        may_not: list[Integers] = [np.empty(0, dtype=np.int64)]
        for each in bad:
            is_drop = each.problem[0] is ValueOutOfRange and each.column in drops
            (may_go if is_drop else may_not).append(each.rows)
        if may_go:
            rows = np.setdiff1d(np.concatenate(may_go), np.concatenate(may_not))
            self.dropped.update((rows + before).tolist())

    def _within(self, numbers: Floats) -> Floats:
        """Numbers out of range become the nearest bound, where the recipe says so."""
        within = numbers
        for place, (_, column) in enumerate(self.wanted.numeric):
            if column.missing is not None:
                self._count(column.declared, "missing", int(np.isnan(numbers[:, place]).sum()))
            if column.outside != CLIP:
                continue
            near = clipped(numbers[:, place], column=column)
            count = int(np.count_nonzero((near != numbers[:, place]) & ~np.isnan(near)))
            if count:
                within = np.array(numbers) if within is numbers else within
                within[:, place] = near
                self._count(column.declared, "clipped", count)
        return within

    def _filled(self, name: str, codes: Codes, levels: Sequence[str]) -> Sequence[str]:
        """The texts, with another in the place of those that stand for a missing one."""
        fill = self.wanted.fills.get(name)
        if fill is None:
            return levels
        absent = [code for code, level in enumerate(levels) if level in self.wanted.absent]
        self._count(name, "missing", int(np.isin(codes, absent).sum()))
        return [fill if level in self.wanted.absent else level for level in levels]

    def _count(self, column: str, what: str, cells: int) -> None:
        if cells:
            self.changed.setdefault(column, Counter())[what] += cells

    @property
    def extent(self) -> Extent:
        return Extent(self.lines, self.blank_lines, records=self.rows + 1, rows=self.rows)

    @property
    def bad(self) -> Integers:
        """Positions of the bad rows among all, ascending."""
        return np.concatenate(self._bad) if self._bad else np.empty(0, dtype=np.int64)

    @property
    def labels(self) -> Labels:
        """Of at least one row, the bad ones too."""
        return Labels(np.concatenate(self._labels.codes), tuple(self._labels.places))

    def table(self, recipe: Recipe) -> Table:
        """The good ones of at least one row; raises ValueError when a row was lost."""
        kept = np.delete(self.labels.codes, self.bad)
        classes = np.array([recipe.class_of(label) or "" for label in self.labels.raw], dtype=np.str_)
        texts = [each.spread(list(each.places)) for each in self._texts]
        return Table(
            numeric=np.concatenate(self._numbers).reshape(len(kept), len(self.wanted.numeric)),
            categorical=np.column_stack([np.empty((len(kept), 0), dtype=np.str_), *texts]),
            labels=classes[kept].reshape(self.rows - len(self.bad)),
        )


def coded(column: Sequence[str]) -> tuple[Integers, list[str]]:
    """Of each text its place among the different ones, and those in the order in which they come."""
    places = {level: place for place, level in enumerate(dict.fromkeys(column))}
    return np.array([places[text] for text in column]), list(places)
