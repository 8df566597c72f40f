"""Holds a statement against the Service Authorization Reference: what in it AWS would never match, or never knew.

IAM takes a policy whose actions and ARNs do not belong together, and grants nothing.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.contract.authorization.extracting import TABLE
from tests.contract.authorization.policies import listed
from tests.contract.authorization.shapes import meets

REFERENCE: Mapping[str, Any] = json.loads(TABLE.read_bytes())
FUNCTION = ":function:${FunctionName}"
"""A call that has a qualifier is asked on the ARN of that version or alias.
Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html, "Function resources"."""
GROUP = ":log-group:${LogGroupName}"
LISTINGS = {"cloudwatch:DescribeAlarms", "logs:DescribeLogGroups"}
"""Actions that have resources, and are asked on all of them by a call that names none."""
TAGGING = {"logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"}
"""The actions on a log group that are asked on its ARN as the reference has it. All others are asked on that ARN with
`:*` at its end.
Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html, "arn"."""


@cache
def meant(name: str) -> tuple[str, ...]:
    """The actions that AWS knows by this name, which may be a pattern; IAM's names have no case."""
    known = REFERENCE["actions"]
    return tuple(each for each in known if fnmatch.fnmatchcase(each.lower(), name.lower()))


def shapes(action: str) -> list[str]:
    """The ARNs that the action is asked on, as the reference writes them; none where it is asked on everything."""
    prefix = action.partition(":")[0]
    known = [REFERENCE["types"][f"{prefix} {each}"] for each in REFERENCE["actions"][action]["on"]]
    qualified = [f"{each}:${{Qualifier}}" for each in known if each.endswith(FUNCTION)]
    return [f"{each}:*" if each.endswith(GROUP) and action not in TAGGING else each for each in known] + qualified


def mistakes(statement: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a statement that permits or denies."""
    names, resources = listed(statement["Action"]), listed(statement["Resource"])
    whole = [each for each in names if each.endswith(":*")]
    actions = [action for name in names if name not in whole for action in meant(name)]
    for name in names:
        if name in whole:
            continue
        if not meant(name):
            yield f"{name}: no action in reference.json (new ones come with make render)"
            continue
        yield from _unasked(name, resources)
    for action in actions:
        yield from _unknown_keys(action, statement.get("Condition", {}))
    for resource in resources:
        services = {f"arn:aws:{each.partition(':')[0]}:" for each in whole}
        if not any(_is_asked(action, resource) for action in actions) and not resource.startswith(tuple(services)):
            yield f"{resource}: none of the statement's actions is asked on it"


def _unasked(name: str, resources: list[str]) -> Iterator[str]:
    """A name that is a pattern may mean actions on other resources too."""
    actions = meant(name)
    if not any(_is_asked(action, resource) for action in actions for resource in resources):
        expected = " or ".join(shapes(actions[0])) or "*, because it knows no resource"
        yield f"{name}: it is never asked on {', '.join(resources)}, expected {expected}"


def _is_asked(action: str, resource: str) -> bool:
    known = shapes(action)
    if resource == "*":
        return not known or action in LISTINGS
    return any(meets(resource, shape) for shape in known)


def _unknown_keys(action: str, condition: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    known = {each.lower() for each in REFERENCE["actions"][action]["keys"]}
    for key in {key for tests in condition.values() for key in tests}:
        if not key.startswith("aws:") and key.lower() not in known:
            yield f"{action}: it has no condition key {key}"
