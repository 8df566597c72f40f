"""Turns the table of grants into statements of IAM policies."""

from __future__ import annotations

from chalicelib import names
from workflows.packaging.needs import Needs
from workflows.stacks.arns import alerts_arn, arn, bucket_arn, names_of
from workflows.stacks.grants import TASK_GRANTS, Grant, artifacts
from workflows.stacks.hosting import endpoints
from workflows.stacks.statements import Json, allow, forbid

NOT_NUMBERED = (names.LIVE, "$LATEST")
"""A function version is a number, which IAM's patterns cannot say: so what else there is to ask is forbidden."""


def task_statements(stage: str, task: str) -> list[Json]:
    """The statements of the role of one of the pipeline's functions."""
    grant = TASK_GRANTS[task]
    statements = [logging(names.state_name(task)), *_bucket_statements(stage, grant)]
    if grant.serving:
        # Every model's, whether it was there when the stack was made or not; of each the versions and the alias too.
        statements.append(allow(grant.serving, on=[arn("lambda", f"function:{names.serving_prefix(stage)}*")]))
    if grant.asks_versions:
        qualified = f"function:{names.serving_prefix(stage)}*:"
        statements.append(allow(["lambda:InvokeFunction"], on=[arn("lambda", f"{qualified}*")]))
        others = [arn("lambda", qualified + each) for each in NOT_NUMBERED]
        statements.append(forbid(["lambda:InvokeFunction"], on=others))
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


def serving_statements(stage: str, model: str, *, logical_id: str, needs: Needs) -> list[Json]:
    """The statements of a serving function's role. Its model is in its package: all it needs is a log.

    Of a model whose artifacts may be too large for that, it may read these, each by the version of the object that
    the package names, and nothing else. S3 then asks for this action, and not for s3:GetObject.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions".
    """
    beside = endpoints.serving_statements(stage, model, needs)
    if model not in needs.stored:
        return [logging(logical_id), *beside]
    return [logging(logical_id), allow(["s3:GetObjectVersion"], on=[bucket_arn(stage, artifacts(model))]), *beside]


def logging(logical_id: str) -> Json:
    """Writing to the function's own log group, which the stack makes: no function may create one.

    The group's ARN ends in `:*`, which stands for the streams, as Lambda names them.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
    """
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], on=[{"Fn::GetAtt": [f"{logical_id}Log", "Arn"]}])


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
