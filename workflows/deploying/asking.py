"""Asks AWS for what may not be there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from workflows.deploying.progress import refusals

ABSENT = {
    *("ResourceNotFoundException", "ResourceNotFound", "NoSuchEntity", "StateMachineDoesNotExist"),
    *("404", "NoSuchBucket", "NoSuchBucketPolicy", "ParameterNotFound", "NotFound", "NotFoundException"),
    *("NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError"),
    *("OwnershipControlsNotFoundError", "NoSuchLifecycleConfiguration"),
}


def find(what: str, ask: Callable[..., Any], **given: Any) -> dict[str, Any] | None:
    """What `ask` answers, None where it does not exist; raises DeploymentFailed for what AWS refuses to tell."""
    with refusals(f"looking for {what}"):
        try:
            found: dict[str, Any] = ask(**given)
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") in ABSENT:
                return None
            raise
    return found
