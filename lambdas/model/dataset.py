"""An object of the data set -> a Table, or an error that names the cell. The one module that imports pandas.

A good file is read in one pass of pandas' C parser and checked column by column. On any trouble `diagnosis` reads the
file again, slowly, and says what is wrong and where.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chalicelib.errors import ObjectEmpty
from lambdas.model.arrays import Floats, Texts
from lambdas.model.cells import CATEGORY_CHARACTERS_MAX, number_problem
from lambdas.model.diagnosis import diagnose
from lambdas.model.header import find_columns
from lambdas.model.recipe import Categorical, Numeric, Recipe
from lambdas.model.table import Table
from lambdas.model.unpacking import unpack, unreadable, way_out


class _NeedsDiagnosis(Exception):
    """The fast path saw that something is wrong, not what."""


def read_object(name: str, *, content: bytes, recipe: Recipe) -> Table:
    """All rows of a CSV file, plain or gzip.

    Columns are found by name and others are ignored. Raises a DataError that names object, column, rows and values.
    """
    text = unpack(name, content=content)
    places = find_columns(name, text=text, recipe=recipe)
    try:
        table = _Reader(text, places.of_columns, places.width).table(recipe)
    except (_NeedsDiagnosis, pd.errors.ParserError, ValueError) as exc:
        raise diagnose(name, text=text, places=places, recipe=recipe) or unreadable(name, why=f"{exc}") from exc
    if not len(table):
        raise ObjectEmpty(f"{name} holds a header and no row. {way_out(name)}", object=name)
    return table


@dataclass(frozen=True)
class _Reader:
    text: bytes
    places: dict[str, int]
    width: int

    def table(self, recipe: Recipe) -> Table:
        numeric = [self.places[column.name] for column in recipe.numeric]
        frame = self._frame(numeric)
        rows = len(frame)
        return Table(
            numeric=np.column_stack(
                [np.empty((rows, 0)), *(self._numbers(frame, column) for column in recipe.numeric)]
            ),
            categorical=_side_by_side([self._categories(frame, column) for column in recipe.categorical], rows=rows),
            labels=self._labels(frame, recipe),
        )

    def _frame(self, numeric: list[int]) -> pd.DataFrame:
        # Not `usecols`: with it pandas no longer minds a row with too many fields. Texts as categories, which costs
        # a code for each cell, and no text is taken for a missing value.
        kinds = {place: "float64" if place in numeric else "category" for place in range(self.width)}
        frame = pd.read_csv(
            io.BytesIO(self.text),
            header=0,
            names=list(range(self.width)),
            dtype=kinds,
            na_filter=False,
            engine="c",
            low_memory=False,
        )
        if not isinstance(frame.index, pd.RangeIndex):
            raise _NeedsDiagnosis("the first rows have more fields than the header")
        return frame

    def _numbers(self, frame: pd.DataFrame, column: Numeric) -> Floats:
        numbers = frame[self.places[column.name]].to_numpy(dtype=np.float64)
        if not len(numbers):
            return numbers
        extremes = (float(numbers.min()), float(numbers.max()))
        if any(number_problem(extreme, column=column) for extreme in extremes):
            raise _NeedsDiagnosis(column.name)
        if np.isin(numbers, (0.0, 1.0)).all() and self._holds_words(self.places[column.name]):
            raise _NeedsDiagnosis(column.name)
        return numbers

    def _holds_words(self, place: int) -> bool:
        # pandas reads a column of nothing but True and False as 1 and 0.
        read = pd.read_csv(io.BytesIO(self.text), header=0, names=list(range(self.width)), usecols=[place], dtype=str)
        return bool(read[place].str.contains("[A-Za-z]").any())

    def _categories(self, frame: pd.DataFrame, column: Categorical) -> Texts:
        levels, codes = self._coded(frame, place=self.places[column.name])
        allowed = levels if column.allowed is None else column.allowed
        if (
            "" in levels
            or not set(levels) <= set(allowed)
            or max(map(len, levels), default=0) > CATEGORY_CHARACTERS_MAX
        ):
            raise _NeedsDiagnosis(column.name)
        return _spread(levels, codes=codes)

    def _labels(self, frame: pd.DataFrame, recipe: Recipe) -> Texts:
        labels, codes = self._coded(frame, place=self.places[recipe.label])
        if not set(labels) <= set(recipe.classes):
            raise _NeedsDiagnosis(recipe.label)
        return _spread([recipe.classes[label] for label in labels], codes=codes)

    def _coded(self, frame: pd.DataFrame, *, place: int) -> tuple[list[str], NDArray[np.integer]]:
        series = frame[place]
        return list(series.cat.categories), series.cat.codes.to_numpy()


def _spread(texts: list[str], *, codes: NDArray[np.integer]) -> Texts:
    rows: Texts = np.array(texts, dtype=np.str_)[codes]
    return rows


def _side_by_side(columns: list[Texts], *, rows: int) -> Texts:
    return np.column_stack(columns) if columns else np.empty((rows, 0), dtype=np.str_)
