"""Defines the problem that all checks report."""

from __future__ import annotations

from dataclasses import dataclass

MACHINE = "(machine)"
"""The `state` of a problem that belongs to no single state."""


@dataclass(frozen=True)
class Problem:
    """A mistake in a definition."""

    state: str
    message: str

    def __str__(self) -> str:
        return f"{self.state}: {self.message}"
