"""Reads a column's numbers as people write them: decimal commas, separators of thousands, percent, currencies, and
negative ones as books keep them, (12.50) or 12.50-.

A column is rewritten where all its cells that hold something, but for one in a hundred, are numbers by one spelling.
"""

from __future__ import annotations

import re
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


@dataclass(frozen=True)
class Cell:
    """A number as it is spelled."""

    sign: str
    digits: str
    """With its separators."""
    unit: str
    is_in_brackets: bool = False

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
        return cls(sign, found["digits"].strip(BLANKS), found["before"] or found["behind"] or "", bool(brackets))

    def is_read_by(self, decimal: str) -> bool:
        return _decimals(self, decimal) is not None


def is_spelled_number(text: str) -> bool:
    """Whether it is a number, plain or with signs of people.

    >>> [is_spelled_number(each) for each in ("1,5", "1.234,50 \u20ac", "12 %", "$1,200", "12 apples", "2026.01.31")]
    [True, True, True, True, False, False]
    """
    cell = Cell.of(text)
    return cell is not None and (cell.is_read_by(COMMA) or cell.is_read_by(POINT))


@dataclass(frozen=True)
class Spelling:
    """How a column writes its numbers."""

    decimal: str
    unit: str

    def plain(self, text: str) -> str:
        """With a point, and nothing else beside digits and sign; a text that is no such number as it is."""
        cell = Cell.of(text)
        if cell is None or cell.unit != self.unit or not cell.is_read_by(self.decimal):
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
    cells = [_cells(column) for column in columns]
    told = {sign for column in cells if column for sign in [_told(column)] if sign}
    by_default = otherwise or (told.pop() if len(told) == 1 else None)
    for column, of in zip(columns, cells, strict=True):
        yield _spelling(column, of, by_default or _usual(of, separator=separator)) if of else None


def _usual(cells: Sequence[Cell], *, separator: str) -> str:
    has_points = any(POINT in cell.digits for cell in cells)
    return POINT if separator == COMMA or has_points else COMMA


def _cells(column: Sequence[str]) -> list[Cell] | None:
    texts = [text for text in column if text.strip() and text.strip() not in MARKS]
    cells = [cell for cell in map(Cell.of, texts) if cell]
    return cells if cells and len(texts) - len(cells) <= STRAY_MAX * len(texts) else None


def _spelling(column: Iterable[str], cells: Sequence[Cell], by_default: str) -> Spelling | None:
    units = {cell.unit for cell in cells}
    decimal = _told(cells) or by_default
    if len(units) > 1:  # euros among dollars, or percent among shares: nobody can tell
        return None
    if all(cell.is_in_brackets for cell in cells):  # numbers of notes, as likely as negative ones
        return None
    good = [cell for cell in cells if cell.is_read_by(decimal)]
    found = Spelling(decimal, units.pop())
    if len(cells) - len(good) > STRAY_MAX * len(cells):
        return None
    return found if any(found.plain(text) != text.strip() for text in column if Cell.of(text)) else None


def _told(cells: Iterable[Cell]) -> str | None:
    """The decimal sign, where some number can be read by one alone."""
    found = {
        sign for cell in cells for sign in (COMMA, POINT) if cell.is_read_by(sign) > cell.is_read_by(_other(sign))
    }
    return found.pop() if len(found) == 1 else None


def _decimals(cell: Cell, decimal: str) -> str | None:
    """The digits behind the decimal sign; None where the number cannot be meant so."""
    whole, sign, rest = cell.digits.partition(decimal)
    thousands = _other(decimal)
    if sign and not (rest.isdigit() and rest.isascii()):
        return None
    groups = whole.translate(dict.fromkeys(map(ord, BLANKS), thousands)).split(thousands)
    is_grouped = (
        len(groups[0]) <= 3 and not groups[0].startswith("0") and all(len(group) == 3 for group in groups[1:])
    )
    return rest if whole.isdigit() or (is_grouped and all(map(str.isdigit, groups))) else None


def _other(sign: str) -> str:
    return POINT if sign == COMMA else COMMA
