"""Checks a rule's schedule by EventBridge's grammar, before anything is deployed, as `PutRule` would.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chalicelib.cutting import quoted
from chalicelib.values import Value

EXAMPLES = "for example cron(0 3 * * ? *) or rate(1 day)"
LONGEST = 256
"""Characters that PutRule takes."""
UNITS = {"minute": 365 * 24 * 60, "hour": 365 * 24, "day": 365}
"""The most of each: a schedule that comes less than once a year is a slip of the pen."""

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
FEBRUARY = 2
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Field(Value):
    """One of cron's six: its numbers, their names, and what stands for a day that depends on the month."""

    name: str
    first: int
    last: int
    names: Sequence[str] = ()
    special: str | None = None
    steps: bool = True

    def numbers(self, text: str) -> set[int]:
        """The numbers that a list of values, ranges and steps means; raises ValueError."""
        return {number for each in text.split(",") for number in self._of_item(each)}

    def is_special(self, text: str) -> bool:
        """Whether it stands for a day that depends on the month."""
        return re.fullmatch(self.special or "", text.upper()) is not None

    def _of_item(self, item: str) -> Iterable[int]:
        base, slash, step = item.partition("/")
        if slash and not (self.steps and re.fullmatch(r"[1-9][0-9]{0,3}", step)):
            raise self._wrong(item)
        start, dash, end = base.partition("-")
        if base == "*":
            low, high = self.first, self.last
        elif dash:
            low, high = self._number(start), self._number(end)
        else:
            low = self._number(start)
            high = self.last if slash else low
        values = self._around(low, high)
        return values[:: int(step)] if slash else values

    def _around(self, low: int, high: int) -> list[int]:
        """A range may go over the end, as the hours of a night do: 20-2."""
        if low <= high:
            return list(range(low, high + 1))
        return [*range(low, self.last + 1), *range(self.first, high + 1)]

    def _number(self, text: str) -> int:
        if text.upper() in self.names:
            return self.first + self.names.index(text.upper())
        if not re.fullmatch(r"[0-9]{1,4}", text) or not self.first <= int(text) <= self.last:
            raise self._wrong(text)
        return int(text)

    def _wrong(self, text: str) -> ValueError:
        or_named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return ValueError(
            f"{self.first} to {self.last}{or_named} for its {self.name}, not {quoted(text, 40)}; {EXAMPLES}"
        )


MINUTES = Field("minutes", 0, 59)
HOURS = Field("hours", 0, 23)
DAY_OF_MONTH = Field("day of the month", 1, 31, special=r"L|LW|(0?[1-9]|[12][0-9]|3[01])W")
MONTH = Field("month", 1, 12, names=MONTHS)
DAY_OF_WEEK = Field(
    "day of the week", 1, 7, names=DAYS, special=rf"L|([1-7]|{'|'.join(DAYS)})(L|#[1-5])", steps=False
)
YEAR = Field("year", 1970, 2199)


def read(text: str) -> str:
    """The expression itself; raises ValueError, which says what was expected, for one that EventBridge refuses.

    >>> read("cron(0/30 20-2 ? * MON-FRI *)")
    'cron(0/30 20-2 ? * MON-FRI *)'
    >>> read("cron(0 3 * * * *)")
    Traceback (most recent call last):
    ValueError: ? in exactly one of day of the month and day of the week; for example cron(0 3 * * ? *) or rate(1 day)
    """
    form = re.fullmatch(r"(cron|rate)\(([^()]*)\)", text) if len(text) <= LONGEST else None
    if form is None:
        raise ValueError(f"an EventBridge expression; {EXAMPLES}")
    check = _check_cron if form[1] == "cron" else _check_rate
    check(form[2].split(" "))
    return text


def cron(text: str) -> str:
    """The same of one that names hours, which a rate does not. Application Auto Scaling has the same six fields.

    Source: https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html

    >>> cron("rate(1 day)")
    Traceback (most recent call last):
    ValueError: an expression cron(...); for example cron(45 7 ? * MON-FRI *)
    """
    if not text.startswith("cron("):
        raise ValueError("an expression cron(...); for example cron(45 7 ? * MON-FRI *)")
    return read(text)


def _check_rate(words: Sequence[str]) -> None:
    value, unit = words if len(words) == 2 else ("", "")
    most = UNITS.get(unit if value == "1" else unit.removesuffix("s") if unit.endswith("s") else "", 0)
    if not re.fullmatch(r"[1-9][0-9]{0,6}", value) or int(value) > most:
        raise ValueError(f"rate(1 minute), rate(1 hour), rate(1 day), or 2 and more minutes, hours, days; {EXAMPLES}")


def _check_cron(fields: Sequence[str]) -> None:
    if len(fields) != 6:
        raise ValueError(f"six fields of cron, the year too, one space between; {EXAMPLES}")
    minutes, hours, day_of_month, month, day_of_week, year = fields
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ValueError(f"? in exactly one of day of the month and day of the week; {EXAMPLES}")
    MINUTES.numbers(minutes)
    HOURS.numbers(hours)
    february = max(28 + _is_leap(each) for each in YEAR.numbers(year))
    longest = max(min(LENGTHS[each - 1], february if each == FEBRUARY else 31) for each in MONTH.numbers(month))
    earliest = min(_days(DAY_OF_MONTH, day_of_month))
    _days(DAY_OF_WEEK, day_of_week)
    if earliest > longest:
        raise ValueError(f"a day that its months have, not {earliest} of {month} in {year}; {EXAMPLES}")


def _days(field: Field, text: str) -> set[int]:
    """The days that may be the first; the last of a month and the like come in every month."""
    if text == "?" or field.is_special(text):
        return {field.first}
    return field.numbers(text)


def _is_leap(year: int) -> bool:
    """As the calendar module has it, which is loaded for nothing else.

    >>> [_is_leap(year) for year in (2000, 2023, 2024, 2100)]
    [True, False, True, False]
    """
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
