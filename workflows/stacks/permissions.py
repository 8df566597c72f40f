"""Turns the table of grants into statements of IAM policies."""

from __future__ import annotations

from chalicelib import names
from workflows.stacks.arns import alerts_arn, arn, bucket_arn, names_of
from workflows.stacks.grants import TASK_GRANTS, Grant
from workflows.stacks.statements import Json, allow

NUMBERS = tuple(f"{digit}*" for digit in range(1, 10))
"""A function version is a number, which IAM's patterns cannot say; `$LATEST` and `live` begin otherwise."""


def task_statements(stage: str, task: str) -> list[Json]:
    """The statements of the role of one of the pipeline's functions."""
    grant = TASK_GRANTS[task]
    statements = [logging(names.task_function(stage, task)), *_bucket_statements(stage, grant)]
    if grant.serving:
        # Every model's, whether it was there when the stack was made or not; of each the versions and the alias too.
        statements.append(allow(grant.serving, on=[arn("lambda", f"function:{names.serving_prefix(stage)}*")]))
    if grant.asks_versions:
        numbered = f"function:{names.serving_prefix(stage)}*:"
        statements.append(allow(["lambda:InvokeFunction"], on=[arn("lambda", numbered + each) for each in NUMBERS]))
    if grant.asks_for_metrics:
        # CloudWatch knows no resource for metrics, and this action no condition by namespace.
        # Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
        statements.append(allow(["cloudwatch:GetMetricData"], on=["*"]))
        logs = arn("logs", f"log-group:/aws/lambda/{names.serving_prefix(stage)}*:*")
        statements.append(allow(["logs:StartQuery", "logs:GetQueryResults"], on=[logs]))
    if grant.announces:
        statements.append(allow(["sns:Publish"], on=[alerts_arn(stage)]))
        statements.append(allow(["events:PutEvents"], on=[arn("events", "event-bus/default")]))
    if grant.asks_for_runs:
        # An execution is called as its run is, so it has no name yet.
        executions = arn("states", f"execution:{names_of(stage).state_machine}:*")
        statements.append(allow(["states:DescribeExecution"], on=[executions]))
    return statements


def serving_statements(stage: str, model: str) -> list[Json]:
    """The statements of a serving function's role. Its model is in its package: all it needs is a log."""
    return [logging(names.serving_function(stage, model))]


def logging(function: str) -> Json:
    """Writing to the function's own log group, which the stack makes: no function may create one.

    The `*` stands for the streams, which Lambda names.
    """
    group = arn("logs", f"log-group:/aws/lambda/{function}:*")
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], on=[group])


def _bucket_statements(stage: str, grant: Grant) -> list[Json]:
    """A pattern stands once, with all that is granted on it: a short template needs no bucket to be sent."""
    granted = {"s3:GetObject": grant.reads, "s3:PutObject": grant.writes, "s3:DeleteObject": grant.deletes}
    together: dict[tuple[str, ...], list[str]] = {}
    for pattern in dict.fromkeys(grant.reads + grant.writes + grant.deletes):
        actions = tuple(action for action, patterns in granted.items() if pattern in patterns)
        together.setdefault(actions, []).append(pattern)
    objects = [
        allow(actions, on=[bucket_arn(stage, pattern) for pattern in patterns])
        for actions, patterns in together.items()
    ]
    return [*objects, _listing(stage, grant.reads + grant.lists)]


def _listing(stage: str, keys: tuple[str, ...]) -> Json:
    """Listing below the prefixes.

    It decides more than listings: to a reader without it, S3 answers 403 for a key that does not exist, where the
    tasks expect 404. S3 takes the key that was asked for as the prefix then, which its documentation leaves open, and
    which others have measured: https://github.com/ceph/ceph/pull/68577, https://github.com/kopia/kopia/pull/3072.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions".
    """
    return allow(["s3:ListBucket"], on=[bucket_arn(stage)], where={"StringLike": {"s3:prefix": list(keys)}})
