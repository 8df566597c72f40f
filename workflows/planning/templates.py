"""The difference of two templates: which resources come, go and change, and which of their properties."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflows.planning.conditions import decided

Template = Mapping[str, Any]
Action = Literal["create", "update", "delete", "release"]
"""`release`: it leaves the stack and stays where it is, because its DeletionPolicy keeps it."""

SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)\}")
LONGEST_VALUE = 40
"""Characters of a value that are shown in a line."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What happens to one resource; `details` name its properties, with old and new value where they are short."""

    resource: str
    type: str
    action: Action
    details: tuple[str, ...] = ()


def differences(
    before: Template, after: Template, *, parameters_before: Mapping[str, str], parameters_after: Mapping[str, str]
) -> tuple[Difference, ...]:
    """By logical ID in alphabetical order; `before` is {} for a stack that does not exist."""
    old = decided(before, parameters=parameters_before)
    new = decided(after, parameters=parameters_after)
    moved = {
        name
        for name in {*parameters_before, *parameters_after}
        if parameters_before.get(name) != parameters_after.get(name)
    }
    found = [_of_resource(name, old.get(name), new.get(name), moved) for name in sorted({*old, *new})]
    return tuple(each for each in found if each is not None)


def _of_resource(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, moved: set[str]
) -> Difference | None:
    if old is None and new is not None:
        return Difference(resource=name, type=new["Type"], action="create")
    if new is None and old is not None:
        kept = str(old.get("DeletionPolicy", "Delete")).startswith("Retain")
        return Difference(resource=name, type=old["Type"], action="release" if kept else "delete")
    if old is None or new is None:
        return None
    details = (*_changed(old, new), *_following(new, moved))
    return Difference(resource=name, type=new["Type"], action="update", details=details) if details else None


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The properties that differ, and whatever else of the resource's entry does."""
    entries = (_without_properties(old), _without_properties(new))
    properties = (old.get("Properties", {}), new.get("Properties", {}))
    for before, after in (entries, properties):
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield f"{key}: {shown(before.get(key))} -> {shown(after.get(key))}"


def _without_properties(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "Properties"}


def _following(new: Mapping[str, Any], moved: set[str]) -> Iterator[str]:
    """The properties that stand as they were and take another value, because a parameter of theirs does."""
    for key, value in sorted(new.get("Properties", {}).items()):
        for parameter in sorted(moved & set(_names_in(value))):
            yield f"{key}: by {parameter}"


def _names_in(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "Ref":
                yield value
            elif key == "Fn::Sub" and isinstance(value, str):
                yield from SUBSTITUTED.findall(value)
            else:
                yield from _names_in(value)
    elif isinstance(part, list):
        for each in part:
            yield from _names_in(each)


def shown(value: Any) -> str:
    """
    >>> shown(512), shown(None), shown({"a": "b" * 50})
    ('512', 'none', '...')
    """
    text = "none" if value is None else json.dumps(value)
    return text if len(text) <= LONGEST_VALUE else "..."
