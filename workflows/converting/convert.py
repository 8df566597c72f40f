"""Converts a file, and tells in words what was changed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.cutting import amount, quoted
from workflows.converting import numbers, separating, written_dates
from workflows.converting.decoding import UTF_8, decoded
from workflows.converting.numbers import Spelling

EXAMPLE_CHARACTERS = 40


@dataclass(frozen=True)
class Converted:
    """A CSV file as runs read one."""

    body: bytes
    changes: Sequence[str]
    """In words, a line each; none of a file that is as it should be."""
    doubts: Mapping[str, str]
    """By column in words why it stays as it is, though it holds dates."""


def convert(name: str, body: bytes, *, dates: re.Pattern[str] | None = None, decimal: str | None = None) -> Converted:
    """`dates` and `decimal` are the order of dates and the decimal sign of columns that do not tell.

    Raises BadRequest for what is no text of records.
    """
    text, encoding = decoded(name, body)
    records, separator = separating.separated(name, text)
    header, told = _names(records[0])
    changes = [f"its encoding was {encoding}, and is UTF-8"] if encoding != UTF_8 else []
    if separator != separating.COMMA:
        changes.append(f"its fields were separated by {separating.named(separator)}, and are by commas")
    columns = list(zip(*records[1:], strict=True)) or [() for _ in header]
    spellings = numbers.spellings(columns, separator=separator, otherwise=decimal)
    orders = written_dates.orders(columns, otherwise=dates)
    written, doubts = [], {}
    for column, title, spelling, order in zip(columns, header, spellings, orders, strict=True):
        cells, how = _column(column, spelling, order)
        written.append(cells)
        changes += [f"{title}: {how}"] if how else []
        if order is None and (date := written_dates.in_doubt(column)):
            doubts[title] = f"stays as it is: dates such as {quoted(date)} may have the day first or the month first"
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *zip(*written, strict=True)])
    return Converted(out.getvalue().encode(), [*changes, *told], doubts)


def _column(
    column: Sequence[str], spelling: Spelling | None, order: re.Pattern[str] | None
) -> tuple[Sequence[str], str]:
    """Its cells, and what became of them, in words."""
    if spelling is not None:
        return _changed(column, {text: spelling.plain(text) for text in set(column)}, beside=_beside(spelling))
    if order is not None:
        return _changed(column, {text: written_dates.iso(text, order) or text for text in set(column)}, beside="")
    return column, ""


def _beside(spelling: Spelling) -> str:
    return f"; all were in {spelling.unit}" if spelling.unit else ""


def _changed(column: Sequence[str], written: Mapping[str, str], *, beside: str) -> tuple[Sequence[str], str]:
    changed = [text for text in column if text != written[text]]
    longest = max(changed, key=len)
    one, other = (quoted(each, EXAMPLE_CHARACTERS) for each in (longest, written[longest]))
    said = f"{amount(len(changed), 'cell')}, such as {one}, which is {other} now{beside}"
    return [written[text] for text in column], said


def _names(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """A name that was there before gets a number."""
    taken, times = {name.strip() for name in header}, Counter[str]()
    names: list[str] = []
    for name in map(str.strip, header):
        times[name] += 1
        if name and times[name] > 1:
            name = next(each for each in _numbered(name) if each not in taken)
            taken.add(name)
        names.append(name)
    told = [
        f"{new}: was a second {old.strip()}" for old, new in zip(header, names, strict=True) if old.strip() != new
    ]
    return names, told


def _numbered(name: str) -> Iterator[str]:
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1
