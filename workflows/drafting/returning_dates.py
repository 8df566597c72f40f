"""Remembers of a column's dates which parts of them come again: what tells of the days to come."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lambdas.model.reading.date_cells import seconds_in
from lambdas.model.recipe.elements import CATEGORIES_OF_A_DATE

YEARS_MIN = 3
"""So many different years tell something by their number, as of a birth; two are hardly more than a date."""

TEXTS_KEPT = 50_000
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Dates:
    """Those seen so far."""

    cells: int = 0
    """Those that a run reads as dates."""
    bad: int = 0
    """Those that hold something else."""
    first: float = math.inf
    last: float = -math.inf
    """Seconds since 1970."""
    found: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in CATEGORIES_OF_A_DATE})
    """Of each part that comes again and again, which there were."""
    years: set[int] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    """Texts that were looked at, TEXTS_KEPT at most."""

    @property
    def are_few(self) -> bool:
        """Whether most cells are no dates: then no more of them are looked at."""
        return self.bad > self.cells

    def add(self, texts: Mapping[str, int]) -> str | None:
        """Cells, as how often each text occurs; returns the first text that is no date to a run."""
        first_bad = None
        for text, times in {} if self.are_few else texts.items():
            seconds = 0.0 if text in self._seen else seconds_in(text)
            if seconds is None:
                self.bad += times
                first_bad = first_bad or text
                continue
            self.cells += times
            if text in self._seen:
                continue
            if len(self._seen) < TEXTS_KEPT:
                self._seen.add(text)
            at = BEGIN + timedelta(seconds=seconds)
            self.first, self.last = min(self.first, seconds), max(self.last, seconds)
            self.years.add(at.year)
            for name, part in (("month", at.month), ("weekday", at.weekday()), ("hour", at.hour)):
                self.found[name].add(part)
        return first_bad

    @property
    def telling(self) -> list[str]:
        """The parts of which there are several; none where most cells are no dates to a run."""
        if self.are_few:
            return []
        year = ["year"] if len(self.years) >= YEARS_MIN else []
        return year + [name for name, found in self.found.items() if len(found) > 1]

    @property
    def span(self) -> str:
        """Of at least one date."""
        first, last = ((BEGIN + timedelta(seconds=each)).date() for each in (self.first, self.last))
        return f"{first} to {last}"
