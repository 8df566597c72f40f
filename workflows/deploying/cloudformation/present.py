"""Describes a stack as it was deployed last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflows.deploying.asking import find
from workflows.deploying.progress import refusals

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import StackTypeDef

NEVER_CREATED = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
"""A stack whose first creation failed holds nothing and can only be deleted."""
PROPOSED = "REVIEW_IN_PROGRESS"
"""A stack of which there is nothing yet but a change set; one that was interrupted leaves it behind."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A stack that is there. `template` is what it was deployed with."""

    status: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str]


def described(client: CloudFormationClient, name: str) -> StackTypeDef | None:
    """What CloudFormation says of the stack, None where there is none; raises DeploymentFailed for a refusal."""
    found = find(f"stack {name}", client.describe_stacks, StackName=name)
    return found["Stacks"][0] if found else None


def deployed(client: CloudFormationClient, name: str) -> Deployed | None:
    """The stack, or None where there is none, or only what a failed or interrupted creation left."""
    with_status = described(client, name)
    if with_status is None or with_status["StackStatus"] in {PROPOSED, *NEVER_CREATED}:
        return None
    with refusals(f"reading the template of stack {name}"):
        body: Any = client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
    return Deployed(
        status=with_status["StackStatus"],
        template=json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body)),
        parameters={each["ParameterKey"]: each["ParameterValue"] for each in with_status.get("Parameters", [])},
    )
