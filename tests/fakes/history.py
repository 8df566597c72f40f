"""Records all that happens to the fakes, in order, with its author; the invariants read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SHOWN_CHARACTERS = 120
"""How much of a fact a printed history shows."""


@dataclass(frozen=True)
class Effect:
    """One change of the outside world, or one fault of it."""

    index: int
    """Its place in the history, from 0."""
    at: datetime
    actor: str
    """The process that caused it."""
    operation: str
    """The name of the edge's method, or of the fault."""
    subject: str
    """A key, a model or a run."""
    facts: Mapping[str, Any]

    def __str__(self) -> str:
        facts = " ".join(f"{name}={_short(value)}" for name, value in self.facts.items())
        return f"{self.index:4d} {self.at:%H:%M:%S} {self.actor:32s} {self.operation} {self.subject} {facts}".rstrip()


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


class History:
    """An append-only list of effects. `clock` says when, `actor` who is acting now."""

    def __init__(self, *, clock: Callable[[], datetime], actor: Callable[[], str] = lambda: "test") -> None:
        self.effects: list[Effect] = []
        self.clock = clock
        self.actor = actor

    def record(self, operation: str, subject: str, **facts: Any) -> None:
        self.effects.append(Effect(len(self.effects), self.clock(), self.actor(), operation, subject, facts))

    def of(self, *operations: str) -> Iterator[Effect]:
        """The effects of these operations, in order."""
        return (effect for effect in self.effects if effect.operation in operations)

    def __str__(self) -> str:
        return "\n".join(map(str, self.effects))
