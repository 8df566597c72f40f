"""Builds the edges, once for each container: a client costs tens of milliseconds, a call does not."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache

import boto3
from botocore.config import Config
from botocore.exceptions import NoRegionError

from chalicelib.aws.calls import ATTENTIVE, PATIENT, PROMPT
from chalicelib.aws.executions import StateMachineExecutions
from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.aws.notices import StageNotices
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.pipeline_functions import LambdaPipelineFunctions
from chalicelib.aws.serving_functions import LambdaServingFunctions
from chalicelib.aws.token_parameter import TokenParameter
from chalicelib.edges import Edges
from chalicelib.names import Names


@lru_cache(maxsize=4)
def edges(names: Names, config: Config = PATIENT) -> Edges:
    """Everything that the stage's cores reach."""
    return Edges(
        store=BucketStore(boto3.client("s3", config=config), bucket=names.bucket),
        functions=serving_functions(names.stage, config),
        executions=StateMachineExecutions(boto3.client("stepfunctions", config=config), names=names),
        metrics=CloudWatchMetrics(lambda: boto3.client("cloudwatch", config=config), stage=names.stage, clock=_now),
        notices=StageNotices(
            lambda: boto3.client("sns", config=config),
            lambda: boto3.client("events", config=config),
            topic_arn=names.alerts_topic_arn,
        ),
        clock=_now,
        sleep=time.sleep,
    )


@lru_cache(maxsize=4)
def serving_functions(stage: str, config: Config = PROMPT) -> LambdaServingFunctions:
    """What the predict path needs, and nothing more."""
    return LambdaServingFunctions(boto3.client("lambda", config=config), stage=stage)


@lru_cache(maxsize=4)
def pipeline_functions(stage: str) -> LambdaPipelineFunctions:
    """What the API and the command line call."""
    return LambdaPipelineFunctions(boto3.client("lambda", config=ATTENTIVE), stage=stage)


@lru_cache(maxsize=4)
def token_parameter(stage: str) -> TokenParameter:
    return TokenParameter(boto3.client("ssm", config=PROMPT), stage=stage)


def names_of(stage: str) -> Names:
    """The stage's names in the account and region that the caller's credentials belong to."""
    account = boto3.client("sts", config=PATIENT).get_caller_identity()["Account"]
    return Names(stage=stage, account=account, region=require_region())


def require_region() -> str:
    """The region of the environment or the profile; raises botocore's NoRegionError where it is none, or empty."""
    region = boto3.Session().region_name
    if not region:
        raise NoRegionError
    return str(region)


def _now() -> datetime:
    return datetime.now(UTC)
