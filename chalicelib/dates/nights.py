"""Reckons with the dates of a data set: the nights that its objects' names tell, and days of the calendar.

A date is written YYYY-MM-DD, so that dates are ordered as their texts are. What is recent is recent among
the objects, whatever the clock says; but no row is of a day to come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from chalicelib.errors import NameUndated

DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)

AHEAD_DAYS_MAX = 1
"""Of a row's date before the moment at which it is read: in a time zone ahead of UTC it is tomorrow already. A later
one, such as 9999-12-31 for none, or a year that is misspelt, would be the newest until that day."""

Span = tuple[str, str]
"""The first date and the last one of the rows of an object."""


def night_of(name: str) -> str:
    """The date in an object's name. Raises NameUndated where there is none, or more than one."""
    found = DATE.findall(name)
    if len(found) == 1 and is_date(found[0]):
        return str(found[0])
    why = "no date" if not found else f"{len(found)} dates" if len(found) > 1 else f"{found[0]}, which is no date,"
    raise NameUndated(
        f"{name} has {why} in its name, and the recipe asks for the night that a file is of: name it as in"
        " loans-2026-11-25.csv, with one date (YYYY-MM-DD), or let the recipe name a column of dates",
        object=name,
    )


def last_nights(nights: Iterable[str], *, count: int) -> str:
    """The first of the last so many different nights. At least one.

    >>> last_nights(["2026-11-25", "2026-11-20", "2026-11-25", "2026-11-24"], count=2)
    '2026-11-24'
    """
    return sorted(set(nights))[-count:][0]


def first_of_days(last: str, *, days: int) -> str:
    """The first of so many days, the last of which is this one.

    >>> first_of_days("2026-11-26", days=3)
    '2026-11-24'
    """
    return days_before(last, days=days - 1)


def days_before(of: str, *, days: int) -> str:
    """
    >>> days_before("2026-03-01", days=1), days_before("0001-01-02", days=7)
    ('2026-02-28', '0001-01-01')
    """
    return date.fromordinal(max(date.fromisoformat(of).toordinal() - days, 1)).isoformat()


def days_from(first: str, last: str) -> int:
    """Both included.

    >>> days_from("2026-11-25", "2026-11-26")
    2
    """
    return date.fromisoformat(last).toordinal() - date.fromisoformat(first).toordinal() + 1


def last_day(now: datetime) -> str:
    """The last date that a row can have.

    >>> last_day(datetime(2026, 11, 26, 23, 59, tzinfo=UTC))
    '2026-11-27'
    """
    return days_before(now.astimezone(UTC).date().isoformat(), days=-AHEAD_DAYS_MAX)


def is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
