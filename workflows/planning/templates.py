"""Templates with their parameters put in and their conditions decided, and the difference of two of them.

A resource is flat: each value by the path that leads to it, so that a difference names what it is of. Only the
intrinsic functions that our own templates choose by are known: Ref and Fn::Sub of a parameter, Fn::If, Fn::Equals.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Template = Mapping[str, Any]
Values = dict[str, Any]
Action = Literal["create", "update", "delete", "release"]
"""`release`: it leaves the stack and stays where it is, because its DeletionPolicy keeps it."""

SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)\}")
NO_VALUE = {"Ref": "AWS::NoValue"}
LONGEST_VALUE = 40
"""Characters of a value that are shown in a line."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What happens to one resource; `details` name its values, old and new where they are short."""

    resource: str
    type: str
    action: Action
    details: tuple[str, ...] = ()


def differences(
    before: Template, after: Template, *, parameters_before: Mapping[str, str], parameters_after: Mapping[str, str]
) -> tuple[Difference, ...]:
    """By logical ID in alphabetical order; `before` is {} for a stack that does not exist."""
    old = resources(before, parameters=parameters_before)
    new = resources(after, parameters=parameters_after)
    found = (_of_resource(name, old.get(name), new.get(name)) for name in sorted({*old, *new}))
    return tuple(each for each in found if each.action != "update" or each.details)


def _of_resource(name: str, old: Template | None, new: Template | None) -> Difference:
    if new is None:
        kept = str((old or {}).get("DeletionPolicy", "Delete")).startswith("Retain")
        return Difference(resource=name, type=(old or {})["Type"], action="release" if kept else "delete")
    if old is None:
        return Difference(resource=name, type=new["Type"], action="create")
    details = tuple(changed(dict(_flat(old)), dict(_flat(new))))
    return Difference(resource=name, type=new["Type"], action="update", details=details)


def changed(before: Values, after: Values) -> Iterator[str]:
    """The values that differ, in alphabetical order of their names."""
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield f"{key}: {shown(before.get(key))} -> {shown(after.get(key))}"


def resources(template: Template, *, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The resources that the template makes with these parameters, with nothing left to choose."""
    values = {name: str(each.get("Default", "")) for name, each in template.get("Parameters", {}).items()}
    values |= parameters
    holds = {name: _holds(each, values) for name, each in template.get("Conditions", {}).items()}
    return {
        name: _decided(each, values, holds)
        for name, each in template.get("Resources", {}).items()
        if holds.get(each.get("Condition"), True)
    }


def _holds(condition: Template, values: Mapping[str, str]) -> bool:
    parameter, text = condition["Fn::Equals"]
    return bool(values.get(parameter["Ref"]) == text)


def _decided(part: Any, values: Mapping[str, str], holds: Mapping[str, bool]) -> Any:
    if isinstance(part, list):
        return [each for one in part if (each := _decided(one, values, holds)) != NO_VALUE]
    if not isinstance(part, Mapping):
        return part
    if "Fn::If" in part:
        condition, then, otherwise = part["Fn::If"]
        return _decided(then if holds[condition] else otherwise, values, holds)
    if part.get("Ref") in values:
        return values[part["Ref"]]
    if isinstance(text := part.get("Fn::Sub"), str):
        return {"Fn::Sub": SUBSTITUTED.sub(lambda name: values.get(name[1], name[0]), text)}
    decided = {key: _decided(value, values, holds) for key, value in part.items()}
    return {key: value for key, value in decided.items() if value != NO_VALUE}


def _flat(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """
    >>> dict(_flat({"Type": "T", "Properties": {"Code": {"S3Key": "a"}, "Sizes": [1]}}))
    {'Type': 'T', 'Code.S3Key': 'a', 'Sizes': [1]}
    """
    for key, value in part.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, path if key == "Properties" and not path else f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def shown(value: Any) -> str:
    """
    >>> shown(512), shown(None), shown({"a": "b" * 50})
    ('512', 'none', '...')
    """
    text = "none" if value is None else json.dumps(value)
    return text if len(text) <= LONGEST_VALUE else "..."
