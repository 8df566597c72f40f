"""Reads the days of a column of dates, in UTC. What is no date, by `lambdas.serve.date_texts`, is an error that names
the row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from string import whitespace

import numpy as np

from chalicelib.errors import ValueOutOfRange
from lambdas.model.arrays import Integers
from lambdas.model.reading.cells import MISSING, NO_DATE, Problem
from lambdas.model.reading.columns import Bad, Gathered, Part, Wanted
from lambdas.model.reading.dataset import read_texts
from lambdas.model.reading.date_cells import seconds_in
from lambdas.serve.date_texts import FIRST

DAY_SECONDS = 86_400
NO_DAY = FIRST // DAY_SECONDS - 1


def read_days(name: str, *, text: bytes, column: str, model: str, last: str | None = None) -> Integers:
    """(n,): the days of the rows of an unpacked file, counted from 1970-01-01. Raises a DataError, as for a date
    after the last one that there can be.

    A row that is too short or too long has NO_DAY.
    """
    return read_texts(
        name, text=text, columns=[column], to=_Days, check=partial(_problem, last=last), model=model
    ).days


def day_of(text: str) -> int | None:
    """The day of one cell; None for what is no date.

    >>> day_of("1970-01-02"), day_of("1970-01-01T23:30-01:00"), day_of("1970-02-30")
    (1, 1, None)
    """
    seconds = seconds_in(text)
    return None if seconds is None else int(seconds) // DAY_SECONDS


def text_of(day: int) -> str:
    """
    >>> text_of(0)
    '1970-01-01'
    """
    return str(np.datetime64(day, "D"))


def _problem(text: str, *, last: str | None) -> Problem | None:
    if not text.strip(whitespace):
        return MISSING
    day = day_of(text)
    if day is None:
        return NO_DATE
    if last is not None and text_of(day) > last:
        return ValueOutOfRange, f"later than {last}, too far ahead"
    return None


class _Days(Gathered):
    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted)
        self._days: list[Integers] = []

    def add(self, part: Part, *, bad: Sequence[Bad] = ()) -> None:  # noqa: ARG002
        ((codes, levels),) = part.texts
        days = [NO_DAY if day is None else day for day in map(day_of, levels)]
        self._days.append(np.array(days, dtype=np.int64)[codes])

    @property
    def days(self) -> Integers:
        """Of at least one row."""
        return np.concatenate(self._days)
