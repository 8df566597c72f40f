"""Decides as IAM does whether a call is permitted: a Deny beats every Allow, and what nothing allows is denied.

It knows the elements and the operators that the policies here use, and refuses those that it does not.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

Statement = Mapping[str, Any]
ELEMENTS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}


def permits(
    statements: Sequence[Statement],
    action: str,
    resource: str,
    *,
    context: Mapping[str, str] | None = None,
    principal: str = "",
) -> bool:
    """Whether the call is permitted; `context` holds its condition keys, `principal` names who calls."""
    effects = {
        statement["Effect"]
        for statement in statements
        if _matches(statement, action, resource, principal) and _holds(statement.get("Condition", {}), context or {})
    }
    return effects == {"Allow"}


def _matches(statement: Statement, action: str, resource: str, principal: str) -> bool:
    unknown = set(statement) - ELEMENTS
    assert not unknown, f"the policies use {unknown}, which this does not know yet"
    return (
        any(_like(action.lower(), each.lower()) for each in _listed(statement["Action"]))
        and any(each == "*" or _arn_like(resource, each) for each in _listed(statement["Resource"]))
        and _is_meant(statement.get("Principal", "*"), principal)
    )


def _is_meant(wanted: Any, principal: str) -> bool:
    """A statement of a role's own policy names no principal: it is meant for whoever has the role."""
    if wanted == "*":
        return True
    return any(principal in _listed(each) for each in wanted.values())


def _listed(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _like(value: str, pattern: str) -> bool:
    """`*` stands for any characters, `?` for one."""
    return _compiled(pattern).fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts), re.DOTALL)


def _arn_like(value: str, pattern: str) -> bool:
    """Wildcards stay within one of an ARN's first five parts."""
    given, wanted = value.split(":", 5), pattern.split(":", 5)
    return len(given) == len(wanted) and all(map(_like, given, wanted))


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """All operators, and all keys of each, have to hold; of a key's values one is enough."""
    present = {key.lower(): value for key, value in context.items()}
    return all(
        _compared(name, present.get(key.lower()), _listed(wanted))
        for name, tests in condition.items()
        for key, wanted in tests.items()
    )


def _compared(name: str, value: str | None, wanted: Sequence[str]) -> bool:
    if name == "Null":
        return str(value is None).lower() in wanted
    if name not in COMPARISONS:
        raise AssertionError(f"the policies use {name}, which this does not know yet")
    return value is not None and any(COMPARISONS[name](value, each) for each in wanted)


COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": operator.eq,
    "StringLike": _like,
    "ArnLike": _arn_like,
    "ArnEquals": _arn_like,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}
