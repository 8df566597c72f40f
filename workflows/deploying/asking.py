"""Asks AWS for resources that may not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code
from workflows.deploying.progress import refusals

Found = TypeVar("Found")

ABSENT = {
    *("ResourceNotFoundException", "ResourceNotFound", "NoSuchEntity", "StateMachineDoesNotExist"),
    *("404", "NoSuchBucket", "NoSuchBucketPolicy", "ParameterNotFound", "NotFound", "NotFoundException"),
    *("NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError"),
    *("OwnershipControlsNotFoundError", "NoSuchLifecycleConfiguration"),
}


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
