"""Looks at every cell of a file and remembers of each column what tells which kind of feature it is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from string import whitespace

from chalicelib.limits import CATEGORY_CHARACTERS
from lambdas.model.reading.cells import number_check
from lambdas.model.reading.records import Record, is_blank, records
from lambdas.model.reading.strict import NUMERALS
from lambdas.model.recipe import Numeric
from lambdas.model.recipe.elements import MAGNITUDE_MAX
from workflows.converting.marks import MARKS
from workflows.converting.written_dates import PACKED, order
from workflows.drafting.returning_dates import Dates

BATCH_RECORDS = 500
LEVELS_KEPT = 10_000
"""Texts of a column that are remembered once one of them was there twice."""
DIFFERENT_KEPT = 200_000
"""Texts that are remembered while none was there twice; a column of so many counts as different to its end."""
OTHERS_KEPT = 20
DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ].*)?", re.ASCII)

_is_number = number_check(Numeric("number"))


@dataclass
class Column:
    """What the cells seen so far tell of a column."""

    name: str
    rows: int = 0
    empty: int = 0
    """Cells that hold nothing, or blanks alone."""
    numbers: int = 0
    smallest: float = math.inf
    largest: float = -math.inf
    is_whole: bool = True
    """Whether all its numbers are whole."""
    rises: bool = True
    """Whether every cell is a larger number than the one before."""
    is_dated: bool = True
    """Whether every cell that is neither empty nor a mark looks like a date."""
    dates: Dates = field(default_factory=Dates)
    """Its cells that are neither empty nor a mark, as dates."""
    first_no_date: tuple[int, str] | None = None
    """The first of these that is none, though most are."""
    marks: Counter[str] = field(default_factory=Counter)
    """How often each text occurs that stands for a missing value."""
    longest: int = 0
    """Characters of a cell."""
    first_long: tuple[int, str] | None = None
    """The first cell that is too long for a category."""
    words: int = 0
    """Of all cells that are no numbers, separated by blanks."""
    stray: tuple[int, str] | None = None
    """The first cell that is neither empty nor a number: its line, and the text."""
    first_bad: tuple[int, str] | None = None
    """The first of these that stands for no missing value either."""
    others: dict[str, None] = field(default_factory=dict)
    """The first different texts that are neither empty nor a number, OTHERS_KEPT at most."""
    levels: Counter[str] | None = field(default_factory=Counter)
    """How often each text occurs; None once there are too many."""
    is_different: bool = True
    """Whether no text occurs twice."""
    _last: float = -math.inf

    @property
    def texts(self) -> int:
        """Cells that are neither empty nor a number."""
        return self.rows - self.empty - self.numbers

    @property
    def are_mostly_dates(self) -> bool:
        """Whether most cells are dates to a run, and tell something of the days to come."""
        return self.dates.cells > 0 and bool(self.dates.telling)

    @property
    def holds_days(self) -> bool:
        """Whether its numbers are days as year, month, day."""
        return bool(self.is_whole and self.levels and order(list(self.levels)) is PACKED)

    def add(self, cells: Sequence[str], *, lines: Sequence[int]) -> None:
        """Some rows; `lines` are those of the file that they begin on."""
        counts = Counter(cells)
        numbers = _numbers(counts)
        self.rows += len(cells)
        self.longest = max(self.longest, *map(len, counts))
        if self.first_long is None and self.longest > CATEGORY_CHARACTERS:
            long = [text for text in cells if len(text) > CATEGORY_CHARACTERS]
            self.first_long = _first(long, cells=cells, lines=lines)
        self._add_numbers(numbers, counts=counts)
        self._add_texts(counts, numbers=numbers, cells=cells, lines=lines)
        self.rises = self.rises and self._goes_on_rising(cells, numbers)
        self._add_levels(counts)

    def _add_numbers(self, numbers: dict[str, float], *, counts: Counter[str]) -> None:
        if numbers:
            self.numbers += sum(counts[text] for text in numbers)
            self.smallest = min(self.smallest, *numbers.values())
            self.largest = max(self.largest, *numbers.values())
            self.is_whole = self.is_whole and all(map(float.is_integer, numbers.values()))

    def _add_texts(
        self, counts: Counter[str], *, numbers: dict[str, float], cells: Sequence[str], lines: Sequence[int]
    ) -> None:
        self._add_dates(
            {text: counts[text] for text in counts if text.strip(whitespace) and text not in MARKS}, cells, lines
        )
        if len(numbers) == len(counts):
            self.is_dated = False
            return
        others = [text for text in counts if text not in numbers]
        full = [text for text in others if text.strip(whitespace)]
        self.empty += sum(counts[text] for text in others) - sum(counts[text] for text in full)
        self.words += sum(len(text.split()) * counts[text] for text in full)
        self.marks.update({text: counts[text] for text in full if text in MARKS})
        said = [text for text in full if text not in MARKS]
        self.is_dated = self.is_dated and not numbers and all(map(DATE.fullmatch, said))
        self.others |= dict.fromkeys(full[: OTHERS_KEPT - len(self.others)])
        self.stray = self.stray or _first(full, cells=cells, lines=lines)
        self.first_bad = self.first_bad or _first(said, cells=cells, lines=lines)

    def _add_dates(self, counts: dict[str, int], cells: Sequence[str], lines: Sequence[int]) -> None:
        bad = self.dates.add(counts)
        if bad is not None:
            self.first_no_date = self.first_no_date or _first([bad], cells=cells, lines=lines)

    def _goes_on_rising(self, cells: Sequence[str], numbers: dict[str, float]) -> bool:
        if not all(text in numbers for text in cells):
            return False
        ordered = [self._last, *(numbers[text] for text in cells)]
        self._last = ordered[-1]
        return all(before < after for before, after in pairwise(ordered))

    def _add_levels(self, counts: Counter[str]) -> None:
        if self.levels is None:
            return
        self.levels.update(counts)
        self.is_different = len(self.levels) == self.rows
        if len(self.levels) > (DIFFERENT_KEPT if self.is_different else LEVELS_KEPT):
            self.levels = None


def _first(texts: Sequence[str], *, cells: Sequence[str], lines: Sequence[int]) -> tuple[int, str] | None:
    """The first of these texts, in the order of the cells, with its line; None for no text."""
    return (lines[cells.index(texts[0])], texts[0]) if texts else None


def look_at_columns(text: bytes) -> list[Column]:
    """Of a text that a run can read: each record has as many fields as the header."""
    found = (record for record in records(text) if not is_blank(record[1]))
    _, header = next(found)
    columns = [Column(name.strip()) for name in header]
    while batch := list(islice(found, BATCH_RECORDS)):
        for column, cells in zip(columns, _across(batch), strict=True):
            column.add(cells, lines=[line for line, _ in batch])
    return columns


def _across(batch: Sequence[Record]) -> Iterator[tuple[str, ...]]:
    return zip(*(fields for _, fields in batch), strict=True)


def _numbers(counts: Counter[str]) -> dict[str, float]:
    """The texts that a run reads as a number."""
    full = [text for text in counts if text and text not in MARKS]  # one gap makes no column slow
    if NUMERALS.fullmatch("".join(full)):
        try:
            found = dict(zip(full, map(float, full), strict=True))
        except ValueError:
            found = {}
        if found and max(map(abs, found.values())) <= MAGNITUDE_MAX:
            return found
    return {text: float(text.strip(whitespace)) for text in full if _is_number(text) is None}
