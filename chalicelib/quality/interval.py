"""The ends that a true ratio is between."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import count, number
from chalicelib.exact import between, fewer


class Interval(Document):
    """Between which ends the true ratio is: beyond each of them with a probability of 1 - `sure` at most."""

    low: float = holds(number)
    high: float = holds(number)
    sure: float = holds(number)
    rows: int = holds(count)
    """That the ratio is a share of."""
    distinct: int = holds(count)
    """As many rows without copies would tell as much; equal to `rows` where none is a copy."""

    @property
    def lines(self) -> Sequence[str]:
        """In words: the ends, and a second line where copies make rows count for less."""
        ends = between(self.low, self.high, sure=self.sure)
        return [each for each in (ends, fewer(self.rows, distinct=self.distinct)) if each]
