"""Says in words why a version got no endpoint: the state machine calls SageMaker itself, which answers in its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.cutting import cut, quoted
from chalicelib.errors import EndpointFailed
from chalicelib.limits import WORDS_CHARACTERS

SERVICES = ("SageMaker.", "ApplicationAutoScaling.", "CloudWatch.")
"""How the names of their errors begin."""
ANSWERS = (
    (("already existing", "already exists"), "its name is taken: an earlier try had begun it. Retrain"),
    (
        ("ResourceLimitExceeded", "service limit"),
        "the account's limit of such instances is reached: ask AWS for more (Service Quotas), or take another"
        " instance_type",
    ),
    (("Throttling", "Rate exceeded"), "AWS was asked too often, and refused it after several tries. Retrain"),
    (("AccessDenied", "not authorized"), "the state machine may not make it. Run nightswap deploy"),
    (("apacity",), "AWS has no such instance now. Retrain later, or take another instance_type"),
    (
        ("ping", "health check"),
        "its container answered no /ping. Its log in /aws/sagemaker/Endpoints says why, such as a library that its"
        " image lacks",
    ),
    (("image", "ECR"), "its image cannot be pulled: see NIGHTSWAP_ENDPOINT_IMAGE"),
)
"""Words of the service, and what they mean."""


def may_be(error: str) -> bool:
    """Whether an error of this name may be of an endpoint."""
    return error == EndpointFailed.__name__ or error.startswith(SERVICES)


def in_words(failure: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the error and the reason.

    >>> in_words({"Error": "EndpointFailed", "Cause": "The container did not pass the ping health check."})[1][:62]
    'the version got no endpoint: its container answered no /ping. '
    """
    cause = str(failure.get("Cause"))
    means = next((means for said, means in ANSWERS if any(each in cause for each in said)), None)
    told = means or f"AWS says {quoted(cause, WORDS_CHARACTERS)}"
    return EndpointFailed.__name__, cut(f"the version got no endpoint: {told}")
