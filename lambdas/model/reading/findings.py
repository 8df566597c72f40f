"""Collects what is wrong with a file, cell by cell, and puts it in words.

Rows are counted from 1 without the header and without blank lines; lines are those of the file, as an editor counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from chalicelib.cutting import cut
from chalicelib.errors import DataError, ObjectUnreadable
from lambdas.model.reading.cells import Check, Problem, number_check
from lambdas.model.reading.columns import Wanted
from lambdas.model.reading.records import Record
from lambdas.model.reading.unpacking import way_out

SHOWN_FINDINGS = 3
SHOWN_CELLS = 3
SHOWN_CHARACTERS = 40
FINDING_CHARACTERS = 500
"""A message has room for three findings and the advice."""
NAME_CHARACTERS = 100
CACHED_CELLS = 10_000


@dataclass
class Finding:
    """All cells of one column with the same problem: how many, and the first few."""

    problem: Problem
    column: str | None
    count: int = 0
    cells: list[dict[str, object]] = field(default_factory=list)

    def add(self, row: int, *, line: int, value: str) -> None:
        self.count += 1
        if self.count <= SHOWN_CELLS:
            short = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "..."
            self.cells.append({"row": row, "line": line, "value": short})

    def words(self, name: str) -> str:
        """Such as: 2 cells of column src_bytes in day3.csv are not a number: row 17 (line 18) 'abc', ..."""
        plural, verb = ("", "is") if self.count == 1 else ("s", "are")
        noun = f"row{plural}" if self.column is None else f"cell{plural} of column {self.column}"
        where = ", ".join(f"row {cell['row']} (line {cell['line']}) {cell['value']!r}" for cell in self.cells)
        more = f", ... ({self.count:,} in all)" if self.count > len(self.cells) else ""
        said = f"{self.count:,} {noun} in {cut(name, NAME_CHARACTERS)} {verb} {self.problem[1]}: {where}{more}"
        return cut(said, FINDING_CHARACTERS)


class Findings:
    """The problems of a file, in the order in which they were found."""

    def __init__(self, wanted: Wanted) -> None:
        numeric = [(place, column.name, number_check(column)) for place, column in wanted.numeric]
        self._checks: list[tuple[int, str, Check]] = [
            (place, column, lru_cache(CACHED_CELLS)(check)) for place, column, check in [*numeric, *wanted.texts]
        ]
        self._width = wanted.width
        self._found: dict[tuple[str | None, str], Finding] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def note(self, records: Sequence[Record], *, first_row: int) -> None:
        """Look at every cell of these rows."""
        for row, (line, fields) in enumerate(records, first_row):
            for column, problem, value in self._problems(fields):
                finding = self._found.setdefault((column, problem[1]), Finding(problem, column))
                finding.add(row, line=line, value=value)

    def _problems(self, fields: list[str]) -> Iterator[tuple[str | None, Problem, str]]:
        if len(fields) != self._width:
            than = "longer" if len(fields) > self._width else "shorter"
            problem = (ObjectUnreadable, f"{than} than the header, which names {self._width} fields")
            yield None, problem, f"{len(fields)} fields"
            return
        for place, column, check in self._checks:
            found = check(fields[place])
            if found:
                yield column, found, fields[place]

    def error(self, name: str, *, model: str) -> DataError:
        """The error of the first bad cell; its message names the other problems too."""
        first, *others = self._found.values()
        words = [finding.words(name) for finding in (first, *others[: SHOWN_FINDINGS - 1])]
        if len(self._found) > SHOWN_FINDINGS:
            words.append(f"{len(self._found) - SHOWN_FINDINGS:,} more things are wrong")
        return first.problem[0](
            f"{'. '.join(words)}. {way_out(name, model=model)}",
            object=name,
            column=first.column,
            count=first.count,
            cells=first.cells,
        )

    def malformed(self, name: str, *, model: str, why: str) -> DataError:
        """The error of a file that cannot be read to its end; its message names the problems before that."""
        words = [f"{name} cannot be read as CSV: {why}", *(f.words(name) for f in self._found.values())]
        return ObjectUnreadable(f"{'. '.join(words[:SHOWN_FINDINGS])}. {way_out(name, model=model)}", object=name)
