"""A template with its conditions decided, as CloudFormation decides them before it makes anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Template = Mapping[str, Any]
NO_VALUE = {"Ref": "AWS::NoValue"}


def decided(template: Template, *, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The resources that the template makes with these parameters, each `Fn::If` replaced by what it chooses."""
    values = {name: str(each.get("Default", "")) for name, each in template.get("Parameters", {}).items()}
    conditions = template.get("Conditions", {})
    holds = {name: _holds(each, {**values, **parameters}) for name, each in conditions.items()}
    resources = template.get("Resources", {})
    return {name: _chosen(each, holds) for name, each in resources.items() if holds.get(each.get("Condition"), True)}


def _holds(condition: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    """
    >>> _holds({"Fn::Not": [{"Fn::Equals": [{"Ref": "A"}, "on"]}]}, {"A": "off"})
    True
    """
    ((function, arguments),) = condition.items()
    if function == "Fn::Equals":
        first, second = (values.get(each["Ref"]) if isinstance(each, Mapping) else each for each in arguments)
        return bool(first == second)
    if function == "Fn::Not":
        return not _holds(arguments[0], values)
    together = [_holds(each, values) for each in arguments]
    return all(together) if function == "Fn::And" else any(together)


def _chosen(part: Any, holds: Mapping[str, bool]) -> Any:
    if isinstance(part, Mapping):
        if "Fn::If" in part:
            condition, then, otherwise = part["Fn::If"]
            return _chosen(then if holds[condition] else otherwise, holds)
        chosen = {key: _chosen(value, holds) for key, value in part.items()}
        return {key: value for key, value in chosen.items() if value != NO_VALUE}
    if isinstance(part, list):
        return [value for each in part if (value := _chosen(each, holds)) != NO_VALUE]
    return part
