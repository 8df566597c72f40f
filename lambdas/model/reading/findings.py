"""Collects what is wrong with a file, cell by cell, and puts it in words.

Rows are counted from 1 without the header and without blank lines; lines are those of the file, as an editor counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from chalicelib.cutting import TAIL_CHARACTERS, amount, cut, listed, verb
from chalicelib.errors import DataError, LabelUnknown, ObjectUnreadable
from lambdas.model.reading.cells import Problem
from lambdas.model.reading.columns import Bad, Gathered, Part
from lambdas.model.reading.records import Record
from lambdas.model.reading.unpacking import way_out

SHOWN_FINDINGS = 3
SHOWN_CELLS = 3
SHOWN_CHARACTERS = 40
FINDING_CHARACTERS = 500
"""A message has room for three findings and the advice."""
NAME_CHARACTERS = 100
SHOWN_LABELS = 8
"""In a message; the error's details have KEPT_LABELS."""
KEPT_LABELS = 50
TOTAL = re.compile(r"(grand |sub)?totals?|sums?|summe|gesamt|totale|totaal", re.IGNORECASE)
"""What a spreadsheet's last row says that adds up the others."""


@dataclass
class Finding:
    """All cells of one column with the same problem: how many, and the first few."""

    problem: Problem
    column: str | None
    count: int = 0
    cells: list[dict[str, object]] = field(default_factory=list)
    texts: Counter[str] = field(default_factory=Counter)
    """Of a column of texts."""

    def words(self, name: str) -> str:
        """Such as: 2 cells of column src_bytes in day3.csv are not a number: row 17 (line 18) 'abc', ..."""
        plural, verb = ("", "is") if self.count == 1 else ("s", "are")
        noun = f"row{plural}" if self.column is None else f"cell{plural} of column {self.column}"
        where = ", ".join(f"row {cell['row']} (line {cell['line']}) {cell['value']!r}" for cell in self.cells)
        more = f", ... ({self.count:,} in all)" if self.count > len(self.cells) else ""
        said = f"{self.count:,} {noun} in {cut(name, NAME_CHARACTERS)} {verb} {self.problem[1]}: {where}{more}"
        return cut(said, FINDING_CHARACTERS)

    @property
    def labels(self) -> dict[str, int]:
        """The different unknown labels and how many rows have each, the most frequent ones first."""
        return dict(self.texts.most_common()) if self.problem[0] is LabelUnknown else {}


