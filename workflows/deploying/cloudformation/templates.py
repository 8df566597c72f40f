"""Hands a template to CloudFormation: in the call itself, or, where it is too long, through a bucket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from chalicelib.errors import DeploymentFailed

TEMPLATE_LIMIT = 51_200
"""Bytes of a template in a call. Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

StoreTemplate = Callable[[bytes], str]
"""Puts a template where CloudFormation can read it, up to 1 MB; returns its address."""


class Carried(TypedDict, total=False):
    """One of the two ways in which a call hands over a template."""

    TemplateBody: str
    TemplateURL: str


def carried(template: Mapping[str, Any], *, stack: str, store: StoreTemplate | None) -> Carried:
    """The template as a call takes it; raises DeploymentFailed when it is too long and there is no bucket for it."""
    body = json.dumps(template, separators=(",", ":"), sort_keys=True)
    size_bytes = len(body.encode())
    if size_bytes <= TEMPLATE_LIMIT:
        return {"TemplateBody": body}
    if store is None:
        raise DeploymentFailed(
            f"the template of stack {stack} has {size_bytes} bytes and CloudFormation takes {TEMPLATE_LIMIT} in a"
            " call: store it in a bucket"
        )
    return {"TemplateURL": store(body.encode())}
