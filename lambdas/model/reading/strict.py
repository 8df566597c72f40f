"""Reads any file record by record, by the grammar of `records`: keeps the good rows and names what is wrong with the
others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from string import whitespace

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.reading.cells import Problem, number_check
from lambdas.model.reading.columns import Bad, Part, Wanted, coded
from lambdas.model.reading.findings import Looked, of_width
from lambdas.model.reading.records import Malformed, Record, count_lines, is_blank, records
from lambdas.model.recipe import Numeric

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
            by_problem.setdefault(of_width(len(fields), wanted.width), []).append(row)
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
    if NUMERALS.fullmatch("".join(texts)):
        try:
            return np.array(list(map(float, texts))), []
        except ValueError:
            pass
    codes, levels = coded(texts)
    check = number_check(column, absent=absent)
    problems = [check(level) for level in levels]
    numbers = [
        float("nan") if problem or level.strip(whitespace) in absent else float(level)
        for level, problem in zip(levels, problems, strict=True)
    ]
    bad = []
    for problem in dict.fromkeys(filter(None, problems)):
        having = [code for code, found in enumerate(problems) if found == problem]
        bad.append(Bad(np.flatnonzero(np.isin(codes, having)), problem, column.name, place))
    return np.array(numbers)[codes], bad
