"""Finds resources that a stack lists and that no longer exist: deleted by hand, or lost by a local AWS.

CloudFormation compares templates, not resources, so an update alone would never close the gap. Two updates close it:
the first takes the lost resources out of the stack, and the second, the deployment's own, makes them again. In the
first, the remaining resources name the lost ones by their old values, so that nothing else of them changes. A
property that a resource has lost, or that was changed by hand, such as a bucket's versioning, is taken out and set
again likewise. A bucket's policy guards the ledger and is not taken out: it is set twice, with another ID first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflows.deploying.asking import Clients
from workflows.deploying.cloudformation.present import deployed
from workflows.deploying.cloudformation.reads import PARTS, PROPERTIES, READS, answers
from workflows.deploying.progress import refusals

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

Json = dict[str, Any]

NAMED_AT_MOST = 5
ALWAYS_THERE = {"PolicyDocument"}
STAND_IN = "Rest"
"""The logical ID of a resource that costs nothing: a stack cannot be empty."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, kw_only=True)
class Property:
    """A property that an existing resource has lost, or that was changed."""

    resource: Resource
    name: str

    def __str__(self) -> str:
        return f"{self.resource.logical_id}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Lost:
    """`template` is the stack's own without what is lost, for its present `parameters`."""

    resources: tuple[Resource, ...]
    properties: tuple[Property, ...] = ()
    template: Json
    parameters: Mapping[str, str]

    def __str__(self) -> str:
        """
        >>> role = Resource(logical_id="TrainRole", type="AWS::IAM::Role", physical_id="a-role")
        >>> str(Lost(resources=(role,), template={}, parameters={}))
        '1 resource is gone: TrainRole'
        """
        resources = _counted(
            [each.logical_id for each in self.resources], "resource is", "resources are", lost="gone"
        )
        properties = _counted(
            [str(each) for each in self.properties], "property is", "properties are", lost="not as deployed"
        )
        return "; ".join(each for each in (resources, properties) if each)


