"""What each function of the stack may touch. Everything that is not written here is denied."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import layout, names
from workflows.stacks.arns import alerts_arn, arn, bucket_arn, names_of
from workflows.stacks.statements import Json, allow

# Patterns of keys. A `*` stands for a model's, a run's or a file's name: none is known when the stack is made.
DATASETS = "datasets/*"
WORK = "work/*"
SPLITS = ("work/*/train/*", "work/*/holdout/*")
ANSWERS = "work/*/answers/*"
ARTIFACT = "work/*/model.json"
VERSIONS = "models/*/versions/*"
REJECTED = "models/*/rejected/*"
JUDGED = "models/*/judged.json"
LOCKS = "locks/*"
LEDGER = "ledger/*"


def documents(*names_of_documents: str) -> tuple[str, ...]:
    """The patterns of these documents of every run: a task writes its own, and cannot forge another's verdict.

    >>> documents("report", "outcome")
    ('runs/*/report.json', 'runs/*/outcome.json')
    """
    return tuple(layout.run_document("*", name) for name in names_of_documents)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one task may do: patterns of keys in the stage's bucket, and actions on the stage's serving functions.

    A delete with If-Match needs `reads` of the key too, and a write with it is given the same; If-None-Match needs
    `writes` alone.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html
    """

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """What may be listed beside `reads`."""
    serving: tuple[str, ...] = ()
    asks_for_runs: bool = False
    """May look up the executions of the state machine, to tell whether the holder of a lease still runs."""
    tells_of_failure: bool = False
    """May publish to the topic of the alarms: Lambda tells it of failed asynchronous calls in the function's name."""


TASK_GRANTS = {
    "restore-alias": Grant(
        reads=(*documents("request", "decision", "outcome"), VERSIONS, LEDGER, LOCKS),
        writes=(*documents("restore_alias", "decision", "outcome"), LEDGER),
        deletes=(LOCKS, WORK),
        lists=(WORK,),
        # It finishes the swap of a run that was committed to it and died, the model's very first one too.
        serving=("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias", "lambda:GetFunctionConfiguration"),
        asks_for_runs=True,
        tells_of_failure=True,
    ),
    "preprocess": Grant(
        reads=(DATASETS, *documents("dataset", "outcome"), VERSIONS, JUDGED, LOCKS),
        writes=(*documents("preprocess", "dataset", "profile"), *SPLITS, LOCKS),
        serving=("lambda:GetAlias", "lambda:GetFunctionConfiguration"),
        asks_for_runs=True,
    ),
    "train": Grant(
        reads=SPLITS,
        writes=(*documents("train", "training"), ARTIFACT, ANSWERS),
    ),
    "evaluate": Grant(
        reads=(WORK, *documents("profile"), VERSIONS),
        writes=documents("evaluate", "report"),
        serving=("lambda:GetAlias", "lambda:GetFunctionConfiguration"),
    ),
    "version-model": Grant(
        reads=(ARTIFACT, *documents("report", "profile", "training"), VERSIONS),
        writes=(*documents("version_model"), VERSIONS),
        # UpdateFunctionCode publishes too, in the same call: PublishVersion is not needed.
        serving=("lambda:UpdateFunctionCode", "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction"),
    ),
    "swap-alias": Grant(
        reads=(*documents("decision"), VERSIONS, LEDGER, LOCKS),
        writes=(*documents("swap_alias", "decision"), LEDGER),
        serving=("lambda:GetAlias", "lambda:CreateAlias", "lambda:UpdateAlias"),
    ),
    "record-outcome": Grant(
        reads=(*documents("decision", "report", "outcome"), LEDGER, LOCKS, ARTIFACT),
        writes=(*documents("record_outcome", "outcome"), REJECTED, JUDGED),
        deletes=(LOCKS, WORK),
        lists=(WORK,),
    ),
}


def task_statements(stage: str, task: str) -> list[Json]:
    """The statements of the role of a task's function."""
    grant = TASK_GRANTS[task]
    statements = [logging(names.task_function(stage, task)), *_bucket_statements(stage, grant)]
    if grant.serving:
        # Every model's, whether it was there when the stack was made or not; of each the versions and the alias too.
        statements.append(allow(grant.serving, on=[arn("lambda", f"function:{names.serving_prefix(stage)}*")]))
    if grant.tells_of_failure:
        statements.append(allow(["sns:Publish"], on=[alerts_arn(stage)]))
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
    granted = (("s3:GetObject", grant.reads), ("s3:PutObject", grant.writes), ("s3:DeleteObject", grant.deletes))
    objects = [
        allow([action], on=[bucket_arn(stage, keys) for keys in patterns]) for action, patterns in granted if patterns
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
