"""Looks each resource of the stacks up, and what of it may be lost or changed though it exists. It only reads.

Of changes by hand it notices those of the bucket's properties and policy, which protect the data. It does not notice
tags: CloudFormation hands a stack's tags on to a resource, and sets them again only when the stack's own tags change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath  # type: ignore[import-untyped]

from workflows.deploying.asking import Clients, find
from workflows.deploying.cloudformation import comparisons

Same = Callable[[Any, Any], bool]
"""From an answer and a template's property to whether they say the same."""


@dataclass(frozen=True)
class Read:
    """A call that finds one resource and changes nothing; `{}` in `given` stands for its physical ID.

    Of a part, `{}` is the physical ID of what it is part of, and `{part}` its own.
    """

    service: str
    operation: str
    given: Mapping[str, Any]
    found: str = "`true`"
    """What is true of the answer when the resource is there, in JMESPath."""
    arn: str = "{}"
    """The resource's ARN; the parts of the stack's own fill in the rest."""
    same: Same | None = None
    """Of a property that is there: whether it is the template's; None where any is good."""


@dataclass(frozen=True)
class Part:
    """A resource that is part of another one, which its property `owner` names: it goes when that goes."""

    owner: str
    read: Read


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
        "events",
        "list_targets_by_rule",
        {"Rule": "{}"},
        found="Targets",
        arn="arn:{partition}:events:{region}:{account}:rule/{}",
    ),
    "AWS::Logs::LogGroup": Read(
        "logs", "describe_log_groups", {"logGroupNamePrefix": "{}"}, found="logGroups[?logGroupName=='{}']"
    ),
    "AWS::CloudWatch::Alarm": Read("cloudwatch", "describe_alarms", {"AlarmNames": ["{}"]}, found="MetricAlarms"),
    "AWS::S3::Bucket": Read("s3", "head_bucket", {"Bucket": "{}"}, arn="arn:{partition}:s3:::{}"),
    "AWS::SSM::Parameter": Read("ssm", "get_parameter", {"Name": "{}"}),
    "AWS::SNS::Topic": Read("sns", "get_topic_attributes", {"TopicArn": "{}"}),
}
"""A rule without a target does as little as none."""

PARTS = {
    "AWS::Lambda::Permission": Part(
        "FunctionName", Read("lambda", "get_policy", {"FunctionName": "{}"}, found="contains(Policy, '{part}')")
    ),
    "AWS::Lambda::EventInvokeConfig": Part(
        "FunctionName",
        Read("lambda", "get_function_event_invoke_config", {"FunctionName": "{}", "Qualifier": "$LATEST"}),
    ),
    "AWS::S3::BucketPolicy": Part("Bucket", Read("s3", "get_bucket_policy", {"Bucket": "{}"})),
    "AWS::SNS::Subscription": Part(
        "TopicArn", Read("sns", "list_subscriptions_by_topic", {"TopicArn": "{}"}, found="Subscriptions")
    ),
}

PROPERTIES = {
    "AWS::S3::Bucket": {
        name: Read("s3", operation, {"Bucket": "{}"}, same=same)
        for name, operation, same in (
            ("VersioningConfiguration", "get_bucket_versioning", comparisons.versioning),
            ("PublicAccessBlockConfiguration", "get_public_access_block", comparisons.access_block),
            ("BucketEncryption", "get_bucket_encryption", comparisons.encryption),
            ("OwnershipControls", "get_bucket_ownership_controls", comparisons.ownership),
            ("LifecycleConfiguration", "get_bucket_lifecycle_configuration", comparisons.lifecycle),
        )
    },
    "AWS::S3::BucketPolicy": {
        "PolicyDocument": Read("s3", "get_bucket_policy", {"Bucket": "{}"}, same=comparisons.policy),
    },
    "AWS::IAM::Role": {
        "Policies": Read("iam", "list_role_policies", {"RoleName": "{}"}, found="PolicyNames"),
    },
    "AWS::Logs::LogGroup": {
        "RetentionInDays": Read(
            "logs",
            "describe_log_groups",
            {"logGroupNamePrefix": "{}"},
            found="logGroups[?logGroupName=='{}'].retentionInDays",
        ),
    },
}
"""By type, the properties that a resource keeps apart from itself, so that they can go alone.

Of a part, `{}` is the physical ID of what it is part of.
"""


def answers(read: Read, clients: Clients, *, of: str, part: str = "", given: Any = None) -> bool:
    """Whether it is there, and as it was `given`; raises DeploymentFailed for what AWS refuses to tell."""

    def filled(text: str) -> str:
        return text.replace("{}", of).replace("{part}", part)

    asked = json.loads(filled(json.dumps(dict(read.given))))
    answer = find(part or of, getattr(clients(read.service), read.operation), **asked)
    if answer is None or not jmespath.search(filled(read.found), answer):
        return False
    return read.same is None or read.same(answer, given)
