"""Reads a cell that holds a date. It needs no numpy, so that the command line can look dates up too."""

from __future__ import annotations

from string import whitespace

from lambdas.serve.seldom.date_texts import seconds_of

DAY_SECONDS = 86_400


def seconds_in(text: str) -> float | None:
    """Since 1970, of a date with or without ASCII spaces around it; None for what is no date."""
    return seconds_of(text.strip(whitespace))
