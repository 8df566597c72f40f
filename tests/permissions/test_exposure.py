"""The deployed stage as a stranger finds it: who may call what from outside, and where secrets could have leaked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import layout, names
from chalicelib.api import access
from tests.permissions.enforced import MODEL, NAMES, EnforcedStage

GATEWAY, EVENTS = "apigateway.amazonaws.com", "events.amazonaws.com"
CALLERS = {
    "nightswap-local": ("execute-api", GATEWAY),
    "nightswap-local-authorize": ("execute-api", GATEWAY),
    "nightswap-local-nightly": ("events", EVENTS),
    NAMES.task_function("restore-alias"): ("events", EVENTS),
}
"""The functions that another service calls, by their resource policy; whoever is not here is called by a role."""


@pytest.fixture(scope="module")
def functions(stage: EnforcedStage) -> list[dict[str, Any]]:
    found = stage.client("lambda").list_functions(MaxItems=200)["Functions"]
    return [each for each in found if each["FunctionName"].startswith("nightswap-")]


def policy_of(stage: EnforcedStage, function: str) -> list[dict[str, Any]]:
    try:
        policy = json.loads(stage.client("lambda").get_policy(FunctionName=function)["Policy"])
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ResourceNotFoundException"
        return []
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def test_services_call_only_what_they_must(stage: EnforcedStage, functions: list[dict[str, Any]]) -> None:
    called = {each["FunctionName"] for each in functions if policy_of(stage, each["FunctionName"])}

    assert called == set(CALLERS)


@pytest.mark.parametrize("function", CALLERS)
def test_a_service_calls_for_a_resource_of_this_account_alone(stage: EnforcedStage, function: str) -> None:
    """Else anybody's API or rule could have the service call ours: the confused deputy."""
    service, principal = CALLERS[function]

    for statement in policy_of(stage, function):
        (source,) = [
            arn
            for tests in statement["Condition"].values()
            for key, arn in tests.items()
            if key.lower() == "aws:sourcearn"
        ]
        assert statement["Principal"] == {"Service": principal}
        assert source.startswith(f"arn:aws:{service}:{NAMES.region}:{NAMES.account}:"), source


def test_roles_are_assumed_by_lambda_and_by_the_state_machine_alone(stage: EnforcedStage) -> None:
    roles = [
        each for each in stage.client("iam").list_roles(MaxItems=200)["Roles"] if "nightswap" in each["RoleName"]
    ]
    trusted = {
        json.dumps(statement["Principal"])
        for role in roles
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    }

    assert (
        len(roles) == len(names.PIPELINE) + 1 + 1 + 3
    )  # the pipeline's, the serving function, the state machine, the app
    assert trusted == {'{"Service": "lambda.amazonaws.com"}', '{"Service": "states.amazonaws.com"}'}


def test_the_bucket_is_closed_to_the_public(stage: EnforcedStage) -> None:
    bucket = stage.client("s3")

    blocked = bucket.get_public_access_block(Bucket=NAMES.bucket)["PublicAccessBlockConfiguration"]
    encrypted = bucket.get_bucket_encryption(Bucket=NAMES.bucket)["ServerSideEncryptionConfiguration"]
    policy = json.loads(bucket.get_bucket_policy(Bucket=NAMES.bucket)["Policy"])

    assert set(blocked.values()) == {True}
    assert encrypted["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Deny"}


def everything_kept(stage: EnforcedStage, functions: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Every text that the stage keeps, with the place where it lies."""
    for function in functions:
        yield function["FunctionName"], json.dumps(function.get("Environment", {}))
    bucket = stage.client("s3")
    for page in bucket.get_paginator("list_objects_v2").paginate(Bucket=NAMES.bucket):
        for each in page["Contents"]:
            if each["Key"].endswith(".json"):
                yield each["Key"], bucket.get_object(Bucket=NAMES.bucket, Key=each["Key"])["Body"].read().decode()
    logs = stage.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            yield from ((group["logGroupName"], event["message"]) for event in page["events"])


def test_tokens_are_kept_nowhere(stage: EnforcedStage, functions: list[dict[str, Any]]) -> None:
    assert stage.call("GET", f"/models/{MODEL}", token=stage.operate)[0] == 200
    assert stage.call("GET", "/predict?duration=zero", token=stage.predict)[0] == 400

    kept = list(everything_kept(stage, functions))

    assert {place for place, _ in kept} >= {
        layout.token(access.digest(stage.predict)),
        "/aws/lambda/nightswap-local-authorize",
    }
    assert [place for place, text in kept if stage.predict in text or stage.operate in text] == []


def test_what_a_caller_sends_cannot_forge_a_line_of_the_log(stage: EnforcedStage) -> None:
    forged = '\n{"event": "forged"}'

    stage.call("GET", f"/models/{MODEL}%0A%7B%22event%22%3A%20%22forged%22%7D", token=stage.operate)
    stage.call("POST", "/retrain", {"model": forged, "reason": forged}, token=stage.operate)
    stage.call("POST", "/predict", {"instances": [{"duration": forged}]}, token=stage.predict)

    logs = stage.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/nightswap-local")["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        assert not [event for event in events if event["message"].startswith('{"event": "forged"}')]
