"""Asks AWS for resources that may not exist, by one client of each service."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code
from workflows.deploying.progress import refusals

if TYPE_CHECKING:
    import boto3

Found = TypeVar("Found")
Clients = Callable[[str], Any]
"""boto3's clients by the name of their service."""

ABSENT = {
    *("ResourceNotFoundException", "ResourceNotFound", "NoSuchEntity", "StateMachineDoesNotExist"),
    *("404", "NoSuchBucket", "NoSuchBucketPolicy", "ParameterNotFound", "NotFound", "NotFoundException"),
    *("NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError"),
    *("OwnershipControlsNotFoundError", "NoSuchLifecycleConfiguration"),
}


def clients_of(session: boto3.Session, *, endpoint_url: str | None = None) -> Clients:
    """The session's clients. Each is made once: to make one takes the time of several calls."""
    return cache(lambda service: session.client(service, endpoint_url=endpoint_url))


def find(what: str, ask: Callable[..., Found], **given: Any) -> Found | None:
    """What `ask` returns, None where the resource does not exist; raises DeploymentFailed when AWS refuses."""
    with refusals(f"looking for {what}"):
        try:
            return ask(**given)
        except ClientError as exc:
            if is_absent(exc):
                return None
            raise


def is_absent(refusal: ClientError) -> bool:
    """Whether AWS says that there is no such thing; CloudFormation says so in words alone."""
    return code(refusal) in ABSENT or (code(refusal) == "ValidationError" and "does not exist" in str(refusal))
