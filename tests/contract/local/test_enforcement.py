"""A local AWS with permissions enforced: it denies what no policy permits, and sees a call as AWS does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from workflows.local.process import LocalAws

Clients = Callable[..., Any]
Create = Callable[..., str]

BUCKET = "guarded"
TRIED = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    try:
        getattr(boto3.client(event["service"]), event["operation"])(**event["arguments"])
    except ClientError as error:
        return error.response["Error"]["Code"].removesuffix("Exception")
"""
Try = Callable[..., Any]


@pytest.fixture(scope="module")
def enforcing(start_local_aws: Callable[..., LocalAws], clients: Clients) -> Iterator[LocalAws]:
    with start_local_aws(enforce_permissions=True) as started:
        clients(started, "s3").create_bucket(Bucket=BUCKET)
        yield started


@pytest.fixture
def attempt(clients: Clients, create_function: Create, request: pytest.FixtureRequest) -> Try:
    """Lets a function whose role has the given statements try a call, and answers the error's code, if any."""
    name = request.node.name.split("[")[0][5:50].strip("_")

    def run(aws: LocalAws, statements: list[dict[str, Any]], service: str, operation: str, **arguments: Any) -> Any:
        role = _role(clients(aws, "iam"), name, statements)
        create_function(aws, name, TRIED, Role=role)
        event = {"service": service, "operation": operation, "arguments": arguments}
        answer = clients(aws, "lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        clients(aws, "lambda").delete_function(FunctionName=name)
        return json.load(answer["Payload"])

    return run


def _role(iam: Any, name: str, statements: list[dict[str, Any]]) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    if name not in {each["RoleName"] for each in iam.list_roles()["Roles"]}:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy([trust]))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_policy(statements))
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def _policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str, resource: str) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": [action], "Resource": [resource]}]


WRITE = allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/mine/*")


@pytest.mark.parametrize(("key", "code"), [("mine/a", None), ("theirs/a", "AccessDenied")])
def test_a_function_may_do_what_its_role_permits(enforcing: LocalAws, attempt: Try, key: str, code: str) -> None:
    assert attempt(enforcing, WRITE, "s3", "put_object", Bucket=BUCKET, Key=key, Body="x") == code


def test_nothing_is_denied_unless_it_is_asked_for(local_aws: LocalAws, clients: Clients, attempt: Try) -> None:
    clients(local_aws, "s3").create_bucket(Bucket=BUCKET)

    assert attempt(local_aws, WRITE, "s3", "put_object", Bucket=BUCKET, Key="theirs/a", Body="x") is None


@pytest.mark.parametrize(
    ("permitted", "code"), [("lambda:GetAlias", "ResourceNotFound"), ("lambda:ListAliases", "AccessDenied")]
)
def test_reading_an_alias_is_an_action_of_its_own(
    enforcing: LocalAws, attempt: Try, permitted: str, code: str
) -> None:
    statements = allow(permitted, "arn:aws:lambda:*:*:function:serve")

    assert attempt(enforcing, statements, "lambda", "get_alias", FunctionName="serve", Name="live") == code


@pytest.mark.parametrize(
    ("qualifier", "code"), [("live", "ResourceNotFound"), ("1", "AccessDenied"), (None, "AccessDenied")]
)
def test_a_qualifier_belongs_to_the_function_that_is_invoked(
    enforcing: LocalAws, attempt: Try, qualifier: str | None, code: str
) -> None:
    statements = allow("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:serve:live")
    arguments = {"FunctionName": "serve"} | ({"Qualifier": qualifier} if qualifier else {})

    assert attempt(enforcing, statements, "lambda", "invoke", **arguments) == code


ALERTS = "arn:aws:sns:us-east-1:000000000000:alerts"
BUS = "arn:aws:events:us-east-1:000000000000:event-bus/default"
QUERY = {"Id": "q", "MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}}
EVENT = {"Source": "nightswap", "DetailType": "Promoted", "Detail": "{}"}
ANNOUNCING = [
    (allow("sns:Publish", ALERTS), "sns", "publish", {"TopicArn": ALERTS, "Message": "m"}, "NotFound"),
    (allow("events:PutEvents", BUS), "events", "put_events", {"Entries": [EVENT]}, None),
    (
        allow("cloudwatch:GetMetricData", "*"),
        "cloudwatch",
        "get_metric_data",
        {"MetricDataQueries": [QUERY], "StartTime": 0, "EndTime": 60},
        None,
    ),
]


@pytest.mark.parametrize(("permitted", "service", "operation", "arguments", "code"), ANNOUNCING)
def test_metrics_and_announcements_need_their_permission(
    enforcing: LocalAws,
    attempt: Try,
    permitted: list[dict[str, Any]],
    service: str,
    operation: str,
    arguments: dict[str, Any],
    code: str | None,
) -> None:
    assert attempt(enforcing, permitted, service, operation, **arguments) == code
    refused = attempt(enforcing, WRITE, service, operation, **arguments)
    assert refused in ("AccessDenied", "AuthorizationError")


@pytest.mark.parametrize(("how", "code"), [({}, "AccessDenied"), ({"IfNoneMatch": "*"}, None)])
def test_a_buckets_policy_counts_calls_as_over_tls_and_knows_conditional_writes(
    enforcing: LocalAws, clients: Clients, attempt: Try, how: dict[str, str], code: str | None
) -> None:
    everyone = {"Effect": "Deny", "Principal": "*", "Resource": [f"arn:aws:s3:::{BUCKET}/*"]}
    plain = {**everyone, "Action": ["s3:*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    unconditional = {**everyone, "Action": ["s3:PutObject"], "Condition": {"Null": {"s3:if-none-match": "true"}}}
    clients(enforcing, "s3").put_bucket_policy(Bucket=BUCKET, Policy=_policy([plain, unconditional]))

    found = attempt(enforcing, WRITE, "s3", "put_object", Bucket=BUCKET, Key="mine/b", Body="x", **how)
    clients(enforcing, "s3").delete_bucket_policy(Bucket=BUCKET)

    assert found == code
