"""Reads the columns of an artifact as a manifest, or a run's training, lists them: single ones, and how a run read
their cells.

It needs no numpy, so that the function that scores batches and the command line can use it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import whitespace
from typing import Any

from lambdas.model.reading.date_cells import seconds_in
from lambdas.serve.schema import ARRAY, CLIPPED, DATE
from lambdas.serve.seldom.array_columns import names_in

Listed = Mapping[str, Any]
"""A column of a schema, of which `chalicelib.registry.manifest.listed_schema` keeps the first levels and fills."""
NUMBERS = ("number", DATE)
"""The kinds of single columns that are no texts."""


def single_columns(columns: Sequence[Listed]) -> list[Listed]:
    """A column of numbers for each of an array's, whose `missing` tells only whether something fills its cells.

    >>> [each["name"] for each in single_columns([{"kind": "array", "name": "pixels", "size": 2}])]
    ['pixels_0', 'pixels_1']
    """
    single: list[Listed] = []
    for each in columns:
        if each["kind"] == ARRAY:
            single += [{**each, "kind": "number", "name": name} for name in names_in(each["name"], each["size"])]
        else:
            single.append(each)
    return single


def single_values(features: Mapping[str, Any]) -> dict[str, Any]:
    """The features of a row by the names of single columns.

    >>> single_values({"age": 40, "pixels": [7, None]})
    {'age': 40, 'pixels_0': 7, 'pixels_1': None}
    """
    single: dict[str, Any] = {}
    for name, value in features.items():
        if isinstance(value, list):
            single |= dict(zip(names_in(name, len(value)), value, strict=True))
        else:
            single[name] = value
    return single


@dataclass(frozen=True)
class Cells:
    """How a run read the cells of a column: its rows have what it put in the place of some of them.

    >>> Cells.of({"kind": "category", "missing": "none", "absent": ["NA"]})("NA")
    'none'
    """

    kind: str
    fill: str | None
    """In the place of a text of `absent`; None for none."""
    absent: frozenset[str]
    low: float
    """What is less is taken back to it, as to `high` what is more."""
    high: float

    @classmethod
    def of(cls, column: Listed) -> Cells:
        """Of a single column."""
        is_text = column["kind"] not in NUMBERS
        ends = (column.get(end) if column.get("outside") == CLIPPED else None for end in ("minimum", "maximum"))
        low, high = ends
        return cls(
            column["kind"],
            fill=column.get("missing") if is_text else None,
            absent=frozenset(("", *column.get("absent", ()))) if is_text else frozenset(),
            low=-math.inf if low is None else low,
            high=math.inf if high is None else high,
        )

    def __call__(self, text: str) -> float | str | None:
        """None for a missing number or date. What is neither is taken for one: of another no run made a row."""
        if self.kind not in NUMBERS:
            return text if self.fill is None or text not in self.absent else self.fill
        found = seconds_in(text) if self.kind == DATE else number_in(text)
        return None if found is None else min(max(found, self.low), self.high)

    def as_read(self, value: float | str | None) -> float | str | None:
        """A value of a row that is quoted, in the form that a cell is read in: a date in seconds."""
        return self(value) if self.kind == DATE and isinstance(value, str) else value


def cells_of(columns: Sequence[Listed]) -> dict[str, Cells]:
    """By the names of single columns."""
    return {each["name"]: Cells.of(each) for each in single_columns(columns)}


def number_in(text: str) -> float | None:
    """With or without ASCII spaces around it; None for what is no number."""
    try:
        return float(text.strip(whitespace))
    except ValueError:
        return None
