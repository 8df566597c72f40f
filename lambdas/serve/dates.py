"""Parts of a time that is given in seconds since 1970 began, in UTC: functions of one number, or of a numpy array.

They are made of floor division alone, which Python and numpy carry out alike: so what is trained on is what serves.
Between the years 1 and 9999 every second is told exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Number = Any
"""A float, or an array of such."""

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
DAYS_BEFORE_1970 = 719468.0
"""Since the first of March of the year 0: counted from there, a leap day is the last of its year."""
DAYS_OF_400_YEARS = 146097.0


def year(seconds: Number) -> Number:
    """
    >>> year(0.0), year(-1.0), year(1_790_000_000.0)
    (1970.0, 1969.0, 2026.0)
    """
    years, _, month_of_year = _from_march(seconds)
    return years + (month_of_year >= 10)


def month(seconds: Number) -> Number:
    """From 1 to 12.

    >>> month(0.0), month(-1.0), month(1_790_000_000.0)
    (1.0, 12.0, 9.0)
    """
    _, _, month_of_year = _from_march(seconds)
    return month_of_year + 3 - 12 * (month_of_year >= 10)


def day(seconds: Number) -> Number:
    """Of the month, from 1 to 31.

    >>> day(0.0), day(-1.0), day(1_790_000_000.0)
    (1.0, 31.0, 21.0)
    """
    _, day_of_year, month_of_year = _from_march(seconds)
    return day_of_year - (153 * month_of_year + 2) // 5 + 1


def weekday(seconds: Number) -> Number:
    """From 0 for Monday to 6 for Sunday.

    >>> weekday(0.0), weekday(-1.0), weekday(1_790_000_000.0)
    (3.0, 2.0, 0.0)
    """
    return (seconds // DAY + 3) % 7


def hour(seconds: Number) -> Number:
    """From 0 to 23.

    >>> hour(0.0), hour(-1.0), hour(1_790_000_000.0)
    (0.0, 23.0, 14.0)
    """
    return seconds // HOUR % 24


def minute(seconds: Number) -> Number:
    """Of the hour, from 0 to 59.

    >>> minute(0.0), minute(-1.0), minute(1_790_000_000.0)
    (0.0, 59.0, 13.0)
    """
    return seconds // MINUTE % 60


def _from_march(seconds: Number) -> tuple[Number, Number, Number]:
    """Year, day of the year from 0, and month of the year from 0, where years begin in March.

    Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days.
    """
    days = seconds // DAY + DAYS_BEFORE_1970
    era = days // DAYS_OF_400_YEARS
    of_era = days - era * DAYS_OF_400_YEARS
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    day_of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    return year_of_era + era * 400, day_of_year, (5 * day_of_year + 2) // 153


PARTS: Mapping[str, Callable[[Number], Number]] = {
    part.__name__: part for part in (day, hour, minute, month, weekday, year)
}
"""By the names that a scorecard has for them."""
