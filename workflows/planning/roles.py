"""Finds the statements that each role gains and loses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Template = Mapping[str, Any]
Statement = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RoleChange:
    role: str
    added: tuple[Statement, ...]
    removed: tuple[Statement, ...]


def role_changes(
    before: Mapping[str, Iterable[Statement]], after: Mapping[str, Iterable[Statement]]
) -> tuple[RoleChange, ...]:
    """The roles whose statements differ. The order of names in a statement does not matter."""
    found = []
    for role in sorted({*before, *after}):
        old = {_canonical(each): each for each in before.get(role, ())}
        new = {_canonical(each): each for each in after.get(role, ())}
        added = tuple(new[key] for key in new if key not in old)
        removed = tuple(old[key] for key in old if key not in new)
        if added or removed:
            found.append(RoleChange(role=role, added=added, removed=removed))
    return tuple(found)


def statements_of(template: Template) -> dict[str, list[Statement]]:
    """The statements of a template's roles, who may assume the role among them, by logical ID."""
    found = {}
    for logical_id, resource in template.get("Resources", {}).items():
        if resource["Type"] == "AWS::IAM::Role":
            properties = resource["Properties"]
            documents = [properties["AssumeRolePolicyDocument"]]
            documents += [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            found[logical_id] = [each for document in documents for each in document["Statement"]]
    return found


def in_words(statement: Statement) -> str:
    """One line for a person.

    >>> in_words({"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"]})
    'Allow s3:GetObject on arn:aws:s3:::b/*'
    """
    what = ", ".join(_list(statement.get("Action", ())))
    on = ", ".join(_name(each) for each in _list(statement.get("Resource", ())))
    who = f" to {json.dumps(statement['Principal'])}" if "Principal" in statement else ""
    where = f" where {json.dumps(statement['Condition'])}" if "Condition" in statement else ""
    return f"{statement['Effect']} {what}{who}{f' on {on}' if on else ''}{where}"


def _canonical(statement: Statement) -> str:
    """Lists of names have no order in IAM, and a single name may stand without its list."""
    sorted_lists = {
        key: sorted(_list(value), key=json.dumps) if key in {"Action", "Resource"} else value
        for key, value in statement.items()
    }
    return json.dumps(sorted_lists, sort_keys=True)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _name(resource: Any) -> str:
    if isinstance(resource, Mapping):
        ((function, value),) = resource.items()
        return value if isinstance(value, str) else f"{function} {json.dumps(value)}"
    return str(resource)
