"""Finds what a deployment does to a stack: CloudFormation's changes, and the resources that the stack has lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from workflows.deploying.cloudformation.lost import Lost
from workflows.deploying.cloudformation.present import Deployed
from workflows.deploying.cloudformation.proposals import WantedStack
from workflows.deploying.cloudformation.templates import StoreTemplate
from workflows.deploying.progress import Patience
from workflows.planning.change_sets import ResourceChange, proposed_changes

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

GONE = "the stack has it, and it is gone"
CHANGED_BY_HAND = "{}: not as it was deployed"


@dataclass(frozen=True, kw_only=True)
class StackChange:
    name: str
    action: Literal["create", "update", "unchanged", "unknown"]
    changes: tuple[ResourceChange, ...]
    remark: str = ""
    """Why CloudFormation lists nothing, where it does not."""


def stack_change(
    client: CloudFormationClient,
    wanted: WantedStack,
    there: Deployed | None,
    *,
    lost: Lost | None = None,
    store: StoreTemplate | None = None,
    patience: Patience | None = None,
) -> StackChange:
    """What deploying does to the stack.

    CloudFormation is not asked about a stack that does not exist: the question would leave an empty one behind.
    """
    if there is None:
        made = wanted.template["Resources"]
        changes = (ResourceChange(resource=name, type=made[name]["Type"], action="create") for name in sorted(made))
        remark = "CloudFormation is not asked about a stack that does not exist"
        return StackChange(name=wanted.name, action="create", changes=tuple(changes), remark=remark)
    told, refusal = proposed_changes(client, wanted, store=store, patience=patience or Patience())
    found = with_lost(told, lost, wanted)
    return StackChange(
        name=wanted.name,
        action="update" if found else "unknown" if refusal else "unchanged",
        changes=found,
        remark=f"the stack is {there.status}, and CloudFormation lists no change: {refusal}" if refusal else "",
    )


def with_lost(told: tuple[ResourceChange, ...], lost: Lost | None, wanted: WantedStack) -> tuple[ResourceChange, ...]:
    """The changes, where what the stack has lost is created, whatever else is to happen to it.

    A property that is lost is set again, beside what else changes of its resource.
    """
    found = {each.resource: each for each in told}
    for each in lost.resources if lost else ():
        name = each.logical_id
        if name in wanted.template["Resources"]:
            found[name] = ResourceChange(resource=name, type=each.type, action="create", details=(GONE,))
    for part in lost.properties if lost else ():
        name = part.resource.logical_id
        before = found.get(name, ResourceChange(resource=name, type=part.resource.type, action="update"))
        found[name] = replace(before, details=(*before.details, CHANGED_BY_HAND.format(part.name)))
    return tuple(found[name] for name in sorted(found))