def find_lost(client: CloudFormationClient, name: str, *, clients: Clients) -> Lost | None:
    """What the stack has lost, or None. It only reads; raises DeploymentFailed for what AWS refuses to tell."""
    there = deployed(client, name)
    if there is None:
        return None
    with refusals(f"listing the resources of stack {name}"):
        pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
        listed = [each for page in pages for each in page["StackResourceSummaries"]]
        arn = client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    resources = [
        Resource(
            logical_id=each["LogicalResourceId"],
            type=each["ResourceType"],
            physical_id=each.get("PhysicalResourceId", ""),
        )
        for each in listed
        if each["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    look = Look(resources, there.template, clients, stack=arn)
    gone = with_parts(there.template, look.gone() | look.parts_gone())
    lost = tuple(each for each in resources if each.logical_id in gone)
    properties = tuple(look.properties_gone(gone))
    if not lost and not properties:
        return None
    values = {each.logical_id: (each.physical_id, _arn(each, stack=arn)) for each in lost}
    left = without(bared(there.template, properties), values)
    return Lost(resources=lost, properties=properties, template=left, parameters=there.parameters)


@dataclass(frozen=True)
class Look:
    """What of a stack's resources is not there. It only reads."""

    resources: list[Resource]
    template: Mapping[str, Any]
    clients: Clients
    stack: str
    """Its ARN."""

    def gone(self) -> set[str]:
        """The resources that are not there; one of a type that READS does not know is taken to be."""
        return {
            each.logical_id
            for each in self.resources
            if each.type in READS and not answers(READS[each.type], self.clients, of=each.physical_id)
        }

    def parts_gone(self) -> set[str]:
        """The parts that are gone from what is there, or what is gone itself."""
        return {
            each.logical_id
            for each in self.resources
            if each.type in PARTS
            for owner in self._owners(each)
            if not answers(PARTS[each.type].read, self.clients, of=owner, part=each.physical_id)
        }

    def properties_gone(self, gone: set[str]) -> Iterator[Property]:
        """The properties that a template gives and the resource, which is there, has not, or otherwise."""
        for each in self.resources:
            given = self.template["Resources"].get(each.logical_id, {}).get("Properties", {})
            for name, read in PROPERTIES.get(each.type, {}).items():
                if each.logical_id in gone or name not in given:
                    continue
                of = next(self._owners(each), each.physical_id) if each.type in PARTS else each.physical_id
                if not answers(read, self.clients, of=of, given=resolved(given[name], stack=self.stack)):
                    yield Property(resource=each, name=name)

    def _owners(self, part: Resource) -> Iterator[str]:
        """The physical IDs of what it is part of: its own one may not tell."""
        properties = self.template["Resources"].get(part.logical_id, {}).get("Properties", {})
        physical = {each.logical_id: each.physical_id for each in self.resources}
        for name in mentioned(properties.get(PARTS[part.type].owner)):
            if name in physical:
                yield physical[name]


def with_parts(template: Mapping[str, Any], gone: set[str]) -> set[str]:
    """The lost resources, with what cannot be kept without them.

    That is its parts, and the serving function of a lost role: the function's published versions keep that role.
    """
    found = set(gone)
    for logical_id, resource in template["Resources"].items():
        part = PARTS.get(resource["Type"])
        if part and mentioned(resource["Properties"].get(part.owner)) & gone:
            found.add(logical_id)
        if _is_serving(logical_id, resource) and mentioned(resource["Properties"].get("Role")) & gone:
            found.add(logical_id)
    return found


def bared(template: Mapping[str, Any], properties: tuple[Property, ...]) -> Json:
    """The template without these properties, or with another value of those that have to be there always."""
    found: Json = dict(template["Resources"])
    for each in properties:
        resource = found[each.resource.logical_id]
        left = {name: value for name, value in resource["Properties"].items() if name != each.name}
        if each.name in ALWAYS_THERE:
            left[each.name] = {**resource["Properties"][each.name], "Id": "set-again"}
        found[each.resource.logical_id] = {**resource, "Properties": left}
    return {**template, "Resources": found}


def without(template: Mapping[str, Any], values: Mapping[str, tuple[str, str]]) -> Json:
    """The template without the resources named, of which `values` are physical ID and ARN."""
    kept = {name: each for name, each in template["Resources"].items() if name not in values}
    cut: Json = _filled({**template, "Resources": {name: _independent(kept[name], values) for name in kept}}, values)
    cut["Resources"][STAND_IN] = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    return cut


def mentioned(value: Any) -> set[str]:
    """The logical IDs that a part of a template refers to.

    >>> sorted(mentioned([{"Ref": "Bucket"}, {"Fn::GetAtt": ["Role", "Arn"]}]))
    ['Bucket', 'Role']
    """
    if isinstance(value, dict):
        if "Ref" in value:
            return {value["Ref"]}
        if "Fn::GetAtt" in value:
            return {value["Fn::GetAtt"][0]}
        return {name for each in value.values() for name in mentioned(each)}
    if isinstance(value, list):
        return {name for each in value for name in mentioned(each)}
    return set()


def _is_serving(logical_id: str, resource: Mapping[str, Any]) -> bool:
    """Whether a run publishes versions of the function; `main.serving_id` makes its logical ID."""
    return resource["Type"] == "AWS::Lambda::Function" and logical_id.startswith("Serve")


def _independent(resource: Json, values: Mapping[str, Any]) -> Json:
    """The resource without an order after what is not there."""
    depends = resource.get("DependsOn", [])
    after = [depends] if isinstance(depends, str) else depends
    left = [each for each in after if each not in values]
    if left == after:
        return resource
    kept = {name: value for name, value in resource.items() if name != "DependsOn"}
    return {**kept, "DependsOn": left} if left else kept


def _filled(value: Any, values: Mapping[str, tuple[str, str]]) -> Any:
    """The value with each mention of a lost resource replaced by what it was."""
    if isinstance(value, dict):
        ref, attribute = value.get("Ref"), value.get("Fn::GetAtt")
        if isinstance(ref, str) and ref in values:
            return values[ref][0]
        if isinstance(attribute, list) and attribute[0] in values:
            return values[attribute[0]][1]
        return {name: _filled(each, values) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    return value


def _counted(names: list[str], one: str, several: str, *, lost: str) -> str:
    if not names:
        return ""
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return f"{len(names)} {one if len(names) == 1 else several} {lost}: {', '.join(names[:NAMED_AT_MOST])}{more}"


def _arn(resource: Resource, *, stack: str) -> str:
    read = READS.get(resource.type)
    written = read.arn if read else "{}"
    for part, value in _parts(stack).items():
        written = written.replace(f"{{{part}}}", value)
    return written.replace("{}", resource.physical_id)


def resolved(value: Any, *, stack: str) -> Any:
    """A part of a template with the stack's own account, region and partition filled in.

    >>> resolved({"Fn::Sub": "b-${AWS::AccountId}"}, stack="arn:aws:cloudformation:eu-west-1:123:stack/s/1")
    'b-123'
    """
    if isinstance(value, dict):
        if value.keys() == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            parts = _parts(stack)
            named = {"Partition": parts["partition"], "Region": parts["region"], "AccountId": parts["account"]}
            return re.sub(r"\$\{AWS::(\w+)\}", lambda found: named.get(found[1], found[0]), value["Fn::Sub"])
        return {name: resolved(each, stack=stack) for name, each in value.items()}
    return [resolved(each, stack=stack) for each in value] if isinstance(value, list) else value


def _parts(arn: str) -> dict[str, str]:
    _, partition, _, region, account, _ = arn.split(":", 5)
    return {"partition": partition, "region": region, "account": account}
