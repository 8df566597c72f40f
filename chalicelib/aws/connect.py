"""Builds the edges, once for each container: a client costs tens of milliseconds, a call does not."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache

import boto3
from botocore.exceptions import NoRegionError

from chalicelib.api.known_tokens import KnownTokens
from chalicelib.aws.executions import StateMachineExecutions
from chalicelib.aws.logged_labels import LoggedLabels
from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.aws.notices import StageNotices
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.object_versions import BucketVersions
from chalicelib.aws.patience import ATTENTIVE, BRIEF, PATIENT, PROMPT, UNHURRIED, Patience
from chalicelib.aws.pipeline_functions import LambdaPipelineFunctions
from chalicelib.aws.serving_functions import LambdaServingFunctions
from chalicelib.edges import Edges
from chalicelib.names import Names


@lru_cache(maxsize=4)
def edges(names: Names, patience: Patience = PATIENT) -> Edges:
    """All edges of the stage. Only a task has the time for the longest answer that a recipe permits."""
    asks = UNHURRIED if patience is PATIENT else patience
    return Edges(
        store=BucketStore(patience.client("s3"), bucket=names.bucket),
        functions=LambdaServingFunctions(
            patience.client("lambda"), stage=names.stage, asking=lambda: asks.client("lambda")
        ),
        executions=StateMachineExecutions(patience.client("stepfunctions"), names=names),
        metrics=CloudWatchMetrics(
            lambda: patience.client("cloudwatch"),
            logged=LoggedLabels(lambda: BRIEF.client("logs"), stage=names.stage),
            stage=names.stage,
        ),
        notices=StageNotices(
            lambda: patience.client("sns"),
            lambda: patience.client("events"),
            topic_arn=names.alerts_topic_arn,
        ),
        clock=_now,
        sleep=time.sleep,
    )


def object_versions(names: Names) -> BucketVersions:
    """The edge that only an erasure needs."""
    return BucketVersions(PATIENT.client("s3"), bucket=names.bucket)


@lru_cache(maxsize=4)
def serving_functions(stage: str, patience: Patience = PROMPT) -> LambdaServingFunctions:
    """The only edge that the predict path needs."""
    return LambdaServingFunctions(patience.client("lambda"), stage=stage)


@lru_cache(maxsize=4)
def pipeline_functions(stage: str) -> LambdaPipelineFunctions:
    """The edge for the pipeline's functions, for the API and the command line."""
    return LambdaPipelineFunctions(ATTENTIVE.client("lambda"), stage=stage)


@lru_cache(maxsize=4)
def known_tokens(names: Names) -> KnownTokens:
    """What the authorizer needs: a try that fails is answered at once."""
    return KnownTokens(BucketStore(PROMPT.client("s3"), bucket=names.bucket), clock=time.time)


def names_of(stage: str) -> Names:
    """The stage's names in the account and region that the caller's credentials belong to."""
    account = PATIENT.client("sts").get_caller_identity()["Account"]
    return Names(stage=stage, account=account, region=require_region())


def require_region() -> str:
    """The region of the environment or the profile; raises botocore's NoRegionError where it is none, or empty."""
    region = boto3.Session().region_name
    if not region:
        raise NoRegionError
    return str(region)


def _now() -> datetime:
    return datetime.now(UTC)
