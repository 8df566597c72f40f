"""Reads the days of a column of dates, in UTC. A date is what `lambdas.serve.seldom.date_texts` reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalicelib.errors import ObjectUnreadable
from lambdas.model.arrays import Integers
from lambdas.model.reading.cells import day_check
from lambdas.model.reading.columns import Bad, Gathered, Part, Wanted
from lambdas.model.reading.date_cells import DAY_SECONDS, seconds_in
from lambdas.model.reading.object_reader import read_texts
from lambdas.model.reading.unpacking import way_out
from lambdas.model.splitting.split import Mask
from lambdas.serve.seldom.date_texts import FIRST

NO_DAY = FIRST // DAY_SECONDS - 1


def read_days(name: str, *, text: bytes, column: str, model: str) -> Integers:
    """(n,): the days of the rows of an unpacked file, counted from 1970-01-01. Raises a DataError.

    A row without a date has NO_DAY: it is bad, or too short or too long.
    """
    return read_texts(name, text=text, columns=[column], to=_Days, check=lambda _: None, model=model).days


def read_span(name: str, *, text: bytes, column: str, model: str, last: str) -> tuple[str, str]:
    """The first date and the last one of an unpacked file, of its rows that have one which can be. Raises a
    DataError, also where none has."""
    days = read_days(name, text=text, column=column, model=model)
    dated = days[(days > NO_DAY) & up_to(last, days=days)]
    if len(dated):
        return text_of(int(dated.min())), text_of(int(dated.max()))
    read_texts(name, text=text, columns=[column], to=Gathered, check=day_check(last=last), model=model)
    why = f"every row of {name} is too short or too long. {way_out(name, model=model)}"
    raise ObjectUnreadable(why, object=name)


def up_to(last: str, *, days: Integers) -> Mask:
    """(n,): whether a day is the date or earlier; none is without a date."""
    day = day_of(last)
    reached: Mask = np.zeros(len(days), dtype=np.bool_) if day is None else days <= day
    return reached


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
