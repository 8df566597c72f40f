"""Reads a column's dates as people write them, where the column tells which number is the day and which the month."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from workflows.converting.marks import MARKS

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Of dates without signs between their parts, such as 20260131: a number of eight digits seldom looks so."""
_DAY, _MONTH, _YEAR = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4})"
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_TIME = r"(?:,?[ T](?P<hour>\d{1,2})(?P<more>:\d{2}(?::\d{2})?)(?: ?(?P<half>[ap])\.?m\.?)?)?"
_FLAGS = re.ASCII | re.IGNORECASE

DAY_FIRST = re.compile(rf"{_DAY}(?P<mark>[./-]){_MONTH}(?P=mark){_YEAR}" + _TIME, _FLAGS)
MONTH_FIRST = re.compile(rf"{_MONTH}(?P<mark>[./-]){_DAY}(?P=mark){_YEAR}" + _TIME, _FLAGS)
YEAR_FIRST = re.compile(rf"{_YEAR}(?P<mark>[./]){_MONTH}(?P=mark){_DAY}" + _TIME, _FLAGS)
PACKED = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _TIME, _FLAGS)
DAY_AND_NAME = re.compile(rf"{_DAY}(?:st|nd|rd|th)?[ -]{_NAME},?[ -]{_YEAR}" + _TIME, _FLAGS)
NAME_AND_DAY = re.compile(rf"{_NAME} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}" + _TIME, _FLAGS)
ORDERS = (DAY_FIRST, MONTH_FIRST, YEAR_FIRST, PACKED, DAY_AND_NAME, NAME_AND_DAY)
BY_NAME = {"day-first": DAY_FIRST, "month-first": MONTH_FIRST}
"""The orders that a column may leave in doubt."""


def orders(
    columns: Iterable[Sequence[str]], *, otherwise: re.Pattern[str] | None = None
) -> Iterator[re.Pattern[str] | None]:
    """Of each column; None of one that holds other things than dates.

    Where 01/02/2026 alone does not tell, the order is `otherwise`. Without it that of the file's other dates, or None
    if these do not tell either.
    """
    fitting = [_fitting(column) for column in columns]
    told = {each for several in fitting if len(several) == 1 for each in several if each in BY_NAME.values()}
    by_default = otherwise or (told.pop() if len(told) == 1 else None)
    for several in fitting:
        yield several[0] if len(several) == 1 else by_default if several else None


def order(column: Sequence[str]) -> re.Pattern[str] | None:
    """Of a column of such dates alone; None of another, or where both orders are possible or none."""
    return next(orders([column]))


def are_dates(column: Sequence[str]) -> bool:
    """Whether all of its texts are, though it may not tell their order."""
    return bool(_fitting(column))


def in_doubt(column: Sequence[str]) -> str:
    """One of its dates, where all can be read with the day first and with the month first; else an empty text."""
    return _texts(column)[0] if len(_fitting(column)) > 1 else ""


def _texts(column: Sequence[str]) -> list[str]:
    """Each once."""
    return [text for text in dict.fromkeys(column) if text.strip() and text.strip() not in MARKS]


def _fitting(column: Sequence[str]) -> Sequence[re.Pattern[str]]:
    """The orders that all of its dates have: one, or the two of BY_NAME; none of another column."""
    texts = _texts(column)
    fitting = [each for each in ORDERS if texts and all(iso(text, each) for text in texts)]
    if len(fitting) == 2 and all(text.strip().count(".") == 2 for text in texts):
        return [DAY_FIRST]  # with points nobody writes the month first
    return fitting


def iso(text: str, order: re.Pattern[str]) -> str | None:
    """ISO 8601; None of a text that is no date in this order."""
    found = order.fullmatch(text.strip())
    if found is None:
        return None
    parts = found.groupdict()
    month = int(parts["month"]) if "month" in parts else MONTHS.index(parts["name"][:3].lower()) + 1
    year, hour = int(parts["year"]), _hour(parts)
    is_year = order is not PACKED or FIRST_YEAR <= year <= LAST_YEAR
    try:
        day = date(year, month, int(parts["day"])).isoformat()
    except ValueError:
        return None
    return f"{day}{hour}" if is_year and hour is not None else None


def _hour(parts: dict[str, str | None]) -> str | None:
    """The time with a T before it; an empty text without one, None where no clock shows it."""
    if parts["hour"] is None:
        return ""
    hour = int(parts["hour"])
    if parts["half"]:
        hour = hour % 12 + 12 * (parts["half"].lower() == "p") if 1 <= hour <= 12 else 24
    return f"T{hour:02}{parts['more']}" if hour < 24 else None
