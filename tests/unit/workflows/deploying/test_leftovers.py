from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.names import STAGE_NAME, Names, serving_function, task_function, token_parameter
from tests.unit.workflows.deploying.fake_account import FakeAccount, FakeClient, calling
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources
from workflows.deploying.leftovers import LOOKS, Inventory, Leftover, is_of_stage

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
stages = st.from_regex(STAGE_NAME.pattern, fullmatch=True)


def inventory(**clients: Any) -> Inventory:
    account = FakeAccount(**clients)
    app = ChaliceResources(names=NAMES, clients=account, functions=["api_handler"])
    return Inventory(names=NAMES, clients=account, app=app)


def listing(operation: str, key: str, *items: Any) -> FakeClient:
    return FakeClient(pages={operation: [{key: list(items)}]})


def tagged(*arns: str) -> FakeClient:
    return listing("get_resources", "ResourceTagMappingList", *({"ResourceARN": arn} for arn in arns))


def summary(stack: str, status: str = "UPDATE_COMPLETE") -> dict[str, str]:
    return {"StackName": stack, "StackStatus": status}


def test_stack_that_was_deleted_is_not_there_though_cloudformation_lists_it() -> None:
    cloudformation = listing("list_stacks", "StackSummaries", summary(NAMES.stack, "DELETE_COMPLETE"))

    assert inventory(cloudformation=cloudformation).everything() == []


def test_nothing_is_left_of_a_stage_that_does_not_exist() -> None:
    assert inventory().everything() == []


def test_what_has_the_name_is_listed_with_whether_it_can_cost() -> None:
    versions = [{"FunctionName": "nightswap-prod-serve-m", "Version": version} for version in ("$LATEST", "3")]
    found = inventory(
        **{"lambda": listing("list_functions", "Functions", *versions)},
        iam=listing("list_roles", "Roles", {"RoleName": "nightswap-prod-nightly"}, {"RoleName": "admin"}),
        logs=listing("describe_log_groups", "logGroups", {"logGroupName": "/aws/lambda/nightswap-prod"}),
    ).everything()

    assert [(each.kind, each.name, each.is_billable) for each in found if each.kind != "function"] == [
        ("function version", "nightswap-prod-serve-m:3", True),
        ("log group", "/aws/lambda/nightswap-prod", True),
        ("role", "nightswap-prod-nightly", False),
    ]
    assert {each.name for each in found if each.kind == "function"} == {"nightswap-prod-serve-m"}


def test_data_is_what_a_later_deploy_finds_again() -> None:
    found = inventory(
        s3=listing("list_buckets", "Buckets", {"Name": NAMES.bucket}),
        ssm=listing("describe_parameters", "Parameters", {"Name": "/nightswap/prod/tokens"}),
        sns=listing("list_topics", "Topics", {"TopicArn": "arn:aws:sns:eu-west-1:1:nightswap-prod-alerts"}),
        cloudformation=listing("list_stacks", "StackSummaries", summary(NAMES.stack), summary(NAMES.data_stack)),
    ).everything()

    assert {each.kind: each.is_data for each in found if each.kind != "stack"} == {
        "bucket": True,
        "parameter": True,
        "topic": True,
    }
    assert {each.name: each.is_data for each in found if each.kind == "stack"} == {
        NAMES.stack: False,
        NAMES.data_stack: True,
    }


def test_rest_api_is_found_by_what_it_calls() -> None:
    pages = {
        "get_rest_apis": [{"items": [{"id": "abc", "name": "nightswap"}]}],
        "get_resources": [calling("nightswap-prod")],
    }

    assert inventory(apigateway=FakeClient(pages=pages)).everything() == [
        Leftover("REST API", "abc", is_billable=True)
    ]


def test_tags_find_what_has_another_name_and_no_more() -> None:
    found = inventory(
        resourcegroupstaggingapi=tagged(
            "arn:aws:lambda:eu-west-1:1:function:nightswap-prod-train", "arn:aws:kms:x:1:key/7"
        )
    ).everything()

    assert [each.name for each in found] == ["arn:aws:kms:x:1:key/7"]


def test_every_kind_is_looked_up_once() -> None:
    kinds = [look.kind for look in LOOKS]

    assert len(kinds) == len(set(kinds))


@given(stages, stages)
def test_stages_are_never_mixed_up(stage: str, other: str) -> None:
    names = Names(stage=other, account="123456789012", region="eu-west-1")
    all_names = (
        names.stack,
        names.data_stack,
        names.bucket,
        names.state_machine_arn,
        f"/aws/lambda/{task_function(other, 'train')}",
        f"{serving_function(other, 'a-model')}:3",
        token_parameter(other),
    )

    assert {is_of_stage(name, stage=stage) for name in all_names} == {stage == other}
