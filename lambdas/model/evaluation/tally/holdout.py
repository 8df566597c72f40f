"""Describes the holdout in parts, each with the estimator's answers for its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from lambdas.model.data.part import Part
from lambdas.model.predictions import Answers

Result = TypeVar("Result")


class Each(Protocol):
    """Carries out a function for each of many names, as `lambdas.engine` does."""

    def __call__(self, function: Callable[[str], Result], names: Iterable[str], /) -> list[Result]:
        """The results in the names' order; raises the error of the first name that has one."""


@dataclass(frozen=True, kw_only=True)
class Holdout:
    """Rows that no model was trained on. How they are cut into parts decides nothing."""

    rows: Mapping[str, int]
    """Of each part, by its name, in their order; at least one part."""
    part: Callable[[str], Part]
    """Opens the part of this name."""
    answers: Callable[[str], Answers]
    """What the estimator answered for its rows."""
    each: Each

    def begins(self) -> dict[str, int]:
        """Of each part, how many rows there are before it."""
        begins, before = {}, 0
        for name, rows in self.rows.items():
            begins[name] = before
            before += rows
        return begins
