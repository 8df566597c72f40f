"""Reads any file record by record, by the grammar of `records`: keeps the good rows and names what is wrong with the
others."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from string import whitespace

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.reading.cells import MISSING, NO_DATE, Problem, number_check
from lambdas.model.reading.columns import Bad, Codes, Part, Wanted, coded
from lambdas.model.reading.date_cells import seconds_in
from lambdas.model.reading.findings import Looked, of_width
from lambdas.model.reading.records import Malformed, Record, count_lines, is_blank, records
from lambdas.model.recipe import Date, Numeric

BATCH_RECORDS = 500
"""Few enough to stay in a processor's cache."""
NUMERALS = re.compile(r"[0-9+\-.eE\s]*", re.ASCII)
"""Of texts of these characters, float() reads those that `cells.number_check` reads, and no others."""


def gather(name: str, *, text: bytes, into: Looked, model: str) -> None:
    """Look at all rows; raises ObjectUnreadable where the text breaks the grammar."""
    into.gathered.lines = count_lines(text)
    try:
        read(records(text), into)
    except Malformed as exc:
        raise into.findings.malformed(name, model=model, why=f"{exc}") from exc


def read(found: Iterable[Record], looked: Looked, *, header: bool = True) -> None:
    """Add the rows to what was looked at before; the first of the records is the header, or `header` is False."""
    batch: list[Record] = []
    try:
        for record in found:
            if len(record[1]) < 2 and is_blank(record[1]):
                looked.gathered.blank_lines += 1
            elif header:
                header = False
            else:
                batch.append(record)
                if len(batch) == BATCH_RECORDS:
                    _take(batch, looked)
                    batch = []
    finally:
        if batch:
            _take(batch, looked)


def _take(batch: Sequence[Record], looked: Looked) -> None:
    looked.take(
        _part([fields for _, fields in batch], wanted=looked.wanted), lambda rows: [batch[row] for row in rows]
    )


def _part(rows: list[list[str]], *, wanted: Wanted) -> Part:
    by_problem: dict[Problem, list[int]] = {}
    for row, fields in enumerate(rows):
        if len(fields) != wanted.width:
            by_problem.setdefault(of_width(fields, wanted.width), []).append(row)
            rows[row] = [""] * wanted.width
    unreadable = [Bad(np.array(found), problem, None, -1) for problem, found in by_problem.items()]
    columns = list(zip(*rows, strict=True))
    numbers, bad = numbers_of({place: columns[place] for place, _ in wanted.numeric}, wanted=wanted, rows=len(rows))
    return Part(numbers, [coded(columns[place]) for place, _, _ in wanted.texts], (*unreadable, *bad))


def numbers_of(texts: Mapping[int, Sequence[str]], *, wanted: Wanted, rows: int) -> tuple[Floats, tuple[Bad, ...]]:
    """The numeric columns of so many rows, (rows, k), from their texts by their places; and what is no number."""
    numbers, found = np.empty((rows, len(wanted.numeric))), []
    for j, (place, column) in enumerate(wanted.numeric):
        numbers[:, j], bad = _numbers(texts[place], column=column, place=place, absent=wanted.absent_of(column))
        found += bad
    return numbers, tuple(found)


def _numbers(
    texts: Sequence[str], *, column: Numeric, place: int, absent: Collection[str]
) -> tuple[Floats, list[Bad]]:
    """(n,): where one of them is no number, each different text is looked at by itself."""
    if NUMERALS.fullmatch("".join(texts)) and not isinstance(column, Date):
        try:
            return np.array(list(map(float, texts))), []
        except ValueError:
            pass
    return numbers_of_codes(*coded(texts), column=column, place=place, absent=absent)


def numbers_of_codes(
    codes: Codes, levels: Sequence[str], *, column: Numeric, place: int, absent: Collection[str]
) -> tuple[Floats, list[Bad]]:
    """The same of texts as codes of the different ones."""
    stripped = [level.strip(whitespace) for level in levels]
    problems, numbers = (_dates if isinstance(column, Date) else _each_number)(stripped, column, absent)
    bad = []
    for problem in dict.fromkeys(filter(None, problems)):
        having = [code for code, found in enumerate(problems) if found == problem]
        bad.append(Bad(np.flatnonzero(np.isin(codes, having)), problem, column.name, place))
    return np.array(numbers)[codes], bad


def _each_number(
    texts: Sequence[str], column: Numeric, absent: Collection[str]
) -> tuple[list[Problem | None], list[float]]:
    check = number_check(column, absent=absent)
    problems = [check(text) for text in texts]
    numbers = [
        math.nan if problem or text in absent else float(text) for text, problem in zip(texts, problems, strict=True)
    ]
    return problems, numbers


def _dates(texts: Sequence[str], _: Numeric, absent: Collection[str]) -> tuple[list[Problem | None], list[float]]:
    """Each is read once: of times most are different."""
    seconds = [math.nan if text in absent else seconds_in(text) for text in texts]
    problems = [
        (NO_DATE if text else MISSING) if number is None else None
        for text, number in zip(texts, seconds, strict=True)
    ]
    return problems, [math.nan if number is None else number for number in seconds]
