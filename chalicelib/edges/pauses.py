"""Decides how long to wait between two calls that look at AWS: briefly at first, then ever longer.

AWS's control planes limit the calls a second of a whole account: docs/aws-calls.md has the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

GROWTH = 1.5


def growing(first_seconds: float, *, longest_seconds: float) -> Iterator[float]:
    """Pauses without end, each half as long again as the one before.

    >>> pauses = growing(0.2, longest_seconds=0.6)
    >>> [round(next(pauses), 2) for _ in range(5)]
    [0.2, 0.3, 0.45, 0.6, 0.6]
    """
    pause = first_seconds
    while True:
        yield min(pause, longest_seconds)
        pause = min(pause * GROWTH, longest_seconds)
