"""What a stack has lost is found by reading, and the template that takes it out leaves the rest as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from tests.unit.workflows.deploying.fake_account import Pages
from workflows.deploying.lost import PARTS, READS, STAND_IN, Lost, find_lost, mentioned, with_parts, without
from workflows.stacks.data import data_template
from workflows.stacks.main import main_template

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
STACK = "nightswap-prod"
ARN = "arn:aws:cloudformation:eu-west-1:123456789012:stack/nightswap-prod/1"
MAIN = main_template("prod", models=["a-model"])
DATA = data_template(NAMES)
TEMPLATES = {"main": MAIN, "data": DATA}


@dataclass
class Account:
    """CloudFormation with one stack, and every other service: what is `gone` is not found."""

    template: Mapping[str, Any]
    gone: set[str] = field(default_factory=set)
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
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for name, resource in self.account.template["Resources"].items()
        ]
        return Pages([{"StackResourceSummaries": listed}])

    def __getattr__(self, operation: str) -> Any:
        def call(**given: Any) -> Any:
            (asked,) = [each[0] if isinstance(each, list) else each for each in given.values()]
            is_gone = asked.removeprefix("the-") in self.account.gone
            if self.account.refuses == operation:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)
            if operation == "describe_log_groups":
                found = [asked + "-more", *([] if is_gone else [asked])]
                return {"logGroups": [{"logGroupName": name} for name in found]}
            if operation == "describe_alarms":
                return {"MetricAlarms": [] if is_gone else [{"AlarmName": asked}]}
            if operation == "get_bucket_policy":
                is_gone = "BucketPolicy" in self.account.gone
            if is_gone:
                raise ClientError({"Error": {"Code": absent(operation), "Message": "gone"}}, operation)
            return {}

        return call


def absent(operation: str) -> str:
    """How each service says that something is not there."""
    return {
        "get_function_configuration": "ResourceNotFoundException",
        "get_role": "NoSuchEntity",
        "describe_state_machine": "StateMachineDoesNotExist",
        "describe_rule": "ResourceNotFoundException",
        "head_bucket": "404",
        "get_bucket_policy": "NoSuchBucketPolicy",
        "get_parameter": "ParameterNotFound",
        "get_topic_attributes": "NotFound",
    }[operation]


def found(account: Account) -> Lost | None:
    return find_lost(cast(Any, account("cloudformation")), STACK, clients=account)


def names_of(lost: Lost | None) -> set[str]:
    return {each.logical_id for each in lost.resources} if lost else set()


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_lost_where_everything_answers(template: str) -> None:
    assert found(Account(TEMPLATES[template])) is None


@pytest.mark.parametrize(
    ("template", "logical_id"),
    [
        (template, name)
        for template, made in TEMPLATES.items()
        for name, resource in made["Resources"].items()
        if resource["Type"] in READS
    ],
)
def test_each_resource_that_is_gone_is_found(template: str, logical_id: str) -> None:
    lost = found(Account(TEMPLATES[template], gone={logical_id}))

    assert logical_id in names_of(lost)
    assert lost is not None
    assert logical_id not in lost.template["Resources"]


def test_every_type_of_the_stacks_is_read_or_a_part_of_one_that_is() -> None:
    """A layer's version alone is not: a function that has it goes on with it."""
    types = {each["Type"] for made in TEMPLATES.values() for each in made["Resources"].values()}

    assert types - READS.keys() - PARTS.keys() == {"AWS::Lambda::LayerVersion"}


def test_policy_that_is_gone_from_its_bucket_is_found() -> None:
    assert names_of(found(Account(DATA, gone={"BucketPolicy"}))) == {"BucketPolicy"}


def test_parts_go_with_what_they_are_part_of() -> None:
    gone = names_of(found(Account(MAIN, gone={"RestoreAliasFunction"})))

    assert gone == {"RestoreAliasFunction", "RestoreAliasFailures", "RunUnfinishedPermission"}


def test_serving_function_goes_with_its_role_because_its_versions_keep_that_one() -> None:
    assert with_parts(MAIN, {"ServeAXmodelRole"}) == {"ServeAXmodelRole", "ServeAXmodelFunction"}
    assert with_parts(MAIN, {"TrainRole"}) == {"TrainRole"}


def test_what_stays_names_the_lost_ones_by_their_old_values() -> None:
    lost = found(Account(MAIN, gone={"TrainFunction", "TrainRole", "RunUnfinished", "TrainLog"}))

    assert lost is not None
    machine = lost.template["Resources"]["Retrain"]["Properties"]["DefinitionSubstitutions"]
    assert machine["Train"] == "arn:aws:lambda:eu-west-1:123456789012:function:the-TrainFunction"
    permission = lost.template["Resources"]["RunUnfinishedPermission"]["Properties"]
    assert permission["SourceArn"] == "arn:aws:events:eu-west-1:123456789012:rule/the-RunUnfinished"


def test_stack_that_lost_everything_keeps_a_stand_in() -> None:
    lost = found(Account(MAIN, gone=set(MAIN["Resources"])))

    assert lost is not None
    layers = {name for name, each in MAIN["Resources"].items() if each["Type"] == "AWS::Lambda::LayerVersion"}
    assert lost.template["Resources"].keys() == {STAND_IN, *layers}


def test_refusal_is_told_and_is_not_taken_for_a_loss() -> None:
    with pytest.raises(DeploymentFailed, match="AccessDenied"):
        found(Account(MAIN, refuses="get_role"))


def test_stack_that_is_not_there_has_lost_nothing() -> None:
    class NoStack(Service):
        def describe_stacks(self, **_given: str) -> Any:
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": "it does not exist"}}, "DescribeStacks"
            )

    account = Account(MAIN)

    assert find_lost(cast(Any, NoStack(account, "cloudformation")), STACK, clients=account) is None


def test_message_names_a_few_and_counts_the_others() -> None:
    lost = found(Account(MAIN, gone={name for name in MAIN["Resources"] if name.endswith("Log")}))

    assert str(lost).startswith("11 resources are gone: ")
    assert str(lost).endswith(" and 6 more")


@given(st.sets(st.sampled_from(sorted(MAIN["Resources"]))))
def test_template_without_any_resources_mentions_none_of_them_and_changes_no_other(gone: set[str]) -> None:
    values = {name: (f"the-{name}", f"arn-of-{name}") for name in gone}

    cut = without(MAIN, values)

    assert not mentioned(cut) & gone
    for name, resource in cut["Resources"].items():
        depends = resource.get("DependsOn", [])
        assert not gone & {*([depends] if isinstance(depends, str) else depends)}
        before = MAIN["Resources"].get(name)
        if before and not gone & (mentioned(before) | {before.get("DependsOn", "")}):
            assert resource == before
    assert json.loads(json.dumps(cut)) == cut
