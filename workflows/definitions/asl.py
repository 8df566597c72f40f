"""Reads a definition in the Amazon States Language: which state leads where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

State = Mapping[str, Any]
Definition = Mapping[str, Any]


def states(definition: Definition) -> Mapping[str, State]:
    """All states by name."""
    found: Mapping[str, State] = definition["States"]
    return found


def chosen(state: State) -> list[str]:
    """The next states when no error occurs."""
    return _names([state, *state.get("Choices", [])], field="Next")


def otherwise(state: State) -> list[str]:
    """Where a Choice leads when no rule matches, and a Task when it fails for good."""
    return _names([state], field="Default") + _names(state.get("Catch", []), field="Next")


def _names(holders: Iterable[State], *, field: str) -> list[str]:
    return [holder[field] for holder in holders if field in holder]
