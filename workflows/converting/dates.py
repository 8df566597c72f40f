"""Reads a column's dates with the day or the month first, where the column tells which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from workflows.converting.marks import MARKS

SPELLED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)
DAY_FIRST, MONTH_FIRST = (2, 1, 0), (2, 0, 1)
"""Where year, month and day stand among the three."""


def order(column: Sequence[str]) -> tuple[int, int, int] | None:
    """Of a column of such dates alone; None of another, or where both orders are possible or none."""
    texts = [text for text in column if text.strip() and text.strip() not in MARKS]
    if not texts or not all(SPELLED.fullmatch(text.strip()) for text in texts):
        return None
    fitting = [each for each in (DAY_FIRST, MONTH_FIRST) if all(iso(text, each) for text in texts)]
    if len(fitting) == 2 and all(text.strip().count(".") == 2 for text in texts):
        return DAY_FIRST  # with points nobody writes the month first
    return fitting[0] if len(fitting) == 1 else None


def iso(text: str, order: tuple[int, int, int]) -> str | None:
    """ISO 8601; None of a text that is no date in this order."""
    found = SPELLED.fullmatch(text.strip())
    if found is None:
        return None
    three = found[1], found[3], found[4]
    try:
        day = date(*(int(three[place]) for place in order)).isoformat()
    except ValueError:
        return None
    return f"{day}T{found[5].zfill(5) if found[5].count(':') == 1 else found[5].zfill(8)}" if found[5] else day
