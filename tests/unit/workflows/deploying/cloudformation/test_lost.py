"""What a stack has lost is found by reading, and the template that takes it out leaves the rest as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from tests.unit.workflows.deploying.fake_account import Pages
from workflows.deploying.cloudformation.lost import (
    ALWAYS_THERE,
    STAND_IN,
    Lost,
    find_lost,
    mentioned,
    resolved,
    with_parts,
    without,
)
from workflows.deploying.cloudformation.reads import PARTS, PROPERTIES, READS
from workflows.stacks import bucket_forms
from workflows.stacks.data import data_template
from workflows.stacks.main import main_template
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


def test_what_the_stack_deleted_itself_is_not_lost() -> None:
    assert found(Account(MAIN, gone={"TrainFunction"}, deleted={"TrainFunction"})) is None


def test_every_type_of_the_stacks_is_read_or_a_part_of_one_that_is() -> None:
    """A layer's version alone is not: a function that has it goes on with it."""
    types = {each["Type"] for made in TEMPLATES.values() for each in made["Resources"].values()}

    assert types - READS.keys() - PARTS.keys() == {"AWS::Lambda::LayerVersion"}


@pytest.mark.parametrize(
    ("template", "logical_id"),
    [
        (template, name)
        for template, made in TEMPLATES.items()
        for name, resource in made["Resources"].items()
        if resource["Type"] in PARTS
    ],
)
def test_part_that_is_gone_from_what_is_there_is_found(template: str, logical_id: str) -> None:
    assert names_of(found(Account(TEMPLATES[template], gone={logical_id}))) == {logical_id}


def test_permission_is_gone_with_the_whole_policy_of_its_function() -> None:
    assert names_of(found(Account(MAIN, bare={"policy"}))) == {"RunUnfinishedPermission"}


def test_rule_without_targets_is_as_good_as_gone() -> None:
    gone = names_of(found(Account(MAIN, bare={"RunUnfinished.Targets"})))

    assert gone == {"RunUnfinished"}


@pytest.mark.parametrize(
    ("template", "logical_id", "name"),
    [
        (template, logical_id, name)
        for template, made in TEMPLATES.items()
        for logical_id, resource in made["Resources"].items()
        for name in PROPERTIES.get(resource["Type"], {})
        if name not in ALWAYS_THERE
    ],
)
def test_property_that_a_resource_has_no_more_is_taken_out_alone(template: str, logical_id: str, name: str) -> None:
    lost = found(Account(TEMPLATES[template], bare={f"{logical_id}.{name}"}))

    assert lost is not None
    assert str(lost) == f"1 property is not as deployed: {logical_id}.{name}"
    before = TEMPLATES[template]["Resources"]
    left = {key: value for key, value in before[logical_id]["Properties"].items() if key != name}
    assert lost.template["Resources"][logical_id] == {**before[logical_id], "Properties": left}
    assert {**lost.template["Resources"], logical_id: None} == {
        **before,
        logical_id: None,
        STAND_IN: lost.template["Resources"][STAND_IN],
    }


def test_property_that_the_template_does_not_give_is_not_missed() -> None:
    resource = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "a-bucket"}}

    assert found(Account({"Resources": {"Bucket": resource}}, bare={"Bucket.VersioningConfiguration"})) is None


BUCKET = DATA["Resources"]["Bucket"]["Properties"]
RULES = bucket_forms.lifecycle(BUCKET["LifecycleConfiguration"])["Rules"]
POLICY = resolved(DATA["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"], stack=ARN)
BY_HAND: list[tuple[str, Any]] = [
    ("PublicAccessBlockConfiguration", {**BUCKET["PublicAccessBlockConfiguration"], "BlockPublicPolicy": False}),
    ("PublicAccessBlockConfiguration", {"BlockPublicAcls": True}),
    ("BucketEncryption", {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}),
    ("BucketEncryption", {"Rules": []}),
    ("OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}),
    ("LifecycleConfiguration", {"Rules": RULES[1:]}),
    ("LifecycleConfiguration", {"Rules": [*RULES, {"ID": "x", "Status": "Enabled", "Expiration": {"Days": 1}}]}),
    ("LifecycleConfiguration", {"Rules": [{**RULES[0], "Status": "Disabled"}, *RULES[1:]]}),
    ("LifecycleConfiguration", {"Rules": [{**RULES[0], "Expiration": {"Days": 1}}, *RULES[1:]]}),
    ("LifecycleConfiguration", {"Rules": [{**RULES[0], "Filter": {"Prefix": ""}}, *RULES[1:]]}),
    ("PolicyDocument", {**POLICY, "Statement": POLICY["Statement"][1:]}),
    ("PolicyDocument", {**POLICY, "Statement": [*POLICY["Statement"], {"Effect": "Allow", "Action": "s3:*"}]}),
]


@pytest.mark.parametrize(("name", "there"), BY_HAND, ids=str)
def test_property_of_the_bucket_that_was_changed_by_hand_is_set_again(name: str, there: Any) -> None:
    lost = found(Account(DATA, changed={name: there}))

    assert lost is not None and [each.name for each in lost.properties] == [name]
    assert lost.resources == ()


def test_policy_that_was_changed_by_hand_is_set_twice_and_never_taken_out() -> None:
    lost = found(Account(DATA, changed={"PolicyDocument": {**POLICY, "Statement": []}}))

    assert lost is not None
    left = lost.template["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]
    assert left == {**DATA["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"], "Id": "set-again"}


SAID_OTHERWISE: list[tuple[str, Any]] = [
    (
        "BucketEncryption",
        {
            "Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False},
            ]
        },
    ),
    ("LifecycleConfiguration", {"Rules": RULES[::-1], "TransitionDefaultMinimumObjectSize": "varies"}),
    (
        "LifecycleConfiguration",
        {
            "Rules": [
                {**{key: value for key, value in each.items() if key != "Filter"}, **each["Filter"]} for each in RULES
            ]
        },
    ),
    (
        "PolicyDocument",
        {
            "Statement": [
                {
                    key: value[0] if isinstance(value, list) and len(value) == 1 else value
                    for key, value in each.items()
                }
                for each in POLICY["Statement"][::-1]
            ]
        },
    ),
]


SAID_OTHERWISE.append(
    ("PolicyDocument", {"Statement": [{**each, "Principal": {"AWS": "*"}} for each in POLICY["Statement"]]})
)


@pytest.mark.parametrize(("name", "there"), SAID_OTHERWISE, ids=str)
def test_same_in_other_words_is_not_set_again(name: str, there: Any) -> None:
    assert found(Account(DATA, changed={name: there})) is None


def test_properties_of_what_is_gone_are_not_looked_for() -> None:
    lost = found(Account(DATA, gone={"Bucket"}, bare={"Bucket.VersioningConfiguration"}))

    assert lost is not None
    assert lost.properties == ()


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
