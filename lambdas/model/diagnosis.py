"""What is wrong with a CSV file, cell by cell: read only once it is known that something is.

Rows are counted from 1 without the header and without blank lines; lines are those of the file, as an editor counts.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from chalicelib.errors import DataError, ObjectUnreadable
from lambdas.model.cells import Problem, categorical_problem, label_problem, numeric_problem
from lambdas.model.header import Places, is_blank
from lambdas.model.recipe import Categorical, Numeric, Recipe
from lambdas.model.unpacking import unreadable, way_out

Check = tuple[str, int, Callable[[str], Problem | None]]
"""A column, its place among the fields, and what is wrong with a cell of it."""

SHOWN_CELLS = 3
SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Record:
    """A data row. `line` is the one that it begins on."""

    row: int
    line: int
    fields: list[str]


@dataclass
class Finding:
    """All cells of one column with the same problem: how many, and the first few."""

    problem: Problem
    column: str | None
    count: int = 0
    cells: list[dict[str, object]] = field(default_factory=list)

    def add(self, record: Record, *, value: str) -> None:
        self.count += 1
        if self.count <= SHOWN_CELLS:
            short = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "..."
            self.cells.append({"row": record.row, "line": record.line, "value": short})

    def words(self, name: str) -> str:
        """Such as: 2 cells of column src_bytes in day3.csv are not a number: row 17 (line 18) 'abc', ..."""
        plural, verb = ("", "is") if self.count == 1 else ("s", "are")
        noun = f"row{plural}" if self.column is None else f"cell{plural} of column {self.column}"
        where = ", ".join(f"row {cell['row']} (line {cell['line']}) {cell['value']!r}" for cell in self.cells)
        more = f", ... ({self.count:,} in all)" if self.count > len(self.cells) else ""
        return f"{self.count:,} {noun} in {name} {verb} {self.problem[1]}: {where}{more}"


def diagnose(name: str, *, text: bytes, places: Places, recipe: Recipe) -> DataError | None:
    """The error of the first bad cell, naming all that is wrong beside it; None when every cell is good."""
    findings: dict[tuple[str | None, str], Finding] = {}
    reached = 1
    try:
        checks = _checks(places, recipe=recipe)
        for record in _records(text):
            reached = record.line
            for column, problem, value in _problems(record, checks=checks, width=places.width):
                finding = findings.setdefault((column, problem[1]), Finding(problem, column))
                finding.add(record, value=value)
    except csv.Error as exc:
        return unreadable(name, model=recipe.model, why=f"cannot be read as CSV after line {reached} ({exc})")
    return _error(name, findings=list(findings.values()), model=recipe.model) if findings else None


def _error(name: str, *, findings: list[Finding], model: str) -> DataError:
    first = findings[0]
    words = ". ".join(finding.words(name) for finding in findings)
    return first.problem[0](
        f"{words}. {way_out(name, model=model)}",
        object=name,
        column=first.column,
        count=first.count,
        cells=first.cells,
    )


def _records(text: bytes) -> Iterator[Record]:
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline=""), strict=True)
    row, line = -1, 1
    for fields in reader:
        if not is_blank(fields):
            row += 1
            if row:
                yield Record(row, line, fields)
        line = reader.line_num + 1


def _checks(places: Places, *, recipe: Recipe) -> list[Check]:
    of_columns: list[Check] = [
        (column.name, places.of_columns[column.name], partial(_column_problem, column=column))
        for column in recipe.columns
    ]
    return [*of_columns, (recipe.label, places.of_columns[recipe.label], partial(label_problem, recipe=recipe))]


def _column_problem(text: str, *, column: Numeric | Categorical) -> Problem | None:
    if isinstance(column, Numeric):
        return numeric_problem(text, column=column)
    return categorical_problem(text, column=column)


def _problems(record: Record, *, checks: list[Check], width: int) -> Iterator[tuple[str | None, Problem, str]]:
    fields = record.fields
    if len(fields) > width:
        problem = (ObjectUnreadable, f"longer than the header, which names {width} fields")
        yield None, problem, f"{len(fields)} fields"
        return
    for column, place, check in checks:
        value = fields[place] if place < len(fields) else ""
        found = check(value)
        if found:
            yield column, found, value
