"""Reads a date from its text as seconds since 1970 began, in UTC, and writes it: ISO 8601, and nothing else.

    2026-01-31                      the midnight that the day begins with
    2026-01-31T10:20                a blank may stand in the place of T, and seconds may follow
    2026-01-31T10:20:30.125+01:00   a fraction of a second is cut off; an offset, or Z, leads to UTC

A time without an offset is taken as it stands. Another spelling, such as 31/01/2026, is no date: a guess would be
wrong for half of the world. Training and serving both read by this module, which serving
imports where a model has a column of dates.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..dates import DAY, DAYS_BEFORE_1970, day, hour, minute, month, year
from ..refusal import shown
from ..schema import Noted, NumberColumn
from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)
FORM = "a date (2026-01-31 or 2026-01-31T10:20:30Z)"
OFFSET_MINUTES_MAX = 14 * 60
"""The largest in use: UTC+14, of the Line Islands."""
FIRST, LAST = -62_135_596_800, 253_402_300_799
"""The seconds at which the year 1 begins and 9999 ends."""


def seconds_of(text: str) -> float | None:
    """A whole number; None for what is no date between the years 1 and 9999.

    >>> seconds_of("1970-01-02"), seconds_of("1970-01-01T23:30-01:00"), seconds_of("1970-02-30")
    (86400.0, 88200.0, None)
    """
    match = DATE.fullmatch(text)
    if match is None:
        return None
    of_day, of_hour, of_minute, of_second, offset = match.groups(default="00")
    midnight, behind = _midnight(of_day), _behind(offset)
    if midnight is None or behind is None or of_hour > "23" or of_minute > "59" or of_second > "59":
        return None
    found = midnight + 3600 * int(of_hour) + 60 * (int(of_minute) + behind) + int(of_second)
    return float(found) if FIRST <= found <= LAST else None


def text_of(seconds: float) -> str:
    """The shortest text that is read as the second that began; raises ValueError for what is no time of these years.

    >>> text_of(86400.0), text_of(-1.0)
    ('1970-01-02', '1969-12-31T23:59:59Z')
    """
    if not FIRST <= seconds < LAST + 1:
        raise ValueError(f"{seconds} is no time between the years 1 and 9999")
    of_day = f"{year(seconds):04.0f}-{month(seconds):02.0f}-{day(seconds):02.0f}"
    second = seconds // 1 % 60
    if not seconds // 1 % DAY:
        return of_day
    return f"{of_day}T{hour(seconds):02.0f}:{minute(seconds):02.0f}:{second:02.0f}Z"


class DateColumn(NumberColumn):
    """A date, as a text; the bounds, in seconds, belong to the range. Raises ValueError where one is no time."""

    FORM = FORM

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        for number in (self.minimum, self.maximum, self.missing):
            if number is not None and number == number:  # NaN stands for a missing date that stays one
                text_of(number)

    @staticmethod
    def spelled(number: float) -> str:
        return text_of(number)

    def read(self, value: object, noted: Noted) -> float:
        """From JSON."""
        if value is None and self.missing is not None:
            return self._filled(self.missing, noted)
        if not isinstance(value, str):
            raise self._refused("FeatureNotADate", f"is {shown(value)}, not a date")
        return self.read_text(value, noted)

    def read_text(self, text: str, noted: Noted) -> float:
        """From a query string."""
        if text in self.absent and self.missing is not None:
            return self._filled(self.missing, noted)
        seconds = seconds_of(text)
        if seconds is None:
            raise self._refused("FeatureNotADate", f"is {shown(text)}, not a date")
        return self._checked(seconds, noted)


@lru_cache(maxsize=4096)  # rows of a file are of few days
def _midnight(of_day: str) -> int | None:
    """The seconds at which a day begins; None for one that no calendar has.

    Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, days_from_civil.
    """
    of_year, of_month, of_days = int(of_day[:4]), int(of_day[5:7]), int(of_day[8:])
    if not (of_year and 1 <= of_month <= 12 and 1 <= of_days <= _length(of_year, of_month)):
        return None
    years = of_year - (of_month <= 2)  # that begin in March
    day_of_year = (153 * ((of_month - 3) % 12) + 2) // 5 + of_days - 1
    days = 365 * years + years // 4 - years // 100 + years // 400 + day_of_year - int(DAYS_BEFORE_1970)
    return days * int(DAY)


def _length(of_year: int, of_month: int) -> int:
    """The days of a month."""
    if of_month == 2:
        return 28 + (of_year % 4 == 0 and (of_year % 100 != 0 or of_year % 400 == 0))
    return 30 + (of_month + of_month // 8) % 2


def _behind(offset: str) -> int | None:
    """The minutes by which UTC is ahead of an offset; None for an offset that no place has."""
    if offset in ("00", "Z"):
        return 0
    minutes = 60 * int(offset[1:3]) + int(offset[4:])
    if offset[4:] > "59" or minutes > OFFSET_MINUTES_MAX:
        return None
    return minutes if offset[0] == "-" else -minutes
