"""What a stack says it has and what is not there: deleted by hand, or lost by a local AWS.

CloudFormation compares templates, not resources, so an update alone would leave the gap for ever. Two updates close
it: the first takes the lost resources out of the stack, and the second, the deployment's own, makes them again. In
the first, the resources that stay name the lost ones by their old values, so that nothing else of them changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jmespath  # type: ignore[import-untyped]
from botocore.exceptions import ClientError

from workflows.deploying.present import deployed
from workflows.deploying.progress import refusals

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

Json = dict[str, Any]
Clients = Callable[[str], Any]
"""boto3's clients by the name of their service."""

NAMED_AT_MOST = 5
STAND_IN = "Rest"
"""The logical ID of a resource that costs nothing: a stack cannot be empty."""
ABSENT = {
    *("ResourceNotFoundException", "ResourceNotFound", "NoSuchEntity", "StateMachineDoesNotExist"),
    *("404", "NoSuchBucket", "NoSuchBucketPolicy", "ParameterNotFound", "NotFound", "NotFoundException"),
}


@dataclass(frozen=True)
class Read:
    """A call that finds one resource and changes nothing; `{}` in `given` stands for its physical ID."""

    service: str
    operation: str
    given: Mapping[str, Any]
    found: str = "`true`"
    """What is true of the answer when the resource is there, in JMESPath."""
    arn: str = "{}"
    """The resource's ARN; the parts of the stack's own fill in the rest."""


READS = {
    "AWS::Lambda::Function": Read(
        "lambda",
        "get_function_configuration",
        {"FunctionName": "{}"},
        arn="arn:{partition}:lambda:{region}:{account}:function:{}",
    ),
    "AWS::IAM::Role": Read("iam", "get_role", {"RoleName": "{}"}, arn="arn:{partition}:iam::{account}:role/{}"),
    "AWS::StepFunctions::StateMachine": Read("stepfunctions", "describe_state_machine", {"stateMachineArn": "{}"}),
    "AWS::Events::Rule": Read(
        "events", "describe_rule", {"Name": "{}"}, arn="arn:{partition}:events:{region}:{account}:rule/{}"
    ),
    "AWS::Logs::LogGroup": Read(
        "logs", "describe_log_groups", {"logGroupNamePrefix": "{}"}, found="logGroups[?logGroupName=='{}']"
    ),
    "AWS::CloudWatch::Alarm": Read("cloudwatch", "describe_alarms", {"AlarmNames": ["{}"]}, found="MetricAlarms"),
    "AWS::S3::Bucket": Read("s3", "head_bucket", {"Bucket": "{}"}, arn="arn:{partition}:s3:::{}"),
    "AWS::SSM::Parameter": Read("ssm", "get_parameter", {"Name": "{}"}),
    "AWS::SNS::Topic": Read("sns", "get_topic_attributes", {"TopicArn": "{}"}),
}
PARTS = {
    "AWS::Lambda::Permission": "FunctionName",
    "AWS::Lambda::EventInvokeConfig": "FunctionName",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SNS::Subscription": "TopicArn",
}
"""Resources that are part of another one, and the property that names it: they go when it goes."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, kw_only=True)
class Lost:
    """`template` is the stack's own without the lost resources, for its present `parameters`."""

    resources: tuple[Resource, ...]
    template: Json
    parameters: Mapping[str, str]

    def __str__(self) -> str:
        """
        >>> role = Resource(logical_id="TrainRole", type="AWS::IAM::Role", physical_id="a-role")
        >>> str(Lost(resources=(role,), template={}, parameters={}))
        '1 resource is gone: TrainRole'
        """
        names = [each.logical_id for each in self.resources]
        more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
        are = "resource is" if len(names) == 1 else "resources are"
        return f"{len(names)} {are} gone: {', '.join(names[:NAMED_AT_MOST])}{more}"


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
    gone = {each.logical_id for each in resources if not _exists(each, clients)}
    gone |= _policies_gone(resources, there.template, clients)
    gone = with_parts(there.template, gone)
    lost = tuple(each for each in resources if each.logical_id in gone)
    if not lost:
        return None
    values = {each.logical_id: (each.physical_id, _arn(each, stack=arn)) for each in lost}
    return Lost(resources=lost, template=without(there.template, values), parameters=there.parameters)


def with_parts(template: Mapping[str, Any], gone: set[str]) -> set[str]:
    """The lost resources, with what cannot be kept without them.

    That is its parts, and the serving function of a lost role: the function's published versions keep that role.
    """
    found = set(gone)
    for logical_id, resource in template["Resources"].items():
        owner = PARTS.get(resource["Type"])
        if owner and mentioned(resource["Properties"].get(owner)) & gone:
            found.add(logical_id)
        if _is_serving(logical_id, resource) and mentioned(resource["Properties"].get("Role")) & gone:
            found.add(logical_id)
    return found


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


def _exists(resource: Resource, clients: Clients) -> bool:
    """Whether it is there; a type that READS does not know is taken to be."""
    read = READS.get(resource.type)
    return read is None or _answers(read, resource.physical_id, clients)


def _answers(read: Read, physical_id: str, clients: Clients) -> bool:
    given = json.loads(json.dumps(dict(read.given)).replace("{}", physical_id))
    with refusals(f"looking for {physical_id}"):
        try:
            answer = getattr(clients(read.service), read.operation)(**given)
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") in ABSENT:
                return False
            raise
    return bool(jmespath.search(read.found.replace("{}", physical_id), answer))


def _policies_gone(resources: list[Resource], template: Mapping[str, Any], clients: Clients) -> set[str]:
    """Bucket policies that are gone from buckets that are there: a policy's own physical ID names no bucket."""
    read = Read("s3", "get_bucket_policy", {"Bucket": "{}"})
    physical = {each.logical_id: each.physical_id for each in resources}
    return {
        each.logical_id
        for each in resources
        if each.type == "AWS::S3::BucketPolicy"
        for bucket in _buckets(template, each.logical_id, physical)
        if not _answers(read, bucket, clients)
    }


def _buckets(template: Mapping[str, Any], policy: str, physical: Mapping[str, str]) -> Iterator[str]:
    resource = template["Resources"].get(policy, {})
    yield from (
        physical[name] for name in mentioned(resource.get("Properties", {}).get("Bucket")) if name in physical
    )


def _arn(resource: Resource, *, stack: str) -> str:
    read = READS.get(resource.type)
    _, partition, _, region, account, _ = stack.split(":", 5)
    written = read.arn if read else "{}"
    for part, value in {"{partition}": partition, "{region}": region, "{account}": account}.items():
        written = written.replace(part, value)
    return written.replace("{}", resource.physical_id)
