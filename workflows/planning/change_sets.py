"""Asks CloudFormation what would change in a stack: proposes a change set as a deployment does, then deletes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.errors import DeploymentFailed
from workflows.deploying.cloudformation.proposals import Proposal, WantedStack, propose
from workflows.deploying.cloudformation.templates import StoreTemplate
from workflows.deploying.progress import Patience
from workflows.planning.changed_values import change

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

ACTIONS = {"Add": "create", "Modify": "update", "Remove": "delete", "Import": "adopt"}
RELEASE = "release"
"""The resource leaves the stack and still exists, because its DeletionPolicy keeps it."""
MAY_FOLLOW = "may follow"
"""CloudFormation cannot tell before: most often a property takes its value from a resource that changes."""
REPLACEMENTS = {"True": "replaced", "Conditional": "may be replaced"}
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""CloudFormation's word for a value that it does not know yet."""
AFTERWARDS = "known afterwards"


@dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """`action` is one of ACTIONS, RELEASE or MAY_FOLLOW; `replacement` is empty, or one of REPLACEMENTS."""

    resource: str
    type: str
    action: str
    replacement: str = ""
    details: tuple[str, ...] = ()


def proposed_changes(
    client: CloudFormationClient, wanted: WantedStack, *, store: StoreTemplate | None, patience: Patience
) -> tuple[tuple[ResourceChange, ...], str]:
    """The changes of an existing stack; and why CloudFormation does not list them, empty where it does."""
    try:
        proposal = propose(client, wanted, kind="UPDATE", purpose="plan", store=store)
    except DeploymentFailed as exc:
        return (), exc.message
    try:
        refusal = proposal.refusal(patience)
        return _listed(proposal) if refusal == "" else (), refusal or ""
    finally:
        proposal.take_back()


def _listed(proposal: Proposal) -> tuple[ResourceChange, ...]:
    """Asked for values, CloudFormation leaves out a resource of which it cannot read them: so it is asked twice."""
    with_values = {each["LogicalResourceId"]: each for each in proposal.changes(with_values=True)}
    listed = proposal.changes(with_values=False)
    return tuple(_read(with_values.get(each["LogicalResourceId"], each)) for each in listed)


def _read(told: Mapping[str, Any]) -> ResourceChange:
    action, details = ACTIONS.get(told["Action"], MAY_FOLLOW), told.get("Details", ())
    if action == "delete" and told.get("PolicyAction") == "Retain":
        action = RELEASE
    if action == "update" and details and not any(_is_certain(each) for each in details):
        action = MAY_FOLLOW
    certain_first = sorted(details, key=lambda detail: not _is_certain(detail))
    return ResourceChange(
        resource=told["LogicalResourceId"],
        type=told["ResourceType"],
        action=action,
        replacement=REPLACEMENTS.get(told.get("Replacement", "False"), ""),
        details=tuple(dict.fromkeys(map(_in_words, certain_first))),  # a value that has two causes is listed twice
    )


def _is_certain(detail: Mapping[str, Any]) -> bool:
    """Whether something of the resource itself is known to change: CloudFormation knows more than what may follow."""
    target = detail["Target"]
    return detail["Evaluation"] == "Static" or (_has_values(target) and target.get("AfterValue") != UNKNOWN)


def _has_values(target: Mapping[str, Any]) -> bool:
    return "BeforeValue" in target or "AfterValue" in target


def _in_words(detail: Mapping[str, Any]) -> str:
    """
    >>> _in_words({"Target": {"Attribute": "Properties", "Name": "Role"}, "Evaluation": "Dynamic"})
    'Role: known afterwards'
    """
    target = detail["Target"]
    path = target.get("Path", "").removeprefix("/Properties").removeprefix("/").replace("/", ".")
    name = path or target.get("Name") or target["Attribute"]
    if not _is_certain(detail) or target.get("AfterValue") == UNKNOWN:
        return f"{name}: {AFTERWARDS}"
    if not _has_values(target):
        return str(name)
    return change(name, _value(target.get("BeforeValue")), _value(target.get("AfterValue")))


def _value(text: str | None) -> Any:
    """
    >>> _value("512"), _value("a-name"), _value(None)
    (512, 'a-name', None)
    """
    try:
        return json.loads(text or "null")
    except ValueError:
        return text
