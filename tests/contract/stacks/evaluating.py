"""Decides as IAM does whether statements permit a call: no Deny may match, and one Allow has to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any


def permits(
    statements: Sequence[Mapping[str, Any]], action: str, resource: str, *, context: Mapping[str, str] | None = None
) -> bool:
    """Whether the call is permitted; `context` holds the condition keys of the call."""
    effects = {
        statement["Effect"]
        for statement in statements
        if _any_like(action, statement["Action"])
        and _any_like(resource, statement["Resource"])
        and _holds(statement.get("Condition", {}), context or {})
    }
    return effects == {"Allow"}


def _any_like(value: str, patterns: Sequence[str]) -> bool:
    return any(_like(value, pattern) for pattern in patterns)


def _like(value: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value) is not None


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _operator(operator, context.get(key), wanted)
        for operator, tests in condition.items()
        for key, wanted in tests.items()
    )


def _operator(operator: str, value: str | None, wanted: Any) -> bool:
    if operator == "Null":
        return str(value is None).lower() == str(wanted)
    if value is None:
        return False
    if operator == "StringLike":
        return _any_like(value, wanted)
    if operator == "Bool":
        return value == str(wanted)
    raise AssertionError(f"the policies use {operator}, which this does not know yet")
