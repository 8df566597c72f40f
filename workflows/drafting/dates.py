"""Remembers of a column's dates which parts of them come again: what tells of the days to come."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lambdas.model.reading.date_cells import seconds_in
from lambdas.model.recipe.parts import CATEGORIES_OF_A_DATE

YEARS_MIN = 3
"""So many different years tell something by their number, as of a birth; two are hardly more than a date."""

TEXTS_KEPT = 50_000
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Dates:
    """Those seen so far."""

    are_read: bool = True
    """Whether a run reads all of them as dates."""
    first: float = math.inf
    last: float = -math.inf
    """Seconds since 1970."""
    found: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in CATEGORIES_OF_A_DATE})
    """Of each part that comes again and again, which there were."""
    years: set[int] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    """Texts that were looked at, TEXTS_KEPT at most."""

    def add(self, texts: Iterable[str]) -> None:
        for text in texts if self.are_read else ():
            if text in self._seen:
                continue
            if len(self._seen) < TEXTS_KEPT:
                self._seen.add(text)
            seconds = seconds_in(text)
            if seconds is None:
                self.are_read = False
                return
            at = BEGIN + timedelta(seconds=seconds)
            self.first, self.last = min(self.first, seconds), max(self.last, seconds)
            self.years.add(at.year)
            for name, part in (("month", at.month), ("weekday", at.weekday()), ("hour", at.hour)):
                self.found[name].add(part)

    @property
    def telling(self) -> list[str]:
        """The parts of which there are several; none where some cell is no date to a run."""
        if not self.are_read:
            return []
        year = ["year"] if len(self.years) >= YEARS_MIN else []
        return year + [name for name, found in self.found.items() if len(found) > 1]

    @property
    def span(self) -> str:
        """Of at least one date."""
        first, last = ((BEGIN + timedelta(seconds=each)).date() for each in (self.first, self.last))
        return f"{first} to {last}"
