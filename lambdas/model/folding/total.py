"""Adds up what a function makes of each part of the rows, in the order of the parts' names.

A sum of floats depends on its order: so two runs give the same bytes, whatever carries out the function.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol, TypeVar

from lambdas.model.data.part import Part

Result = TypeVar("Result")
Sum = TypeVar("Sum", bound="Added")

HELD_BYTES = 2**25
"""The results that wait to be added take no more, or there is one: a Hessian of 1,000 weights is 8 MB."""


class Added(Protocol):
    """What can be added up."""

    def __add__(self: Sum, other: Sum, /) -> Sum: ...


class Each(Protocol):
    """Carries out a function for each name; returns the results in the names' order."""

    def __call__(self, function: Callable[[str], Result], names: Iterable[str], /) -> list[Result]: ...


@dataclass(frozen=True)
class Rows:
    """The rows of a training: parts by name, and what goes through them. At least one part."""

    names: Sequence[str]
    open: Callable[[str], Part]
    each: Each

    @classmethod
    def of(cls, part: Part) -> Rows:
        """The rows of one part."""
        return cls(("all",), lambda _: part, lambda function, names: [function(name) for name in names])

    def each_as(self, change: Callable[[Part], Part]) -> Rows:
        """The same, with each part changed when it is opened."""
        return Rows(self.names, lambda name: change(self.open(name)), self.each)

    def total(self, function: Callable[[Part], Sum], *, result_bytes: int = 1) -> Sum:
        """The sum of the function's results for all parts; `result_bytes` is about what one of them takes."""
        at_once = max(1, HELD_BYTES // result_bytes)
        total: Any = None
        for first in range(0, len(self.names), at_once):
            found = self.each(lambda name: function(self.open(name)), self.names[first : first + at_once])
            total = reduce(operator.add, found if total is None else [total, *found])
            del found  # else they would be held beside the next ones
        added: Sum = total
        return added
