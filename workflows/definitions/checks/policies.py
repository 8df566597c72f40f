"""Checks time-outs, retries and catches: every Task is bounded, is retried where that may help, and has a Catch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from workflows.definitions.asl import Definition, State, states
from workflows.definitions.checks.problem import Problem

LAMBDA_LIMIT_SECONDS = 900
"""No Lambda function runs longer. Source: AWS Lambda quotas."""

JOB_LIMIT_SECONDS = 5 * 86_400
"""Of a state that waits for a training job: SageMaker gives a job no more.
Source: https://docs.aws.amazon.com/general/latest/gr/sagemaker.html"""
JOB = ".sync"
"""How the resource of such a state ends."""

SERVICE_ERRORS = frozenset(
    {
        *("States.ALL", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout", "States.Permissions"),
        *("States.DataLimitExceeded", "States.ParameterPathFailure", "States.ResultPathMatchFailure"),
        *("Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.ServiceException"),
        "Lambda.ClientExecutionTimeoutException",
        *("SageMaker.AmazonSageMakerException", "SageMaker.SageMakerException"),
        *("ApplicationAutoScaling.ConcurrentUpdateException", "ApplicationAutoScaling.InternalServiceException"),
        "CloudWatch.CloudWatchException",
        *("Lambda.TooManyRequestsException", "Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout"),
    }
)
"""What Step Functions and Lambda report themselves. Source: AWS Step Functions guide, "Handling errors"."""

Test = Callable[[Any], bool]


def _between(lowest: float, highest: float) -> Test:
    return lambda value: isinstance(value, int | float) and type(value) is not bool and lowest <= value <= highest


RETRY_FIELDS: Mapping[str, tuple[str, Test]] = {
    "IntervalSeconds": ("1 to 60", _between(1, 60)),
    "BackoffRate": ("1 to 10", _between(1, 10)),
    "MaxAttempts": ("1 to 10", _between(1, 10)),
    "MaxDelaySeconds": ("2 to 300", _between(2, 300)),
    "JitterStrategy": ("FULL", lambda value: value == "FULL"),
}
"""All of them are required; for each what is expected, in words and as a test."""
THROTTLED = "Lambda.TooManyRequestsException"
JOBS_THROTTLED = "SageMaker.AmazonSageMakerException"
THROTTLED_BY_SERVICE: Mapping[str, str] = {
    ":states:::sagemaker:": JOBS_THROTTLED,
    ":aws-sdk:sagemaker:": "SageMaker.SageMakerException",
    ":aws-sdk:applicationautoscaling:": "ApplicationAutoScaling.ConcurrentUpdateException",
    ":aws-sdk:cloudwatch:": "CloudWatch.CloudWatchException",
}
"""By a part of the resource of the states that call them."""
OF_THROTTLES: Mapping[str, tuple[str, Test]] = {
    **RETRY_FIELDS,
    "MaxAttempts": ("20 to 40", _between(20, 40)),
    "MaxDelaySeconds": ("60 to 120", _between(60, 120)),
}
"""A place is free again when a function ends that holds it, which may be after 900 s."""


def policy_problems(definition: Definition, *, errors: Collection[str], repair: str) -> list[Problem]:
    """Mistakes in the policies; `errors` are the names that our own functions raise, and `repair` the state to which
    every failure leads."""
    onward = {name: each.get("Next") for name, each in states(definition).items() if each["Type"] == "Pass"}
    return [
        Problem(name, message)
        for name, state in states(definition).items()
        if state["Type"] == "Task"
        for message in (
            *_timeout_mistakes(state),
            *_retry_mistakes(state),
            *_catch_mistakes(name, state, repair=repair, onward=onward),
            *_error_name_mistakes(state, known=SERVICE_ERRORS | set(errors)),
        )
    ]


def timeout_mistakes(state: State, seconds: Any) -> Iterator[str]:
    """Of a state that has so long."""
    longest = JOB_LIMIT_SECONDS if state["Resource"].endswith(JOB) else LAMBDA_LIMIT_SECONDS
    if not _between(1, longest)(seconds):
        yield f"TimeoutSeconds is {seconds!r}: expected 1 to {longest}"


def _timeout_mistakes(state: State) -> Iterator[str]:
    """What stands at a path is seen on the walk."""
    return timeout_mistakes(state, state["TimeoutSeconds"]) if "TimeoutSeconds" in state else iter(())


def _retry_mistakes(state: State) -> Iterator[str]:
    called = [error for service, error in THROTTLED_BY_SERVICE.items() if service in state["Resource"]]
    throttled = called[0] if called else THROTTLED
    if not any(throttled in retrier["ErrorEquals"] for retrier in state["Retry"]):
        yield f"Retry has nothing for {throttled}"
    for retrier in state["Retry"]:
        expected_of = OF_THROTTLES if THROTTLED in retrier["ErrorEquals"] else RETRY_FIELDS
        for field, (expected, holds) in expected_of.items():
            if not holds(retrier.get(field)):
                yield f"Retry's {field} is {retrier.get(field)!r}: expected {expected}"


def _catch_mistakes(name: str, state: State, *, repair: str, onward: Mapping[str, Any]) -> Iterator[str]:
    """`onward` has the states that only say what failed, and where each leads."""
    catchers = state["Catch"]
    if not catchers or catchers[-1]["ErrorEquals"] != ["States.ALL"]:
        yield f"the last Catch is not for States.ALL: an error would end the machine without {repair}"
    for catcher in catchers:
        if repair not in (name, onward.get(catcher["Next"], catcher["Next"])):
            yield f"Catch leads to {catcher['Next']}: expected {repair}"


def _error_name_mistakes(state: State, *, known: Collection[str]) -> Iterator[str]:
    for policy in ("Retry", "Catch"):
        handlers = state[policy]
        for handler in handlers:
            names = handler["ErrorEquals"]
            yield from (f"{policy} names {name}, which nothing raises" for name in names if name not in known)
            if "States.ALL" in names and (len(names) > 1 or handler is not handlers[-1]):
                yield f"{policy} names States.ALL, which has to stand alone and last"
