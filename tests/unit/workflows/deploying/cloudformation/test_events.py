"""The course of a stack: what is new is told once, the oldest first, and the first reason of a failure is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from workflows.deploying.cloudformation.events import Course
from workflows.deploying.progress import Step

STACK = "arn:stack"


def event(number: int, status: str, *, resource: str = "Bucket", **more: str) -> dict[str, str]:
    return {
        "EventId": f"{number}",
        "StackId": STACK,
        "LogicalResourceId": resource,
        "PhysicalResourceId": resource,
        "ResourceStatus": status,
        **more,
    }


class Events:
    """CloudFormation, which has these events in pages of two, newest first."""

    def __init__(self) -> None:
        self.events: list[dict[str, str]] = []
        self.pages = 0

    def get_paginator(self, operation: str) -> Events:
        assert operation == "describe_stack_events"
        return self

    def paginate(self, **given: str) -> Iterator[Any]:
        assert given == {"StackName": "nightswap"}
        newest = self.events[::-1]
        for first in range(0, max(len(newest), 1), 2):
            self.pages += 1
            yield {"StackEvents": newest[first : first + 2]}


def test_events_are_told_once_in_their_order() -> None:
    client, told = Events(), list[Step]()
    client.events = [event(0, "CREATE_COMPLETE")]
    course = Course(cast(Any, client), stack="nightswap", report=told.append)
    client.events += [event(n, f"STEP_{n}") for n in range(1, 6)]

    assert course.look() == ""
    assert course.look() == ""

    assert told == [Step("nightswap", "Bucket", f"STEP_{n}") for n in range(1, 6)]


def test_pages_are_read_to_the_first_event_that_was_seen() -> None:
    client = Events()
    client.events = [event(n, "OLD") for n in range(10)]
    course = Course(cast(Any, client), stack="nightswap", report=lambda step: None)
    client.events.append(event(10, "NEW"))
    client.pages = 0

    course.look()

    assert client.pages == 1


def test_status_is_that_of_the_stack_itself_and_failures_are_those_that_came_first() -> None:
    client = Events()
    course = Course(cast(Any, client), stack="nightswap", report=lambda step: None)
    client.events = [
        event(1, "CREATE_FAILED", resource="A", ResourceStatusReason="no room"),
        event(2, "CREATE_FAILED", resource="A", ResourceStatusReason="again"),
        event(3, "CREATE_FAILED", resource="B", ResourceStatusReason="Resource creation cancelled"),
        event(4, "CREATE_FAILED", resource="C"),
        event(5, "DELETE_COMPLETE", resource="D"),
        event(6, "ROLLBACK_COMPLETE", resource="stack", PhysicalResourceId=STACK),
    ]

    assert course.look() == "ROLLBACK_COMPLETE"
    assert course.failures == {"A": "no room", "C": "CREATE_FAILED"}
