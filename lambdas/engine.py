"""Carries out a function for each of many names: the one thing that is asked of an engine.

Whoever sums up what comes back gets the same digits from every engine, because a sum of floats depends on its order,
and the results are in the names' order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Result = TypeVar("Result")


def each(function: Callable[[str], Result], names: Iterable[str]) -> list[Result]:
    """The results in the names' order; raises the error of the first name that has one.

    One after another: two threads on two busy cores saved nothing at 3 columns, and 12 to 20 % of the time at 41.
    """
    return [function(name) for name in names]
