"""Reads a column's numbers as people write them: decimal commas, separators of thousands, percent, currencies, and
negative ones as books keep them, (12.50) or 12.50-.

A column is rewritten where all its cells that hold something, but for one in a hundred, are numbers by one spelling.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workflows.converting.marks import MARKS

STRAY_MAX = 0.01
"""The share of a column's cells that may be no numbers: they are left as they are."""
UNITS = ("%", "$", "\u20ac", "\u00a3", "\u00a5", "\u20b9", "EUR", "USD", "GBP", "CHF", "JPY")
BLANKS = " \u00a0\u202f'"
"""Between thousands, beside comma and point."""
_UNIT = "|".join(map(re.escape, UNITS))
SPELLED = re.compile(
    rf"(?P<sign>[+\-\u2212]?)(?P<before>{_UNIT})?[ \u00a0]?(?P<again>[+\-\u2212]?)(?P<digits>\d[\d.,{BLANKS}]*)"
    rf"(?P<last>[\-\u2212]?)[ \u00a0]?(?P<behind>{_UNIT})?",
    re.ASCII,
)
IN_BRACKETS = re.compile(
    rf"(?P<before>{_UNIT})?[ \u00a0]?\((?P<inner>[^()+\-\u2212]+)\)[ \u00a0]?(?P<behind>{_UNIT})?"
)
COMMA, POINT = ",", "."
BOTH = frozenset((COMMA, POINT))
THOUSAND = " "
THOUSANDS = {
    sign: dict.fromkeys(map(ord, f"{BLANKS}{other}"), THOUSAND) for sign, other in ((COMMA, POINT), (POINT, COMMA))
}
"""By the decimal sign, what stands between thousands."""


@dataclass(frozen=True)
class Cell:
    """A number as it is spelled."""

    sign: str
    digits: str
    """With its separators."""
    unit: str
    is_in_brackets: bool
    read_by: frozenset[str]
    """The decimal signs by which it is a number."""

    @classmethod
    def of(cls, text: str) -> Cell | None:
        brackets = IN_BRACKETS.fullmatch(text.strip())
        plain = f"{brackets['before'] or ''}{brackets['inner']}{brackets['behind'] or ''}" if brackets else text
        found = SPELLED.fullmatch(plain.strip())
        if found is None or (found["before"] and found["behind"]):
            return None
        signs = found["sign"] + found["again"] + found["last"]
        if len(signs) > 1:
            return None
        sign = "-" if brackets or signs in ("-", "\u2212") else ""
        digits = found["digits"].strip(BLANKS)
        return cls(sign, digits, found["before"] or found["behind"] or "", bool(brackets), _signs(digits))


def is_spelled_number(text: str) -> bool:
    """Whether it is a number, plain or with signs of people.

    >>> [is_spelled_number(each) for each in ("1,5", "1.234,50 \u20ac", "12 %", "$1,200", "12 apples", "2026.01.31")]
    [True, True, True, True, False, False]
    """
    cell = Cell.of(text)
    return cell is not None and bool(cell.read_by)


@dataclass(frozen=True)
class Spelling:
    """How a column writes its numbers."""

    decimal: str
    unit: str

    def plain(self, text: str) -> str:
        """With a point, and nothing else beside digits and sign; a text that is no such number as it is."""
        cell = Cell.of(text)
        if cell is None or cell.unit != self.unit or self.decimal not in cell.read_by:
            return text
        whole, _, rest = cell.digits.partition(self.decimal)
        digits = "".join(filter(str.isdigit, whole))
        return f"{cell.sign}{digits}{POINT + rest if rest else ''}"


def spellings(
    columns: Sequence[Sequence[str]], *, separator: str, otherwise: str | None = None
) -> Iterator[Spelling | None]:
    """Of each column; None of one that holds other things than numbers, or numbers that are plain.

    A column such as 1,234 alone does not tell whether its comma is decimal: the decimal sign is `otherwise`. Without
    it the others of the file decide. If these do not tell either, a comma is decimal in a file that is not separated
    by commas, and a point always.
    """
    numbers = [_numbers(column) for column in columns]
    told = {sign for of_column in numbers if of_column for sign in [_told(of_column)] if sign}
    by_default = otherwise or (told.pop() if len(told) == 1 else None)
    for of_column in numbers:
        yield _spelling(of_column, by_default or _usual(of_column, separator=separator)) if of_column else None


@dataclass(frozen=True)
class _Number:
    """A text of a column that is a number, and in how many of its cells it stands."""

    text: str
    cell: Cell
    times: int


def _usual(numbers: Sequence[_Number], *, separator: str) -> str:
    has_points = any(POINT in each.cell.digits for each in numbers)
    return POINT if separator == COMMA or has_points else COMMA


def _numbers(column: Sequence[str]) -> list[_Number] | None:
    times = {text: many for text, many in Counter(column).items() if text.strip() and text.strip() not in MARKS}
    cells = {text: Cell.of(text) for text in times}
    numbers = [_Number(text, cell, times[text]) for text, cell in cells.items() if cell]
    strays = sum(times[text] for text, cell in cells.items() if not cell)
    return numbers if numbers and strays <= STRAY_MAX * sum(times.values()) else None


def _spelling(numbers: Sequence[_Number], by_default: str) -> Spelling | None:
    units = {each.cell.unit for each in numbers}
    decimal = _told(numbers) or by_default
    if len(units) > 1:  # euros among dollars, or percent among shares: nobody can tell
        return None
    if all(each.cell.is_in_brackets for each in numbers):  # numbers of notes, as likely as negative ones
        return None
    found = Spelling(decimal, units.pop())
    strays = sum(each.times for each in numbers if decimal not in each.cell.read_by)
    if strays > STRAY_MAX * sum(each.times for each in numbers):
        return None
    return found if any(found.plain(each.text) != each.text.strip() for each in numbers) else None


def _told(numbers: Iterable[_Number]) -> str | None:
    """The decimal sign, where some number can be read by one alone."""
    found = {sign for each in numbers if len(each.cell.read_by) == 1 for sign in each.cell.read_by}
    return found.pop() if len(found) == 1 else None


def _signs(digits: str) -> frozenset[str]:
    return BOTH if digits.isdigit() else frozenset(sign for sign in BOTH if _is_number(digits, decimal=sign))


def _is_number(digits: str, *, decimal: str) -> bool:
    """Whether they can be meant so: digits behind the decimal sign, and before it perhaps groups of thousands."""
    whole, sign, rest = digits.partition(decimal)
    if sign and not (rest.isdigit() and rest.isascii()):
        return False
    if whole.isdigit():
        return True
    first, *groups = whole.translate(THOUSANDS[decimal]).split(THOUSAND)
    is_grouped = len(first) <= 3 and not first.startswith("0") and all(len(group) == 3 for group in groups)
    return is_grouped and first.isdigit() and all(map(str.isdigit, groups))
