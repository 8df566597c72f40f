"""Selects the wanted columns of a file and gathers their rows: numbers, and texts as codes of their levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Texts
from lambdas.model.reading.cells import Check, Problem, category_check, label_check, number_problem
from lambdas.model.reading.header import Places
from lambdas.model.reading.table import Extent, Labels, Reading, Table
from lambdas.model.recipe import Numeric, Recipe

Codes = NDArray[np.integer]


@dataclass(frozen=True)
class Wanted:
    """The recipe's columns, each with its place among `width` fields, and the check of its cells."""

    width: int
    numeric: list[tuple[int, Numeric]]
    texts: list[tuple[int, str, Check]]
    """The categorical columns, and last the label's."""

    @classmethod
    def of(cls, recipe: Recipe, *, places: Places) -> Wanted:
        at = places.of_columns
        categorical = [(at[column.name], column.name, category_check(column)) for column in recipe.categorical]
        return cls(
            width=places.width,
            numeric=[(at[column.name], column) for column in recipe.numeric],
            texts=[*categorical, (at[recipe.label], recipe.label, label_check(recipe))],
        )

    @classmethod
    def of_texts(cls, columns: Sequence[str], *, places: Places, check: Check = lambda _: None) -> Wanted:
        """Columns whose cells are taken as they stand: of any content, or of what the check takes."""
        return cls(places.width, numeric=[], texts=[(places.of_columns[each], each, check) for each in columns])


@dataclass(frozen=True, eq=False)
class Part:
    """Some rows of a file, at least one."""

    numbers: Floats
    """(n, k)"""
    texts: list[tuple[Codes, Sequence[str]]]
    """Of each column of texts: for every row the place of its text, and the texts."""

    def is_good(self, wanted: Wanted) -> bool:
        """Whether the recipe takes every cell."""
        return not any(self._problems(wanted))

    def _problems(self, wanted: Wanted) -> Iterator[Problem | None]:
        for extremes in (self.numbers.min(axis=0), self.numbers.max(axis=0)):
            for number, (_, column) in zip(extremes.tolist(), wanted.numeric, strict=True):
                yield number_problem(number, column=column)
        for (_, levels), (_, _, check) in zip(self.texts, wanted.texts, strict=True):
            yield from map(check, levels)


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
    """All rows of a file. Rows read and rows kept are counted separately, and the two numbers must agree."""

    wanted: Wanted
    rows: int = 0
    lines: int = 0
    blank_lines: int = 0
    _numbers: list[Floats] = field(default_factory=list)
    _texts: list[_Levels] = field(init=False)

    def __post_init__(self) -> None:
        self._texts = [_Levels() for _ in self.wanted.texts]

    def add(self, part: Part) -> None:
        self._numbers.append(part.numbers)
        for gathered, (codes, levels) in zip(self._texts, part.texts, strict=True):
            gathered.add(codes, levels=levels)

    @property
    def extent(self) -> Extent:
        return Extent(self.lines, self.blank_lines, records=self.rows + 1, rows=self.rows)

    def reading(self, recipe: Recipe, *, digest: str) -> Reading:
        """The table, with its extent, raw labels and digest; raises as `table` does."""
        return Reading(self.table(recipe), self.extent, self.labels, digest)

    @property
    def labels(self) -> Labels:
        """Of at least one row."""
        raw = self._texts[-1]
        return Labels(np.concatenate(raw.codes), tuple(raw.places))

    def table(self, recipe: Recipe) -> Table:
        """Of at least one row; raises ValueError when a row was lost."""
        *categorical, labels = self._texts
        texts = [each.spread(list(each.places)) for each in categorical]
        return Table(
            numeric=np.concatenate(self._numbers).reshape(self.rows, len(self.wanted.numeric)),
            categorical=np.column_stack([np.empty((self.rows, 0), dtype=np.str_), *texts]),
            labels=labels.spread([recipe.classes[label] for label in labels.places]).reshape(self.rows),
        )
