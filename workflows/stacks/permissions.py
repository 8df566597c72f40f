"""What each function of the stack may touch. Everything that is not written here is denied."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import names
from workflows.stacks.arns import arn, bucket_arn, names_of
from workflows.stacks.statements import Json, allow

DATASETS = "datasets/*"
RUNS = "runs/*"
WORK = "work/*"
MODELS = "models/*"
VERSIONS = "models/*/versions/*"
REJECTED = "models/*/rejected/*"
JUDGED = "models/*/judged.json"
LOCKS = "locks/*"
LEDGER = "ledger/*"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one task may do: patterns of keys in the stage's bucket, and actions on the stage's serving functions."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """What may be listed beside `reads`."""
    serving: tuple[str, ...] = ()
    asks_for_runs: bool = False
    """May look up the executions of the state machine, to tell whether the holder of a lease still runs."""


TASK_GRANTS = {
    "restore-alias": Grant(
        reads=(RUNS, LEDGER, LOCKS, MODELS),
        writes=(RUNS, LEDGER),
        deletes=(LOCKS, WORK),
        lists=(WORK,),
        serving=("lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetFunctionConfiguration"),
        asks_for_runs=True,
    ),
    "preprocess": Grant(
        reads=(DATASETS, MODELS, LOCKS),
        writes=(RUNS, LOCKS, WORK),
        serving=("lambda:GetAlias", "lambda:GetFunctionConfiguration"),
        asks_for_runs=True,
    ),
    "train": Grant(reads=(WORK,), writes=(WORK, RUNS)),
    "evaluate": Grant(
        reads=(WORK, RUNS, MODELS),
        writes=(RUNS,),
        serving=("lambda:GetAlias", "lambda:GetFunctionConfiguration"),
    ),
    "version-model": Grant(
        reads=(WORK, RUNS, MODELS),
        writes=(RUNS, VERSIONS),
        serving=("lambda:UpdateFunctionCode", "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction"),
    ),
    "swap-alias": Grant(
        reads=(MODELS, LEDGER, LOCKS),
        writes=(RUNS, LEDGER),
        serving=("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias"),
    ),
    "record-outcome": Grant(
        reads=(RUNS, LEDGER, LOCKS, WORK),
        writes=(RUNS, REJECTED, JUDGED),
        deletes=(LOCKS, WORK),
    ),
}


def task_statements(stage: str, task: str) -> list[Json]:
    """The statements of the role of a task's function."""
    grant = TASK_GRANTS[task]
    statements = [logging(names.task_function(stage, task)), *_bucket_statements(stage, grant)]
    if grant.serving:
        statements.append(allow(grant.serving, on=[arn("lambda", f"function:{names.serving_prefix(stage)}*")]))
    if grant.asks_for_runs:
        executions = arn("states", f"execution:{names_of(stage).state_machine}:*")
        statements.append(allow(["states:DescribeExecution"], on=[executions]))
    return statements


def serving_statements(stage: str, model: str) -> list[Json]:
    """The statements of a serving function's role. Its model is in its package: all it needs is a log."""
    return [logging(names.serving_function(stage, model))]


def logging(function: str) -> Json:
    """Writing to the function's own log group, which the stack makes: no function may create one."""
    group = arn("logs", f"log-group:/aws/lambda/{function}:*")
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], on=[group])


def _bucket_statements(stage: str, grant: Grant) -> list[Json]:
    granted = (("s3:GetObject", grant.reads), ("s3:PutObject", grant.writes), ("s3:DeleteObject", grant.deletes))
    objects = [
        allow([action], on=[bucket_arn(stage, keys) for keys in patterns]) for action, patterns in granted if patterns
    ]
    return [*objects, _listing(stage, grant.reads + grant.lists)]


def _listing(stage: str, keys: tuple[str, ...]) -> Json:
    """Listing below the prefixes.

    It decides more than listings: to a reader without it, S3 answers 403 for a key that does not exist, where the
    tasks expect 404. S3 takes the key that was asked for as the prefix then.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions".
    """
    return allow(["s3:ListBucket"], on=[bucket_arn(stage)], where={"StringLike": {"s3:prefix": list(keys)}})
