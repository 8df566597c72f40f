"""Stops a job of SageMaker's, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.errors import ExecutionsUnavailable

NO_LONGER = ("ValidationException", "ResourceNotFound")
"""SageMaker answers so for a name that it does not know, and to who stops a job that has ended. Source: botocore's
models of DescribeTrainingJob and StopTrainingJob, which have the second one alone; of searches and transforms too."""
WORKING = "InProgress"


def stop(look: Callable[..., Any], end: Callable[..., Any], *, kind: str, name: str, called: str) -> bool:
    """Whether it was at work, and ends now; one that has ended, or never began, stays as it is.

    `look` and `end` are the client's Describe and Stop of that kind. Raises ExecutionsUnavailable.
    """
    try:
        with transient(ExecutionsUnavailable, doing=f"stopping {called} {name}"):
            if look(**{f"{kind}Name": name})[f"{kind}Status"] != WORKING:
                return False
            end(**{f"{kind}Name": name})
    except ClientError as exc:
        if code(exc) in NO_LONGER:
            return False
        raise
    return True
