"""What a model of any format can do: the type of whatever a format's `read` makes. Only type checkers load it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from .schema import Row, Schema


class Scorer(Protocol):
    """A model of some format, read and ready to score."""

    @property
    def classes(self) -> Sequence[str]:
        """The order of the probabilities."""

    @property
    def schema(self) -> Schema: ...

    def score(self, row: Row) -> tuple[str, Sequence[float]]:
        """The most probable class and the probabilities of a row; NaN where values are too big. Never raises."""

    def score_all(self, rows: Sequence[Row], /) -> Iterable[tuple[str, Sequence[float]]]:
        """The same of each, at the latest when it is asked for."""

    def undefined(self, row: Row, /) -> tuple[int, Sequence[Sequence[Any]]] | None:
        """The position of the first column that a function is not defined for, and its steps; or None."""

    def added(self, row: Row) -> Mapping[str, Sequence[float]]:
        """Of each class the constant of its score, then what each column of the schema adds to it. A threshold is
        taken off the constant of its class, so that the class that leads is the one that is answered."""
