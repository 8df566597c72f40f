"""Proposes a change set of a stack: CloudFormation checks it, then it is carried out, or read and deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from workflows.deploying.cloudformation.templates import StoreTemplate, carried
from workflows.deploying.progress import Patience, refusals

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import ResourceChangeTypeDef

Kind = Literal["CREATE", "UPDATE"]

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
"""CloudFormation's texts for an empty change; it has no code for it."""


@dataclass(frozen=True, kw_only=True)
class WantedStack:
    """The input of a change set."""

    name: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    adopts: bool = False
    """Whether resources that exist already under the template's names, kept by an earlier stack, become the stack's
    own; their names have to be written out, and their DeletionPolicy has to keep them.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html"""


class ChangeSet(TypedDict):
    StackName: str
    ChangeSetName: str


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change set that CloudFormation has. Raises DeploymentFailed for what AWS refuses."""

    client: CloudFormationClient
    stack: str
    change_set: ChangeSet
    """Both names, in every call: AWS then asks for a permission on the stack. For a call with an ARN alone it asks
    for one on the change set, and that ARN does not say whose it is."""

    def refusal(self, patience: Patience) -> str | None:
        """Why it cannot be carried out: empty when it can, None when nothing would change."""
        reason = patience.wait(self._reason, until=f"the change of stack {self.stack} is checked")
        return None if any(phrase in reason for phrase in NO_CHANGES) else reason

    def _reason(self) -> str | None:
        with refusals(f"describing the change of stack {self.stack}"):
            described = self.client.describe_change_set(**self.change_set)
        if described["Status"] == "FAILED":
            return described.get("StatusReason") or "no reason was given"
        return "" if described["Status"] == "CREATE_COMPLETE" else None

    def changes(self, *, with_values: bool) -> Iterator[ResourceChangeTypeDef]:
        with refusals(f"reading the change of stack {self.stack}"):
            pages = self.client.get_paginator("describe_change_set")
            for page in pages.paginate(**self.change_set, IncludePropertyValues=with_values):
                for each in page["Changes"]:
                    yield each["ResourceChange"]

    def carry_out(self) -> None:
        with refusals(f"changing stack {self.stack} (another deployment may have been faster: deploy again)"):
            self.client.execute_change_set(**self.change_set)

    def take_back(self) -> None:
        with refusals(f"taking back the change of stack {self.stack}"):
            self.client.delete_change_set(**self.change_set)


def propose(
    client: CloudFormationClient,
    wanted: WantedStack,
    *,
    kind: Kind,
    purpose: Literal["deploy", "plan"],
    store: StoreTemplate | None,
) -> Proposal:
    """Hand CloudFormation the stack as it is to be; raises DeploymentFailed where it does not even take it."""
    change_set = ChangeSet(StackName=wanted.name, ChangeSetName=f"{purpose}-{uuid.uuid4().hex}")
    with refusals(f"proposing a change of stack {wanted.name}"):
        client.create_change_set(
            **change_set,
            ChangeSetType=kind,
            **carried(wanted.template, stack=wanted.name, store=store),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in wanted.parameters.items()],
            Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
            Capabilities=["CAPABILITY_IAM"],
            ImportExistingResources=wanted.adopts,
            # CloudFormation's check before the change takes a name that is there for a conflict even where it is
            # to be adopted. Without it a conflict is found by the resource itself, which says so in its event.
            DisableValidation=True,
        )
    return Proposal(client=client, stack=wanted.name, change_set=change_set)
