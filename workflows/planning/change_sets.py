"""CloudFormation's own list of changes: a change set that is made, read and taken back, and never carried out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.change_sets import NO_CHANGES
from workflows.deploying.progress import Patience, refusals
from workflows.deploying.templates import carried
from workflows.planning.templates import shown
from workflows.planning.wanted import WantedStack

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import ChangeTypeDef

DYNAMIC = "may follow"
"""CloudFormation cannot tell before: a property takes its value from a resource that changes."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """CloudFormation's word on one resource: Add, Modify, Remove, Import or DYNAMIC."""

    resource: str
    type: str
    action: str
    replacement: bool
    """True also where it depends on a value that is not known yet."""
    details: tuple[str, ...] = ()
    """Its properties with their values before and after; the local AWS leaves them out."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The changes of an existing stack, empty when there is none; or why CloudFormation refuses to list them."""

    changes: tuple[Listed, ...] = ()
    refusal: str = ""


def proposal(
    client: CloudFormationClient,
    stack: WantedStack,
    *,
    tags: Mapping[str, str],
    patience: Patience | None = None,
) -> Proposal:
    """What CloudFormation says of deploying over an existing stack; the change set is gone afterwards.

    Not for a stack that does not exist: to propose its creation would leave an empty stack behind.
    """
    try:
        arn = _proposed(client, stack, tags)
    except DeploymentFailed as exc:  # it is too long for a call, and a plan stores nothing
        return Proposal(refusal=exc.message)
    except ClientError as exc:
        error = exc.response.get("Error", {})
        return Proposal(refusal=f"{error.get('Code')}: {error.get('Message')}")
    try:
        reason = (patience or Patience()).wait(
            lambda: _refusal(client, arn), until=f"the change of stack {stack.name} is checked"
        )
        if any(phrase in reason for phrase in NO_CHANGES):
            return Proposal()
        return Proposal(refusal=reason) if reason else Proposal(changes=_pages(client, arn))
    finally:
        with refusals(f"taking back the proposed change of stack {stack.name}"):
            client.delete_change_set(ChangeSetName=arn)


def _proposed(client: CloudFormationClient, stack: WantedStack, tags: Mapping[str, str]) -> str:
    return client.create_change_set(
        StackName=stack.name,
        ChangeSetName=f"plan-{uuid.uuid4().hex}",
        ChangeSetType="UPDATE",
        **carried(stack.template, stack=stack.name, store=None),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()],
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        Capabilities=["CAPABILITY_IAM"],
        DisableValidation=True,
    )["Id"]


def _refusal(client: CloudFormationClient, arn: str) -> str | None:
    with refusals("describing a proposed change"):
        described = client.describe_change_set(ChangeSetName=arn)
    if described["Status"] == "FAILED":
        return described.get("StatusReason") or "no reason was given"
    return "" if described["Status"] == "CREATE_COMPLETE" else None


def _pages(client: CloudFormationClient, arn: str) -> tuple[Listed, ...]:
    with refusals("reading a proposed change"):
        pages = client.get_paginator("describe_change_set").paginate(ChangeSetName=arn, IncludePropertyValues=True)
        return tuple(_listed(change) for page in pages for change in page["Changes"])


def _listed(change: ChangeTypeDef) -> Listed:
    told: Any = change.get("ResourceChange", {})
    return Listed(
        resource=told["LogicalResourceId"],
        type=told["ResourceType"],
        action=DYNAMIC if _is_dynamic(told) else told["Action"],
        replacement=told.get("Replacement", "False") != "False",
        details=tuple(_details(told.get("Details", []))),
    )


def _details(details: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for target in (each.get("Target", {}) for each in details):
        if "BeforeValue" in target or "AfterValue" in target:
            path = target.get("Path", target.get("Name", "")).removeprefix("/Properties/").replace("/", ".")
            yield f"{path}: {shown(target.get('BeforeValue'))} -> {shown(target.get('AfterValue'))}"


def _is_dynamic(told: Mapping[str, Any]) -> bool:
    """Whether nothing of the resource itself is known to change."""
    details = told.get("Details", [])
    return told["Action"] == "Modify" and bool(details) and all(each["Evaluation"] == "Dynamic" for each in details)
