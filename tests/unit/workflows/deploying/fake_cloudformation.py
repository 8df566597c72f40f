"""CloudFormation in memory: stacks, change sets and events, with a pace of its own.

Every call's parameters are checked against AWS's model of the service, and that a change set is named together with
its stack: by its ARN alone a call needs a permission that no policy can give for one stack. What an execution does is
scripted: a status for each resource, and the reason where it fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

MODEL = botocore.session.get_session().get_service_model("cloudformation")


@dataclass
class FakeStack:
    status: str
    template: str = ""
    parameters: Any = None
    tags: list[dict[str, str]] = field(default_factory=lambda: [{"Key": "app", "Value": "nightswap"}])
    events: list[dict[str, Any]] = field(default_factory=list)
    left: list[tuple[str, str, str]] = field(default_factory=list)
    """Events that are still to come: resource, status, reason."""


class FakeCloudFormation:
    def __init__(self, *, outcome: list[tuple[str, str, str]] | None = None, rolls_back: bool = False) -> None:
        self.stacks: dict[str, FakeStack] = {}
        self.outcome = outcome
        self.rolls_back = rolls_back
        """Whether the stack's own status is ahead of its events where it failed."""
        self.change_sets: dict[str, dict[str, Any]] = {}
        self.deleted: list[str] = []
        self.busy_for = 0
        """How many more looks find another deployment at work."""
        self.refuses_execution = False
        self.deletion_fails = False

    def describe_stacks(self, **given: Any) -> dict[str, Any]:
        _check("DescribeStacks", given)
        stack = self.stacks.get(given["StackName"])
        if stack is None:
            raise error("ValidationError", f"Stack with id {given['StackName']} does not exist")
        if self.busy_for:
            self.busy_for -= 1
            return {"Stacks": [{"StackStatus": "UPDATE_IN_PROGRESS"}]}
        return {"Stacks": [{"StackStatus": stack.status, "Tags": stack.tags}]}

    def delete_stack(self, **given: Any) -> None:
        _check("DeleteStack", given)
        self.deleted.append(given["StackName"])
        if self.deletion_fails:
            self.stacks[given["StackName"]].status = "DELETE_FAILED"
        else:
            del self.stacks[given["StackName"]]

    def create_change_set(self, **given: Any) -> dict[str, str]:
        _check("CreateChangeSet", given)
        name, kind = given["StackName"], given["ChangeSetType"]
        if kind == "CREATE":
            self.stacks[name] = FakeStack("REVIEW_IN_PROGRESS")
        stack = self.stacks[name]
        wanted = (_template(given), given["Parameters"])
        empty = wanted == (stack.template, stack.parameters)
        self.change_sets[given["ChangeSetName"]] = {**given, "looks": 0, "empty": empty}
        return {"Id": f"arn:change-set/{given['ChangeSetName']}"}

    def describe_change_set(self, **given: Any) -> dict[str, Any]:
        _check("DescribeChangeSet", given)
        found = self._found(given)
        found["looks"] += 1
        if found["looks"] == 1:
            return {"Status": "CREATE_IN_PROGRESS"}
        if found["empty"]:
            return {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."}
        if "Bad::Type" in _template(found):
            return {"Status": "FAILED", "StatusReason": "Unrecognized resource types: [Bad::Type]"}
        return {"Status": "CREATE_COMPLETE"}

    def delete_change_set(self, **given: Any) -> None:
        _check("DeleteChangeSet", given)
        self._found(given)
        del self.change_sets[given["ChangeSetName"]]

    def execute_change_set(self, **given: Any) -> None:
        _check("ExecuteChangeSet", given)
        if self.refuses_execution:
            raise error("InvalidChangeSetStatus", "the change set is OBSOLETE")
        found = self._found(given)
        name, kind = found["StackName"], found["ChangeSetType"]
        stack = self.stacks[name]
        succeeds = [(name, f"{kind}_IN_PROGRESS", ""), ("Bucket", f"{kind}_COMPLETE", "")]
        stack.left = self.outcome or [*succeeds, (name, f"{kind}_COMPLETE", "")]
        stack.template, stack.parameters = _template(found), found["Parameters"]

    def _found(self, given: dict[str, Any]) -> dict[str, Any]:
        found = self.change_sets[given["ChangeSetName"]]
        assert given["StackName"] == found["StackName"]
        return found

    def get_paginator(self, operation: str) -> FakeEvents:
        assert operation == "describe_stack_events"
        return FakeEvents(self)


class FakeEvents:
    """The paginator: each look brings one event more, newest first, two on a page."""

    def __init__(self, cloudformation: FakeCloudFormation) -> None:
        self._cloudformation = cloudformation

    def paginate(self, **given: Any) -> Iterator[dict[str, Any]]:
        _check("DescribeStackEvents", given)
        name = given["StackName"]
        stack = self._cloudformation.stacks[name]
        if stack.left:
            resource, status, reason = stack.left.pop(0)
            own = resource == name
            stack.events.insert(0, _event(len(stack.events), name, resource, status, reason))
            stack.status = status if own else stack.status
            if own and status.endswith("_FAILED") and self._cloudformation.rolls_back:
                stack.status = "ROLLBACK_IN_PROGRESS"
        for start in range(0, len(stack.events) or 1, 2):
            yield {"StackEvents": stack.events[start : start + 2]}


def _event(number: int, stack: str, resource: str, status: str, reason: str) -> dict[str, Any]:
    event = {
        "EventId": f"event-{number}",
        "StackId": f"arn:{stack}",
        "LogicalResourceId": resource,
        "PhysicalResourceId": f"arn:{resource}",
        "ResourceStatus": status,
    }
    return {**event, "ResourceStatusReason": reason} if reason else event


def _check(operation: str, given: dict[str, Any]) -> None:
    shape = MODEL.operation_model(operation).input_shape
    assert shape is not None
    validate_parameters(given, shape)


def error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "any")


def _template(given: dict[str, Any]) -> str:
    """The template, or its address where it is too long for a call."""
    return str(given.get("TemplateBody") or given["TemplateURL"])
