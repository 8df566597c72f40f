"""Builds the edges, once for each container: a client costs tens of milliseconds, a call does not.

boto3 is loaded by who needs it: GET /predict does not, where its two calls can be signed without.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib import import_module
from typing import TYPE_CHECKING

from chalicelib import loaded
from chalicelib.aws.patience import ATTENTIVE, BRIEF, PATIENT, PROMPT, UNHURRIED, Patience
from chalicelib.aws.signed import surroundings
from chalicelib.aws.signed.client import SignedClient
from chalicelib.edges import Edges
from chalicelib.names import Names
from chalicelib.settings.reading import environment

if TYPE_CHECKING:
    from chalicelib.api.known_tokens import KnownTokens
    from chalicelib.aws.object_versions import BucketVersions
    from chalicelib.aws.pipeline_functions import LambdaPipelineFunctions
    from chalicelib.aws.sagemaker.transform_jobs import SageMakerTransforms
    from chalicelib.aws.signed.surroundings import Host, Surroundings
    from chalicelib.edges.object_store import ObjectReader
    from chalicelib.edges.serving_functions import Invoker


FIRST_NEEDS = {
    "app.authorize": ("chalicelib.api.known_tokens", "chalicelib.aws.signed.token_store"),
    "app.app": ("chalicelib.api.prediction", "chalicelib.aws.signed.serving_function"),
}
"""By the handler of a function of the app, what its first call would load."""


def prepare() -> None:
    """Load and make what this function's first call needs, while it starts.

    Lambda starts a function with a whole processor, and then gives it one part in 1,769 for each MB of its memory.
    Source: https://serverlessland.com/content/service/lambda/guides/effectively-running-java-on-serverless/init-heavy-lifting
    """
    needs = FIRST_NEEDS.get(environment().get("_HANDLER", ""), ())
    for module in needs:
        import_module(module)
    here = surroundings.read(environment()) if needs else None
    if here is not None and here.lambda_host().is_encrypted:
        from chalicelib.aws.signed import certificates

        with suppress(OSError):  # the call tells of a bundle that cannot be read
            certificates.trusting(here.ca_bundle)
    loaded()


@lru_cache(maxsize=4)
def edges(names: Names, patience: Patience = PATIENT) -> Edges:
    """All edges of the stage. Only a task has the time for the longest answer that a recipe permits."""
    from chalicelib.aws.executions import StateMachineExecutions
    from chalicelib.aws.logged_labels import LoggedLabels
    from chalicelib.aws.metrics import CloudWatchMetrics
    from chalicelib.aws.notices import StageNotices
    from chalicelib.aws.object_store import BucketStore
    from chalicelib.aws.sagemaker.endpoints import SageMakerEndpoints
    from chalicelib.aws.sagemaker.training_jobs import SageMakerJobs
    from chalicelib.aws.serving_functions import LambdaServingFunctions

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
        jobs=SageMakerJobs(lambda: patience.client("sagemaker")),
        endpoints=SageMakerEndpoints(
            lambda: patience.client("sagemaker"),
            lambda: patience.client("application-autoscaling"),
            lambda: patience.client("cloudwatch"),
            stage=names.stage,
        ),
        clock=_now,
        sleep=time.sleep,
    )


def object_versions(names: Names) -> BucketVersions:
    """The edge that only an erasure needs."""
    from chalicelib.aws.object_versions import BucketVersions

    return BucketVersions(PATIENT.client("s3"), bucket=names.bucket)


def transform_jobs(names: Names) -> SageMakerTransforms:
    """The edge that only a batch transform needs, its erasure, and the end of a stage."""
    from chalicelib.aws.sagemaker.transform_jobs import SageMakerTransforms

    return SageMakerTransforms(PATIENT.client, names=names)


@lru_cache(maxsize=4)
def invoker(stage: str) -> Invoker:
    """The only edge that the predict path needs."""
    here = surroundings.read(environment())
    if here is not None:
        from chalicelib.aws.signed.serving_function import SignedInvoker

        return SignedInvoker(_signed("lambda", here.lambda_host(), here), stage=stage)
    from chalicelib.aws.serving_functions import LambdaServingFunctions

    return LambdaServingFunctions(PROMPT.client("lambda"), stage=stage)


@lru_cache(maxsize=4)
def pipeline_functions(stage: str) -> LambdaPipelineFunctions:
    """The edge for the pipeline's functions, for the API and the command line."""
    from chalicelib.aws.pipeline_functions import LambdaPipelineFunctions

    return LambdaPipelineFunctions(ATTENTIVE.client("lambda"), stage=stage)


@lru_cache(maxsize=4)
def known_tokens(names: Names) -> KnownTokens:
    """What the authorizer needs."""
    from chalicelib.api.known_tokens import KnownTokens

    return KnownTokens(_token_store(names.bucket), clock=time.time)


def names_of(stage: str) -> Names:
    """The stage's names in the account and region that the caller's credentials belong to."""
    account = PATIENT.client("sts").get_caller_identity()["Account"]
    return Names(stage=stage, account=account, region=require_region())


def require_region() -> str:
    """The region of the environment or the profile; raises botocore's NoRegionError where it is none, or empty."""
    import boto3
    from botocore.exceptions import NoRegionError

    region = boto3.Session().region_name
    if not region:
        raise NoRegionError
    return str(region)


def _token_store(bucket: str) -> ObjectReader:
    here = surroundings.read(environment())
    if here is not None:
        from chalicelib.aws.signed.token_store import SignedReader

        return SignedReader(_signed("s3", here.bucket_host(bucket), here), bucket=bucket)
    from chalicelib.aws.object_store import BucketStore

    return BucketStore(PROMPT.client("s3"), bucket=bucket)


def _signed(service: str, host: Host, here: Surroundings) -> SignedClient:
    trace = partial(surroundings.trace, environment())
    return SignedClient(service, host, surroundings=here, patience=PROMPT, trace=trace)


def _now() -> datetime:
    return datetime.now(UTC)
