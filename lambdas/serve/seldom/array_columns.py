"""Columns of numbers that are one feature: an array. A request gives it as one list.

Its columns are named NAME_0 and so on, in the data and wherever a single one is spoken of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

from ..links import OperatingPoint
from ..refusal import Refused, digits, shown
from ..schema import ARRAY, MISSING, OUTSIDE, Column, Noted, NumberColumn, Row, Schema, column_of
from ..values import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from typing import Any

SEPARATOR = ","
"""Of the numbers of an array in a query string."""


def names_in(name: str, size: int) -> list[str]:
    """Of the columns of an array.

    >>> names_in("pixels", 3)
    ['pixels_0', 'pixels_1', 'pixels_2']
    """
    return [f"{name}_{place}" for place in range(size)]


def as_request(values: Mapping[str, Any], arrays: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What single columns hold, by their names, as a request has it: a list for each of the arrays.

    >>> as_request({"age": 40, "pixels_0": 7, "pixels_1": 9}, {"pixels": ["pixels_0", "pixels_1"]})
    {'age': 40, 'pixels': [7, 9]}
    """
    within = {column for columns in arrays.values() for column in columns}
    found = {name: value for name, value in values.items() if name not in within}
    return found | {name: [values.get(column) for column in columns] for name, columns in arrays.items()}


class ArrayFeature(Value):
    """An array: its columns, at least one, all of one range and one way with missing numbers."""

    name: str
    columns: tuple[NumberColumn, ...]

    @property
    def missing(self) -> float | None:
        """None where a missing number is refused."""
        return self.columns[0].missing

    @property
    def accepted(self) -> str:
        """The accepted form in words.

        >>> ArrayFeature("pixels", (NumberColumn("pixels_0", 0, 255), NumberColumn("pixels_1", 0, 255))).accepted
        'a list of 2 numbers, each a number >= 0 and <= 255'
        """
        return f"a list of {len(self.columns)} numbers, each {self.columns[0].accepted}"

    def read(self, value: object, noted: Noted) -> list[float]:
        """From JSON: a list of as many numbers, in which null is a missing one; null for a list of nulls."""
        if value is None and self.missing is not None:
            value = [None] * len(self.columns)
        if not isinstance(value, list):
            raise self._refused("FeatureNotAList", f"is {shown(value)}, not a list")
        self._check_length(len(value))
        plain = self._plain(value)
        if plain is not None:
            return plain
        here: Noted = []
        numbers = [column.read(each, here) for column, each in zip(self.columns, value, strict=True)]
        self._note(here, noted)
        return numbers

    def read_text(self, text: str, noted: Noted) -> list[float]:
        """From a query string: as many numbers, separated by commas."""
        if not text and self.missing is not None:
            return self.read(None, noted)
        texts = text.split(SEPARATOR)
        self._check_length(len(texts))
        here: Noted = []
        numbers = [column.read_text(each, here) for column, each in zip(self.columns, texts, strict=True)]
        self._note(here, noted)
        return numbers

    def _plain(self, value: list[Any]) -> list[float] | None:
        """The numbers where all are in range, which is soon seen; None where one of them has to be looked at."""
        if not {*map(type, value)} <= {int, float}:  # neither bool, which is an int too, nor null
            return None
        try:
            numbers = [*map(float, value)]
        except OverflowError:
            return None
        low, high = self._bounds
        return numbers if low <= min(numbers) and max(numbers) <= high and all(map(math.isfinite, numbers)) else None

    @cached_property
    def _bounds(self) -> tuple[float, float]:
        first = self.columns[0]
        return (
            -math.inf if first.minimum is None else first.minimum,
            math.inf if first.maximum is None else first.maximum,
        )

    def _check_length(self, length: int) -> None:
        if length != len(self.columns):
            raise self._refused("FeatureLength", f"holds {length}, not {len(self.columns)}")

    def _note(self, here: Noted, noted: Noted) -> None:
        """One note for all columns of a kind: an array is one feature."""
        kinds = {code for code, _, _ in here}
        if MISSING in kinds:
            noted.append((MISSING, self.name, f"numbers of {self.name} are missing: {self._fill} takes their place"))
        if OUTSIDE in kinds:
            words = f"numbers of {self.name} are out of range ({self.columns[0].accepted})"
            noted.append((OUTSIDE, self.name, f"{words}: the nearest bound takes their place"))

    @property
    def _fill(self) -> str:
        fills = {column.missing for column in self.columns}
        if len(fills) > 1:
            return "what the model has for each position"
        return digits(next(fill for fill in fills if fill is not None))

    def _refused(self, code: str, message: str) -> Refused:
        words = f"{self.name} {message}: expected {self.accepted}"
        return Refused(code, words, field=self.name, accepted=self.accepted)


class ArraySchema(Schema):
    """A schema with arrays. `columns` has the columns of each in its place, so that a scorer knows of none."""

    of_request: tuple[ArrayFeature | Column, ...] = ()

    @property
    def features(self) -> Sequence[ArrayFeature | Column]:
        return self.of_request

    def as_request(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        arrays = [each for each in self.of_request if isinstance(each, ArrayFeature)]
        return as_request(values, {each.name: [column.name for column in each.columns] for each in arrays})

    def read(self, instance: object, noted: Noted) -> Row:
        given = self.given(instance)
        row: list[float | str] = []
        for each in self.of_request:
            if isinstance(each, ArrayFeature):
                row.extend(each.read(given[each.name], noted))
            else:
                row.append(each.read(given[each.name], noted))
        return row

    def read_query(self, query: object, noted: Noted) -> Row:
        given = self.given_texts(query)
        row: list[float | str] = []
        for each in self.of_request:
            if isinstance(each, ArrayFeature):
                row.extend(each.read_text(given[each.name][0], noted))
            else:
                row.append(each.read_text(given[each.name][0], noted))
        return row


def schema_of(columns: Sequence[Mapping[str, Any]], point: OperatingPoint | None) -> ArraySchema:
    """From the columns of an artifact's schema; raises KeyError, TypeError or ValueError."""
    features = [_array(each) if each["kind"] == ARRAY else column_of(each) for each in columns]
    single: list[Column] = []
    for each in features:
        single += each.columns if isinstance(each, ArrayFeature) else [each]
    return ArraySchema(tuple(single), point, tuple(features))


def single_columns(column: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A column of a schema, or those of an array, as if each were a column of its own."""
    if column["kind"] != ARRAY:
        return [dict(column)]
    fills = column.get("missing")
    of_each = fills if isinstance(fills, list) else [fills] * column["size"]
    rest = {name: value for name, value in column.items() if name not in ("size", "missing")}
    return [
        {**rest, "kind": "number", "name": name, **({} if fill is None else {"missing": fill})}
        for name, fill in zip(names_in(column["name"], column["size"]), of_each, strict=True)
    ]


def _array(column: Mapping[str, Any]) -> ArrayFeature:
    size, fills = column["size"], column.get("missing")
    if type(size) is not int or size < 1 or (isinstance(fills, list) and len(fills) != size):
        raise ValueError(f"column {column['name']} does not tell its size")
    columns = [column_of(each) for each in single_columns(column)]
    return ArrayFeature(column["name"], tuple(each for each in columns if isinstance(each, NumberColumn)))
