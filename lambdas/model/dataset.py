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
from lambdas.model.cells import categorical_problem, label_problem, number_problem
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
    text = unpack(name, content=content, model=recipe.model)
    places = find_columns(name, text=text, recipe=recipe)
    try:
        table = _Reader(text, places.of_columns, places.width).table(recipe)
    except (_NeedsDiagnosis, pd.errors.ParserError, ValueError) as exc:
        found = diagnose(name, text=text, places=places, recipe=recipe)
        raise found or unreadable(name, model=recipe.model, why=f"{exc}") from exc
    if not len(table):
        raise ObjectEmpty(f"{name} holds a header and no row. {way_out(name, model=recipe.model)}", object=name)
    return table


@dataclass(frozen=True)
class _Reader:
    text: bytes
    places: dict[str, int]
    width: int

    def table(self, recipe: Recipe) -> Table:
        frame = self._frame(numeric=[self.places[column.name] for column in recipe.numeric])
        if not isinstance(frame.index, pd.RangeIndex):
            raise _NeedsDiagnosis("the first rows have more fields than the header")
        return Table(
            numeric=self._numbers(frame, columns=recipe.numeric),
            categorical=self._texts(frame, columns=recipe.categorical),
            labels=self._labels(frame, recipe=recipe),
        )

    def _frame(self, *, numeric: list[int], only: list[int] | None = None) -> pd.DataFrame:
        # Without `usecols`, or pandas no longer minds a row with too many fields; without the dtype "category", or
        # it turns '01' into 1; without a filter, or it takes 'NA' and 'None' for missing values.
        return pd.read_csv(
            io.BytesIO(self.text),
            header=0,
            names=list(range(self.width)),
            usecols=only,
            dtype={place: "float64" if place in numeric else "str" for place in range(self.width)},
            na_filter=False,
            engine="c",
            low_memory=False,
        )

    def _numbers(self, frame: pd.DataFrame, *, columns: list[Numeric]) -> Floats:
        numbers = np.empty((len(frame), len(columns)))
        for j, column in enumerate(columns):
            numbers[:, j] = frame[self.places[column.name]]
            extremes = (numbers[:, j].min(initial=np.inf), numbers[:, j].max(initial=-np.inf))
            if len(frame) and any(number_problem(float(extreme), column=column) for extreme in extremes):
                raise _NeedsDiagnosis(column.name)
        self._refuse_words(numbers, columns=columns)
        return numbers

    def _refuse_words(self, numbers: Floats, *, columns: list[Numeric]) -> None:
        # pandas reads a column of nothing but True and False as 1 and 0: such columns are read again as texts.
        suspects = [
            self.places[column.name] for j, column in enumerate(columns) if np.isin(numbers[:, j], (0, 1)).all()
        ]
        if suspects and len(numbers):
            texts = self._frame(numeric=[], only=suspects)
            if any(texts[place].str.contains("[A-Za-z]").any() for place in suspects):
                raise _NeedsDiagnosis("truth values")

    def _texts(self, frame: pd.DataFrame, *, columns: list[Categorical]) -> Texts:
        if not columns:
            return np.empty((len(frame), 0), dtype=np.str_)
        return np.column_stack([self._categories(frame, column=column) for column in columns])

    def _categories(self, frame: pd.DataFrame, *, column: Categorical) -> Texts:
        levels, codes = _coded(frame[self.places[column.name]])
        if any(categorical_problem(level, column=column) for level in levels):
            raise _NeedsDiagnosis(column.name)
        return _spread(levels, codes=codes)

    def _labels(self, frame: pd.DataFrame, *, recipe: Recipe) -> Texts:
        labels, codes = _coded(frame[self.places[recipe.label]])
        if any(label_problem(label, recipe=recipe) for label in labels):
            raise _NeedsDiagnosis(recipe.label)
        return _spread([recipe.classes[label] for label in labels], codes=codes)


def _coded(column: pd.Series[str]) -> tuple[list[str], NDArray[np.integer]]:
    codes, levels = pd.factorize(column)
    return [str(level) for level in levels], codes


def _spread(texts: list[str], *, codes: NDArray[np.integer]) -> Texts:
    rows: Texts = np.array(texts, dtype=np.str_)[codes]
    return rows
