"""Payloads of the function move-alias: an operator's request, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.values import Value


class MoveAliasTask(Value, kw_only=True):
    """An operator's request to move the alias, through the API or the command line."""

    name: str
    """Of the request: the same name is the same request. Becomes the `run` of the move in alias and ledger."""
    action: str
    """rollback, promote, pin, unpin or reject."""
    model: str
    model_version: int | None
    """The wanted version; None for a rollback to the one before, and for unpin."""
    reason: str
    who: str
    lift_quarantine: bool


class MoveAnswered(Value, kw_only=True):
    """As an HTTP answer."""

    status: int
    body: Mapping[str, Any]
