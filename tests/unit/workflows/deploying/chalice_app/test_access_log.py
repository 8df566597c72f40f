"""The API's access log: its fields, and that an account without a role for it is not changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from tests.unit.workflows.deploying.chalice_app.test_attach import FakeLogs
from workflows.deploying.chalice_app import access_log
from workflows.deploying.progress import Step

if TYPE_CHECKING:
    from types_boto3_apigateway import APIGatewayClient

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
GROUP = "/aws/apigateway/nightswap-prod"
ROLE = {"cloudwatchRoleArn": "arn:aws:iam::123456789012:role/of-the-account"}
TAGS = {"nightswap:stage": "prod"}


class FakeGateway:
    def __init__(self, account: dict[str, str], *, denies: str = "") -> None:
        self.account = account
        self.denies = denies
        self.updates: list[dict[str, Any]] = []

    def get_account(self) -> dict[str, str]:
        self._ask("GetAccount")
        return self.account

    def update_stage(self, **given: Any) -> None:
        self._ask("UpdateStage")
        self.updates.append(given)

    def _ask(self, operation: str) -> None:
        if operation == self.denies:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)


def set_up(gateway: FakeGateway, logs: FakeLogs) -> tuple[bool, list[Step]]:
    steps: list[Step] = []
    done = access_log.set_up(
        cast("APIGatewayClient", gateway),
        logs,
        names=NAMES,
        api_id="abc",
        retention_days=7,
        tags=TAGS,
        report=steps.append,
    )
    return done, steps


def test_stage_writes_its_requests_into_a_group_that_ends() -> None:
    gateway, logs = FakeGateway(ROLE), FakeLogs()

    done, steps = set_up(gateway, logs)

    assert (done, [step.phase for step in steps]) == (True, ["attach"])
    assert (logs.groups, logs.retentions) == ({GROUP: TAGS}, {GROUP: 7})
    ((update),) = gateway.updates
    assert (update["restApiId"], update["stageName"]) == ("abc", "prod")
    assert {each["path"]: each["value"] for each in update["patchOperations"]} == {
        "/accessLogSettings/destinationArn": f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}",
        "/accessLogSettings/format": access_log.FORMAT,
    }


def test_line_is_one_json_object_that_api_gateway_takes() -> None:
    assert "\n" not in access_log.FORMAT
    assert json.loads(access_log.FORMAT)["request"] == "$context.requestId"


@pytest.mark.parametrize(
    "variable",
    ["path", "querystring", "requestOverride", "header", "body", "userAgent", "authorizer.token", "messageString"],
)
def test_nothing_that_a_caller_wrote_is_in_the_line(variable: str) -> None:
    """`resourcePath` is the route as the app has it: with its braces."""
    assert not any(variable.lower() in named.lower().split(".") for named in access_log.FIELDS.values())
    assert f"$context.{variable}" not in access_log.FORMAT


@pytest.mark.parametrize("account", [{}, {"cloudwatchRoleArn": ""}])
def test_account_without_a_role_is_left_as_it_is(account: dict[str, str]) -> None:
    gateway, logs = FakeGateway(account), FakeLogs()

    assert set_up(gateway, logs) == (False, [])
    assert (gateway.updates, logs.groups) == ([], {})


@pytest.mark.parametrize(
    ("denies", "words"),
    [
        ("GetAccount", "asking for API Gateway's role of the account: AccessDeniedException"),
        ("UpdateStage", "setting the access log of REST API abc: AccessDeniedException"),
    ],
)
def test_refusal_is_reported_with_what_was_asked(denies: str, words: str) -> None:
    with pytest.raises(DeploymentFailed, match=words):
        set_up(FakeGateway(ROLE, denies=denies), FakeLogs())


@pytest.mark.parametrize(
    ("settings", "retention_days"),
    [
        ({}, 7),
        ({"destinationArn": NAMES.access_log_arn, "format": "another"}, 7),
        ({"destinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:other", "format": access_log.FORMAT}, 7),
        ({"destinationArn": NAMES.access_log_arn, "format": access_log.FORMAT}, None),
    ],
)
def test_whatever_is_lost_or_changed_of_it_is_a_difference(
    settings: dict[str, str], retention_days: int | None
) -> None:
    whole = {"destinationArn": NAMES.access_log_arn, "format": access_log.FORMAT}

    assert access_log.values(settings, retention_days=retention_days) != access_log.values(whole, retention_days=7)
