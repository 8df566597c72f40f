"""Chalice's functions get log groups that end, and a place where failed nights go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from chalicelib.settings.stage import StageSettings
from workflows.deploying.chalice_app.attach import (
    ROLE_SETTLES,
    alert_of_failed_nights,
    keep_logs,
    throttle,
)
from workflows.deploying.progress import Step

if TYPE_CHECKING:
    from types_boto3_apigateway import APIGatewayClient
    from types_boto3_lambda import LambdaClient

FUNCTIONS = ["nightswap-prod", "nightswap-prod-nightly"]
GROUPS = [f"/aws/lambda/{each}" for each in FUNCTIONS]
TAGS = {"nightswap:stage": "prod"}


class Exists(ClientError):
    pass


class FakeLogs:
    """CloudWatch Logs with some groups there already, by their tags."""

    class exceptions:  # noqa: N801
        ResourceAlreadyExistsException = Exists

    def __init__(self, *, groups: dict[str, dict[str, str]] | None = None, denied: bool = False) -> None:
        self.groups = groups or {}
        self.retentions: dict[str, int] = {}
        self.denied = denied

    def create_log_group(self, **given: Any) -> None:
        if given["logGroupName"] in self.groups:
            raise Exists({"Error": {"Code": "ResourceAlreadyExistsException"}}, "CreateLogGroup")
        self.groups[given["logGroupName"]] = given["tags"]

    def put_retention_policy(self, **given: Any) -> None:
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutRetentionPolicy")
        self.retentions[given["logGroupName"]] = given["retentionInDays"]

    def describe_log_groups(self, **given: Any) -> Any:
        found = [name for name in self.groups if name.startswith(given["logGroupNamePrefix"])]
        return {"logGroups": [{"logGroupName": name, "arn": f"arn:logs:{name}:*"} for name in reversed(found)]}

    def tag_resource(self, **given: Any) -> None:
        self.groups[given["resourceArn"].removeprefix("arn:logs:")] = given["tags"]


def keep(logs: FakeLogs, *, days: int = 30) -> list[Step]:
    steps: list[Step] = []
    keep_logs(logs, FUNCTIONS, retention_days=days, tags=TAGS, report=steps.append)
    return steps


def test_every_function_gets_a_log_group_that_ends() -> None:
    logs = FakeLogs()

    (step,) = keep(logs)

    assert logs.groups == dict.fromkeys(GROUPS, TAGS)
    assert logs.retentions == dict.fromkeys(GROUPS, 30)
    assert step.phase == "attach"


def test_groups_that_lambda_made_first_are_put_right() -> None:
    logs = FakeLogs(groups={group: {} for group in GROUPS})

    keep(logs, days=7)

    assert logs.groups == dict.fromkeys(GROUPS, TAGS)
    assert logs.retentions == dict.fromkeys(GROUPS, 7)


def test_refusal_is_reported_with_the_group() -> None:
    with pytest.raises(DeploymentFailed, match="setting up log group /aws/lambda/nightswap-prod: AccessDenied"):
        keep(FakeLogs(denied=True))


class FakeLambda:
    def __init__(self, *, exists: bool = True, refusals: Sequence[tuple[str, str]] = ()) -> None:
        self.exists = exists
        self.refusals = list(refusals)
        self.configs: list[dict[str, Any]] = []

    def get_function_configuration(self, **given: Any) -> dict[str, str]:
        if not self.exists:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "GetFunction")
        return {"FunctionArn": f"arn:aws-cn:lambda:cn-north-1:123456789012:function:{given['FunctionName']}"}

    def put_function_event_invoke_config(self, **given: Any) -> None:
        if self.refusals:
            code, message = self.refusals.pop(0)
            raise ClientError({"Error": {"Code": code, "Message": message}}, "PutFunctionEventInvokeConfig")
        self.configs.append(given)


ROLE_IS_NEW = (
    "InvalidParameterValueException",
    "The function's execution role does not have permissions to call Publish on nightswap-prod-alerts",
)


def test_failed_night_goes_to_the_topic_of_the_same_account_and_partition() -> None:
    client = FakeLambda()

    alert_of_failed_nights(cast("LambdaClient", client), stage="prod", report=lambda _: None)

    topic = "arn:aws-cn:sns:cn-north-1:123456789012:nightswap-prod-alerts"
    assert client.configs == [
        {"FunctionName": "nightswap-prod-nightly", "DestinationConfig": {"OnFailure": {"Destination": topic}}}
    ]


def test_new_role_is_waited_for_until_lambda_knows_what_it_permits() -> None:
    client, pauses = FakeLambda(refusals=[ROLE_IS_NEW] * 3), list[float]()

    alert_of_failed_nights(
        cast("LambdaClient", client),
        stage="prod",
        report=lambda _: None,
        patience=replace(ROLE_SETTLES, sleep=pauses.append),
    )

    assert len(client.configs) == 1
    assert len(pauses) == 3


@pytest.mark.parametrize(
    "refusal", [("InvalidParameterValueException", "the destination is no ARN"), ("AccessDeniedException", "no role")]
)
def test_other_refusal_of_the_failure_destination_is_reported_at_once(refusal: tuple[str, str]) -> None:
    client = cast("LambdaClient", FakeLambda(refusals=[refusal]))

    with pytest.raises(DeploymentFailed, match=refusal[1]):
        alert_of_failed_nights(client, stage="prod", report=lambda _: None)


def test_missing_nightly_function_is_reported() -> None:
    client = cast("LambdaClient", FakeLambda(exists=False))

    with pytest.raises(DeploymentFailed, match="failure destination of nightswap-prod-nightly"):
        alert_of_failed_nights(client, stage="prod", report=lambda _: None)


class FakeGateway:
    def __init__(self, *, denied: bool = False) -> None:
        self.denied = denied
        self.updates: list[dict[str, Any]] = []

    def update_stage(self, **given: Any) -> None:
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "UpdateStage")
        self.updates.append(given)


def throttled(gateway: FakeGateway) -> None:
    settings = StageSettings(requests_per_second=7, burst=9)
    throttle(cast("APIGatewayClient", gateway), api_id="abc", stage="prod", settings=settings, report=lambda _: None)


def test_every_method_of_the_stage_is_throttled_as_it_is_set() -> None:
    gateway = FakeGateway()

    throttled(gateway)

    assert gateway.updates == [
        {
            "restApiId": "abc",
            "stageName": "prod",
            "patchOperations": [
                {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "7"},
                {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "9"},
            ],
        }
    ]


def test_throttle_that_is_refused_is_reported_with_the_api() -> None:
    with pytest.raises(DeploymentFailed, match="throttling REST API abc: AccessDeniedException"):
        throttled(FakeGateway(denied=True))