class Findings:
    """The problems of a file, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: dict[tuple[str | None, str], Finding] = {}
        self.ending: Sequence[str] = ()
        """The cells of the last row, if it is bad."""

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found.values())

    def note(self, bad: Sequence[Bad], *, first_row: int, records_of: Records) -> None:
        """What was found in some rows, of which the first has this number."""
        for each in bad:
            finding = self._found.setdefault((each.column, each.problem[1]), Finding(each.problem, each.column))
            finding.count += len(each.rows)
            finding.texts.update(each.texts)
            shown = each.rows[: SHOWN_CELLS - len(finding.cells)].tolist()
            for row, (line, fields) in zip(shown, records_of(shown), strict=True):
                value = amount(len(fields), "field") if each.column is None else fields[each.place]
                short = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "..."
                finding.cells.append({"row": first_row + row, "line": line, "value": short})

    def words(self, name: str) -> str:
        """The first few problems."""
        words = [finding.words(name) for finding in [*self][:SHOWN_FINDINGS]]
        more = len(self._found) - SHOWN_FINDINGS
        if more > 0:
            words.append(f"{amount(more, 'more thing')} {verb(more, 'is', 'are')} wrong")
        return ". ".join(words)

    @property
    def without_cells(self) -> str:
        """The problems, each with its rows, and nothing of what is in them."""
        return listed(in_short(each.column, each.problem[1], each.count) for each in self)

    def error(self, name: str, *, model: str, because: str = "") -> DataError:
        """The error of the first bad cell; its message names the other problems too, and says `because`."""
        first = next(iter(self))
        words = [self.words(name), *([because] if because else [])]
        labels = dict(sum((Counter(finding.labels) for finding in self), Counter[str]()).most_common())
        if labels:
            words.append(_either(labels))
        total = next((each.strip() for each in self.ending if TOTAL.fullmatch(each.strip())), None)
        if total is not None:
            words.append(f"The last row looks like the sum of the others ({total!r}): delete it")
        kept = dict(list(labels.items())[:KEPT_LABELS])
        told = {"labels": [list(each) for each in kept.items()], "different_labels": len(labels)} if labels else {}
        return first.problem[0](
            f"{'. '.join(words)}. {way_out(name, model=model)}",
            object=name,
            column=first.column,
            count=first.count,
            cells=first.cells,
            without_cells=self.without_cells,
            **told,
        )

    def malformed(self, name: str, *, model: str, why: str) -> DataError:
        """The error of a file that cannot be read to its end; its message names the problems before that."""
        words = [f"{name} cannot be read as CSV: {why}", *(f.words(name) for f in self._found.values())]
        said = f"{'. '.join(words[:SHOWN_FINDINGS])}. {way_out(name, model=model)}"
        return ObjectUnreadable(said, object=name, without_cells=f"cannot be read as CSV: {why}")


Records = Callable[[Sequence[int]], Sequence[Record]]
"""From the positions of a few rows of a part to their records."""


class Looked:
    """What was read of a file so far: its good rows, and what is wrong with the others."""

    def __init__(self, gathered: Gathered) -> None:
        self.gathered, self.wanted, self.findings = gathered, gathered.wanted, Findings()

    def take(self, part: Part, records_of: Records) -> None:
        bad = part.bad(self.wanted)
        self.findings.note(bad, first_row=self.gathered.rows + 1, records_of=records_of)
        last = len(part) - 1
        is_bad = any(int(each.rows[-1]) == last for each in bad)
        self.findings.ending = records_of([last])[0][1] if is_bad else ()
        self.gathered.rows += len(part)
        self.gathered.add(part, bad=bad)


def in_short(column: str | None, problem: str, rows: int) -> str:
    """
    >>> in_short("age", "empty", 1200), in_short(None, "shorter than the header", 1)
    ('column age empty (1,200)', 'row shorter than the header (1)')
    """
    return f"{'row' if column is None else f'column {column}'} {problem} ({rows:,})"


def of_width(fields: Sequence[str], width: int) -> Problem:
    """The problem of a record of other than so many fields."""
    header = f"than the header, which names {amount(width, 'field')}"
    if len(fields) < width:
        return ObjectUnreadable, f"shorter {header}"
    if "".join(fields[width:]).strip():
        return ObjectUnreadable, f"longer {header}{_in_single_quotes(fields)}"
    commas = amount(len(fields) - width, "comma")
    return ObjectUnreadable, f"longer {header}, by {commas} at the end: write as many behind the header, or none"


def _in_single_quotes(fields: Sequence[str]) -> str:
    """What to write where a text that holds a comma stands in single quotes, which CSV does not know."""
    is_cut = any(one.lstrip().startswith("'") and other.rstrip().endswith("'") for one, other in pairwise(fields))
    return "; single quotes hold no comma, write double ones around such a text" if is_cut else ""


def _either(labels: dict[str, int]) -> str:
    """The unknown labels, and that the recipe may be what is wrong."""
    shown = [
        f"{cut(label, SHOWN_CHARACTERS + TAIL_CHARACTERS)!r}: {amount(rows, 'row')}"
        for label, rows in list(labels.items())[:SHOWN_LABELS]
    ]
    more = f", and {len(labels) - SHOWN_LABELS:,} more" if len(labels) > SHOWN_LABELS else ""
    many = len(labels)
    different = f"{amount(many, verb(many, 'label', 'different label'))} {verb(many, 'is', 'are')}"
    return (
        f"{different} unknown ({', '.join(shown)}{more}). Either the recipe is wrong: list them in"
        ' its `classes`, or say other="CLASS" for all that it does not list. Or the file is'
    )
