"""Follows one change of a stack by CloudFormation's events, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.deploying.progress import Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

CANCELLED = "cancelled"
"""In the reason of a resource that failed only because another one did."""


class Course:
    """What happens to a stack from now on."""

    def __init__(self, client: CloudFormationClient, *, stack: str, report: Report) -> None:
        self._client = client
        self._stack = stack
        self._report = report
        self._status = ""
        self._seen: set[str] = set()
        self._seen = {event["EventId"] for event in self._new()}
        self.failures: dict[str, str] = {}
        """CloudFormation's reasons, by the logical ID of the resource that failed."""

    def look(self) -> str:
        """Report what is new; returns the stack's last status of this course, empty before the first."""
        for event in reversed(self._new()):
            self._seen.add(event["EventId"])
            self._take(event)
        return self._status

    def _take(self, event: StackEventTypeDef) -> None:
        status, resource = str(event.get("ResourceStatus", "")), event.get("LogicalResourceId", "")
        reason = event.get("ResourceStatusReason", status)
        self._report(Step(self._stack, resource, status))
        if status.endswith("_FAILED") and CANCELLED not in reason:
            self.failures.setdefault(resource, reason)
        if event.get("PhysicalResourceId") == event["StackId"]:
            self._status = status

    def _new(self) -> list[StackEventTypeDef]:
        """The events that were not seen yet, newest first."""
        found: list[StackEventTypeDef] = []
        with refusals(f"reading the events of stack {self._stack}"):
            for page in self._client.get_paginator("describe_stack_events").paginate(StackName=self._stack):
                new = [event for event in page["StackEvents"] if event["EventId"] not in self._seen]
                found += new
                if len(new) < len(page["StackEvents"]):
                    break
        return found
