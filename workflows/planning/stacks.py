"""What happens to a stack: the difference of the templates, and beside it what CloudFormation says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from workflows.deploying.lost import Lost
from workflows.deploying.present import Deployed
from workflows.deploying.progress import Patience
from workflows.planning.change_sets import Listed, proposal
from workflows.planning.templates import Difference, differences, resources
from workflows.planning.wanted import WantedStack

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient


GONE = "the stack has it, and it is gone"
WITHOUT = "{}: the stack has it, and the resource has it no more"


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """One resource; `action` is "" where only CloudFormation lists it, `listed` where it does not."""

    resource: str
    type: str
    action: str
    listed: str
    replacement: bool
    details: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StackChange:
    name: str
    action: Literal["create", "update", "unchanged"]
    changes: tuple[ResourceChange, ...]
    remark: str = ""
    """Why CloudFormation lists nothing, where it does not."""


def stack_change(
    client: CloudFormationClient,
    wanted: WantedStack,
    there: Deployed | None,
    *,
    tags: Mapping[str, str],
    patience: Patience | None = None,
    lost: Lost | None = None,
) -> StackChange:
    """What deploying does to the stack. Asks CloudFormation only where the stack exists."""
    if there is None:
        found = differences({}, wanted.template, parameters_before={}, parameters_after=wanted.parameters)
        remark = "CloudFormation is not asked about a stack that does not exist"
        return StackChange(name=wanted.name, action="create", changes=_merged(found, ()), remark=remark)
    found = differences(
        there.template,
        wanted.template,
        parameters_before=there.parameters,
        parameters_after=wanted.parameters,
    )
    found = with_lost(found, lost, wanted)
    asked = proposal(client, wanted, tags=tags, patience=patience)
    made = {
        *resources(there.template, parameters=there.parameters),
        *resources(wanted.template, parameters=wanted.parameters),
    }
    # The local AWS also lists resources whose condition does not hold.
    told = tuple(each for each in asked.changes if each.resource in made)
    refusal = f"the stack is {there.status}, and CloudFormation proposes no change: {asked.refusal}"
    return StackChange(
        name=wanted.name,
        action="update" if found or told else "unchanged",
        changes=_merged(found, told),
        remark=refusal if asked.refusal else "",
    )


def with_lost(found: tuple[Difference, ...], lost: Lost | None, wanted: WantedStack) -> tuple[Difference, ...]:
    """The differences, where what the stack has lost is created, whatever else the templates say of it.

    A property that is lost is set again, beside what else differs of its resource.
    """
    again = tuple(
        Difference(resource=each.logical_id, type=each.type, action="create", details=(GONE,))
        for each in (lost.resources if lost else ())
        if each.logical_id in wanted.template["Resources"]
    )
    names = {each.resource for each in again}
    others = {each.resource: each for each in found if each.resource not in names}
    for each in lost.properties if lost else ():
        name = each.resource.logical_id
        before = others.get(name, Difference(resource=name, type=each.resource.type, action="update", details=()))
        others[name] = replace(before, details=(*before.details, WITHOUT.format(each.name)))
    return (*again, *others.values())


def _merged(found: tuple[Difference, ...], told: tuple[Listed, ...]) -> tuple[ResourceChange, ...]:
    by_us = {each.resource: each for each in found}
    by_them = {each.resource: each for each in told}
    return tuple(_merge(name, by_us.get(name), by_them.get(name)) for name in sorted({*by_us, *by_them}))


def _merge(name: str, ours: Difference | None, theirs: Listed | None) -> ResourceChange:
    return ResourceChange(
        resource=name,
        type=ours.type if ours else theirs.type if theirs else "",
        action=ours.action if ours else "",
        listed=theirs.action if theirs else "",
        replacement=bool(theirs and theirs.replacement),
        details=(theirs.details if theirs and _is_update(ours) else ()) or (ours.details if ours else ()),
    )


def _is_update(ours: Difference | None) -> bool:
    """Whether CloudFormation's own values say it better: of what comes, goes or was lost it has none."""
    return ours is None or ours.action == "update"
