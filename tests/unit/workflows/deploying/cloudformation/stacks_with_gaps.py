"""CloudFormation with one stack, of which something is gone or was changed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from botocore.exceptions import ClientError

from chalicelib.names import Names
from tests.unit.workflows.deploying.fake_account import Pages
from workflows.deploying.cloudformation.lost import (
    Lost,
    find_lost,
    resolved,
)
from workflows.stacks import bucket_forms
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import DEFAULTS

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
STACK = "nightswap-prod"
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/nightswap-prod/1"
MAIN = main_template("prod", models=["a-model"])
DATA = data_template(NAMES, settings=replace(DEFAULTS, alert_email="me@example.org"))
TEMPLATES = {"main": MAIN, "data": DATA}


@dataclass
class Account:
    """CloudFormation with one stack, and every other service: what is `gone` is not found.

    `bare` names properties that are not set any more, such as "Bucket.VersioningConfiguration".
    """

    template: Mapping[str, Any]
    gone: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    changed: Mapping[str, Any] = field(default_factory=dict)
    """What S3 answers of a property, by the property's name, where it is not what was deployed."""
    deleted: set[str] = field(default_factory=set)
    """What the stack itself deleted, and still lists."""
    refuses: str = ""

    def __call__(self, service: str) -> Service:
        return Service(self, service)

    def physical(self, logical_id: str) -> str:
        return f"the-{logical_id}"


@dataclass
class Service:
    account: Account
    name: str

    def describe_stacks(self, **_given: str) -> Any:
        return {"Stacks": [{"StackId": ARN, "StackStatus": "UPDATE_COMPLETE", "Parameters": []}]}

    def get_template(self, **_given: str) -> Any:
        return {"TemplateBody": self.account.template}

    def get_paginator(self, operation: str) -> Pages:
        assert operation == "list_stack_resources"
        listed = [
            {
                "LogicalResourceId": name,
                "ResourceType": resource["Type"],
                "PhysicalResourceId": self.account.physical(name),
                "ResourceStatus": "DELETE_COMPLETE" if name in self.account.deleted else "CREATE_COMPLETE",
            }
            for name, resource in self.account.template["Resources"].items()
        ]
        return Pages([{"StackResourceSummaries": listed}])

    def __getattr__(self, operation: str) -> Any:
        def call(**given: Any) -> Any:
            asked = next(each[0] if isinstance(each, list) else each for each in given.values())
            name = asked.removeprefix("the-")
            if self.account.refuses == operation:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)
            if operation in ANSWERS:
                found = ANSWERS[operation](name, self.account)
            else:
                found = None if name in self.account.gone else {}
            if found is None:
                raise ClientError({"Error": {"Code": ABSENT[operation], "Message": "gone"}}, operation)
            return found

        return call


Answer = Callable[[str, Account], dict[str, Any] | None]
"""Of the resource asked for; None is an error."""


def log_groups(name: str, account: Account) -> dict[str, Any]:
    kept = {} if f"{name}.RetentionInDays" in account.bare else {"retentionInDays": 30}
    others = [{"logGroupName": f"the-{name}-more", "retentionInDays": 30}]
    own = [] if name in account.gone else [{"logGroupName": f"the-{name}", **kept}]
    return {"logGroups": [*others, *own]}


def targets(name: str, account: Account) -> dict[str, Any] | None:
    return None if name in account.gone else {"Targets": [] if f"{name}.Targets" in account.bare else [{"Id": "1"}]}


def versioning(name: str, account: Account) -> dict[str, Any]:
    return {} if f"{name}.VersioningConfiguration" in account.bare else {"Status": "Enabled"}


def configured(property_name: str, form: Callable[[Any], Any], under: str = "") -> Answer:
    """A property of a bucket as S3 tells it."""

    def answer(name: str, account: Account) -> dict[str, Any] | None:
        if f"{name}.{property_name}" in account.bare:
            return None
        given = form(account.template["Resources"][name]["Properties"][property_name])
        found = account.changed.get(property_name, given)
        return {under: found} if under else dict(found)

    return answer


def bucket_policy(_name: str, account: Account) -> dict[str, Any] | None:
    if "BucketPolicy" in account.gone:
        return None
    given = resolved(account.template["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"], stack=ARN)
    return {"Policy": json.dumps(account.changed.get("PolicyDocument", given))}


def role_policies(name: str, account: Account) -> dict[str, Any]:
    return {"PolicyNames": [] if f"{name}.Policies" in account.bare else ["permissions"]}


def lambda_policy(_name: str, account: Account) -> dict[str, Any] | None:
    sids = ["another"] if "RunUnfinishedPermission" in account.gone else ["the-RunUnfinishedPermission"]
    return None if account.bare == {"policy"} else {"Policy": json.dumps({"Statement": [{"Sid": sids[0]}]})}


def listed(key: str, part: str = "") -> Answer:
    """A list in which the resource is, or else the part that is asked for by what it is part of."""
    return lambda name, account: {key: [] if (part or name) in account.gone else [{"Name": part or name}]}


def answered(part: str) -> Answer:
    return lambda _name, account: None if part in account.gone else {}


ANSWERS: dict[str, Answer] = {
    "describe_log_groups": log_groups,
    "describe_alarms": listed("MetricAlarms"),
    "list_targets_by_rule": targets,
    "get_bucket_policy": bucket_policy,
    "get_bucket_versioning": versioning,
    "get_public_access_block": configured("PublicAccessBlockConfiguration", dict, "PublicAccessBlockConfiguration"),
    "get_bucket_encryption": configured(
        "BucketEncryption", bucket_forms.encryption, "ServerSideEncryptionConfiguration"
    ),
    "get_bucket_ownership_controls": configured("OwnershipControls", bucket_forms.ownership, "OwnershipControls"),
    "get_bucket_lifecycle_configuration": configured("LifecycleConfiguration", bucket_forms.lifecycle),
    "list_role_policies": role_policies,
    "get_policy": lambda_policy,
    "get_function_event_invoke_config": answered("RestoreAliasFailures"),
    "list_subscriptions_by_topic": listed("Subscriptions", "AlertsByMail"),
}
ABSENT = {
    "get_function_configuration": "ResourceNotFoundException",
    "get_role": "NoSuchEntity",
    "describe_state_machine": "StateMachineDoesNotExist",
    "list_targets_by_rule": "ResourceNotFoundException",
    "head_bucket": "404",
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_public_access_block": "NoSuchPublicAccessBlockConfiguration",
    "get_bucket_encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "get_bucket_ownership_controls": "OwnershipControlsNotFoundError",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
    "get_parameter": "ParameterNotFound",
    "get_topic_attributes": "NotFound",
    "get_policy": "ResourceNotFoundException",
    "get_function_event_invoke_config": "ResourceNotFoundException",
}
"""How each service says that something is not there."""


def found(account: Account) -> Lost | None:
    return find_lost(cast(Any, account("cloudformation")), STACK, clients=account)
