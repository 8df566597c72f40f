"""Reads a column of dates: ISO 8601, YYYY-MM-DD, alone or with a time of day, and nothing else.

A time with an offset is converted to UTC, one without is taken as it stands; the day is what counts. Another
spelling, such as 26/11/2026, is an error that names the row: a guess would be wrong for half of the world.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from string import whitespace

import numpy as np

from chalicelib.errors import ValueOutOfRange, ValueUnparsable
from lambdas.model.arrays import Integers
from lambdas.model.reading.cells import MISSING, Problem
from lambdas.model.reading.columns import Bad, Gathered, Part, Wanted
from lambdas.model.reading.dataset import read_texts

NO_DATE: Problem = (ValueUnparsable, "no date (YYYY-MM-DD, alone or with a time such as T23:59:00Z)")
MOMENT = re.compile(
    r"(?P<day>(?!0000)\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?(?P<offset>Z|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)
DAY_MINUTES = 24 * 60
OFFSET_MINUTES_MAX = 14 * 60
"""The largest in use: UTC+14, of the Line Islands."""
FIRST, LAST = (int(np.datetime64(day, "D").astype(np.int64)) for day in ("0001-01-01", "9999-12-31"))
NO_DAY = FIRST - 1


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
    match = MOMENT.fullmatch(text.strip(whitespace))
    if match is None:
        return None
    try:
        day = int(np.datetime64(match["day"], "D").astype(np.int64))
    except ValueError:
        return None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    offset = _minutes(match["offset"])
    if hour > 23 or minute > 59 or second > 59 or offset is None:
        return None
    found = day + (60 * hour + minute - offset) // DAY_MINUTES
    return found if FIRST <= found <= LAST else None


def text_of(day: int) -> str:
    """
    >>> text_of(0)
    '1970-01-01'
    """
    return str(np.datetime64(day, "D"))


def _minutes(offset: str | None) -> int | None:
    """None for an offset that no place has."""
    if offset in (None, "Z"):
        return 0
    hours, minutes = int(offset[1:3]), int(offset[4:])
    total = 60 * hours + minutes
    if minutes > 59 or total > OFFSET_MINUTES_MAX:
        return None
    return -total if offset[0] == "-" else total


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
