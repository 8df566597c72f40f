"""Every policy of the product against AWS's Service Authorization Reference; and mistakes that have to be found."""

from __future__ import annotations

import copy
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.authorization.checking import REFERENCE, meant, mistakes
from tests.contract.authorization.extracting import named
from tests.contract.authorization.policies import Statement, policies


def test_aws_knows_every_action_and_asks_it_on_the_arns_of_its_statement() -> None:
    found = {
        f"{who}, {statement.get('Sid', number)}": list(mistakes(statement))
        for who, statements in policies().items()
        for number, statement in enumerate(statements)
    }

    assert {where: told for where, told in found.items() if told} == {}


def test_every_policy_of_the_product_is_looked_at() -> None:
    looked_at = {"deployer", "bucket", "alerts", "policy-prod", "TrainRole", "RetrainRole", "image-role"}

    assert looked_at | {"TrainingRole-on-sagemaker"} <= set(policies())


def test_reference_has_the_actions_of_the_policies() -> None:
    assert [each for each in named() if not meant(each)] == []


def allow(*actions: str, on: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": [on], "Condition": condition}


HERE = "eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (allow("s3:GetObjects", on="arn:aws:s3:::a-bucket/*"), "no action in reference.json"),
        (allow("sns:Unsubscribe", on=f"arn:aws:sns:{HERE}:nightswap-prod-*:*"), "it knows no resource"),
        (allow("sns:Publish", on=f"arn:aws:sns:{HERE}:nightswap-prod-alerts:*"), "${TopicName}"),
        (allow("lambda:ListFunctions", on=f"arn:aws:lambda:{HERE}:function:nightswap-prod"), "knows no resource"),
        (allow("s3:ListBucket", on="arn:aws:s3:::a-bucket/*"), "expected arn:${Partition}:s3"),
        (allow("s3:GetObject", on="arn:aws:s3:::a-bucket"), "${BucketName}/${ObjectName}"),
        (allow("iam:GetRole", on="*"), "${RoleNameWithPath}"),
        (allow("iam:GetRole", on=f"arn:aws:iam:{HERE}:role/a-role"), "arn:${Partition}:iam::${Account}"),
        (allow("logs:TagResource", on=f"arn:aws:logs:{HERE}:log-group:a-group:*"), "log-group:${LogGroupName}"),
        (allow("logs:CreateLogGroup", on=f"arn:aws:logs:{HERE}:log-group:a-group"), "${LogGroupName}:*"),
        (allow("states:StartExecution", on=f"arn:aws:states:{HERE}:execution:a-machine:*"), "stateMachine:"),
        (allow("cloudformation:DescribeStacks", on=f"arn:aws:cloudformation:{HERE}:stack/a-stack"), "stack/$"),
        (allow("apigateway:PATCH", on=f"arn:aws:apigateway:{HERE}:/restapis/*"), "apigateway:${Region}::"),
        (allow("iam:GetRole", on="arn:aws:iam::1:role/a", StringEquals={"iam:PassedToService": "a"}), "no condition"),
    ],
)
def test_statement_that_grants_nothing_is_found(statement: Statement, told: str) -> None:
    assert told in "\n".join(mistakes(statement))


def unscoped_under_an_arn(lists: dict[str, Any]) -> None:
    lists["Resource"] = ["arn:aws:lambda:eu-west-1:123456789012:function:nightswap-prod"]


def one_more_arn(tokens: dict[str, Any]) -> None:
    tokens["Resource"] = [*tokens["Resource"], "arn:aws:s3:::a-bucket/tokens/*"]


def an_action_of_another_service(logs: dict[str, Any]) -> None:
    logs["Action"] = [*logs["Action"], "lambda:ListFunctions"]


@pytest.mark.parametrize(
    ("sid", "change"),
    [("Lists", unscoped_under_an_arn), ("Tokens", one_more_arn), ("Logs", an_action_of_another_service)],
)
def test_mistake_in_the_deployers_own_policy_is_found(sid: str, change: Callable[[dict[str, Any]], None]) -> None:
    (statement,) = [dict(copy.deepcopy(each)) for each in policies()["deployer"] if each["Sid"] == sid]
    assert list(mistakes(statement)) == []

    change(statement)

    assert list(mistakes(statement)) != []


def test_arn_with_an_account_too_many_or_too_few_is_found() -> None:
    scoped = [each for each in policies()["deployer"] if each["Resource"] != ["*"]]

    for statement, resource in [(each, resource) for each in scoped for resource in each["Resource"]]:
        *front, account, name = resource.split(":", 5)
        wrong = ":".join((*front, "" if account else "123456789012", name))
        others = [each for each in statement["Resource"] if each != resource]
        assert f"{wrong}: none of" in "\n".join(mistakes({**statement, "Resource": [*others, wrong]}))


def test_cfn_lint_which_has_the_reference_too_scopes_the_same_actions() -> None:
    """Its copy is months younger. A statement on everything suits both where they differ."""
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None and spec.origin is not None
    file = Path(spec.origin).parent / "data" / "AdditionalSpecs" / "Policies.json"
    services = json.loads(file.read_bytes())

    differing = set()
    for action, known in REFERENCE["actions"].items():
        service, _, name = action.partition(":")
        theirs = services[service]["Actions"][name.lower()].get("Resources", [])
        if bool(theirs) is not bool(known["on"]):
            differing.add(action)

    assert differing == {
        *("sns:Unsubscribe", "sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes"),
        *("cloudwatch:GetMetricData", "cloudwatch:PutMetricData"),
    }
