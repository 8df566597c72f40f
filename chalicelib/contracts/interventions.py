"""Payloads of the function move-alias: an operator's request, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class MoveAliasTask:
    """An operator's request to move the alias, through the API or the command line."""

    name: str
    """Of the request: the same name is the same request. Becomes the `run` of the move in alias and ledger."""
    action: str
    """rollback, promote, pin or unpin."""
    model: str
    model_version: int | None
    """The wanted version; None for a rollback to the one before, and for unpin."""
    reason: str
    who: str
    lift_quarantine: bool


@dataclass(frozen=True, kw_only=True)
class MoveAnswered:
    """As an HTTP answer."""

    status: int
    body: Mapping[str, Any]
