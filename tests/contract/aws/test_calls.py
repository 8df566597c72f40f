"""Every edge raises the right error when AWS does not answer, and its message quotes nothing of AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    FlexibleChecksumError,
    IncompleteReadError,
    NoCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)

from chalicelib.aws.calls import transient
from chalicelib.aws.executions import StateMachineExecutions
from chalicelib.aws.logged_labels import LoggedLabels
from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.aws.notices import StageNotices
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.serving_functions import LambdaServingFunctions
from chalicelib.edges.notices import Notice
from chalicelib.errors import (
    DiskFull,
    ExecutionsUnavailable,
    FunctionUnavailable,
    MetricsUnavailable,
    NoticesUnavailable,
    StoreUnavailable,
    TransientError,
    leaves,
)
from chalicelib.names import Names
from workflows.local.state import disk_full

ADDRESS = "https://aws"
BROKEN: list[BotoCoreError] = [
    EndpointConnectionError(endpoint_url=ADDRESS),
    ConnectTimeoutError(endpoint_url=ADDRESS),
    ReadTimeoutError(endpoint_url=ADDRESS),
    ConnectionClosedError(endpoint_url=ADDRESS),
    ResponseStreamingError(error="reset"),
    SSLError(endpoint_url=ADDRESS, error=OSError("reset")),
    IncompleteReadError(actual_bytes=1, expected_bytes=2),
]
NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NOTICE = Notice(kind="Promoted", model="m", subject="s", text="t", detail={})


def traffic(client: Any) -> Any:
    metrics = CloudWatchMetrics(lambda: client, logged=LoggedLabels(lambda: client, stage="prod"), stage="prod")
    return metrics.minutes("m", function_versions=("1",), since=NOW, until=NOW + timedelta(minutes=1))


def send(client: Any) -> None:
    StageNotices(lambda: client, lambda: client, topic_arn=NAMES.alerts_topic_arn).send(NOTICE)


EDGES: dict[type[TransientError], tuple[str, Callable[[Any], Any]]] = {
    StoreUnavailable: ("s3", lambda client: BucketStore(client, bucket="b").find("k")),
    FunctionUnavailable: ("lambda", lambda client: LambdaServingFunctions(client, stage="prod").alias("m")),
    ExecutionsUnavailable: ("stepfunctions", lambda client: StateMachineExecutions(client, names=NAMES).find("r")),
    MetricsUnavailable: ("cloudwatch", traffic),
    NoticesUnavailable: ("sns", send),
}
SECRET = "7f3a9c"


@pytest.mark.parametrize("error", BROKEN, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("kind", EDGES, ids=lambda kind: kind.__name__)
def test_broken_connection_is_worth_another_try(
    broken: Callable[[str, Exception], Any], kind: type[TransientError], error: BotoCoreError
) -> None:
    service, call = EDGES[kind]

    with pytest.raises(kind, match=rf"no answer \({type(error).__name__}\); try again") as raised:
        call(broken(service, error))

    assert raised.value.__cause__ is error


def test_content_that_does_not_match_its_checksum_is_tried_again_and_named(
    broken: Callable[[str, Exception], Any],
) -> None:
    service, call = EDGES[StoreUnavailable]
    error = FlexibleChecksumError(error_msg="Expected checksum x did not match calculated checksum y")

    with pytest.raises(StoreUnavailable, match="s3://b/k: its content does not match its checksum; try again: if it"):
        call(broken(service, error))


@pytest.mark.parametrize("kind", EDGES, ids=lambda kind: kind.__name__)
def test_missing_credentials_are_not(broken: Callable[[str, Exception], Any], kind: type[TransientError]) -> None:
    service, call = EDGES[kind]

    with pytest.raises(NoCredentialsError):
        call(broken(service, NoCredentialsError()))


def test_every_service_that_can_be_away_is_tried() -> None:
    assert {kind.__name__ for kind in EDGES} | {"FunctionBusy"} == set(leaves(TransientError))


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "SlowDown", "Message": SECRET}}, "PutObject"),
        EndpointConnectionError(endpoint_url=f"https://{SECRET}"),
        ReadTimeoutError(endpoint_url=f"https://{SECRET}"),
    ],
)
def test_transient_error_repeats_nothing_that_it_was_told(error: Exception) -> None:
    with pytest.raises(StoreUnavailable) as raised, transient(StoreUnavailable, doing="writing"):
        raise error

    assert SECRET not in str(raised.value)
    assert SECRET not in repr(raised.value.details)


@pytest.mark.parametrize(("status", "raised"), [(499, ClientError), (500, StoreUnavailable), (503, StoreUnavailable)])
def test_refusal_of_any_code_is_worth_another_try_from_status_500_on(status: int, raised: type[Exception]) -> None:
    answer = {"Error": {"Code": "Odd", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}

    with pytest.raises(raised), transient(StoreUnavailable, doing="writing"):
        raise ClientError(answer, "PutObject")  # type: ignore[arg-type]


def test_everything_else_passes_as_it_is() -> None:
    with pytest.raises(KeyError), transient(StoreUnavailable, doing="writing"):
        raise KeyError("k")


def test_full_disk_of_the_local_aws_is_told_with_its_folder_and_not_tried_again() -> None:
    refusal = {"Error": {"Code": disk_full.REFUSAL, "Message": disk_full.message(Path("/home/me/.nightswap"))}}
    error = ClientError({**refusal, "ResponseMetadata": {"HTTPStatusCode": disk_full.STATUS}}, "PutObject")  # type: ignore[typeddict-item]

    with (
        pytest.raises(DiskFull, match=r"^putting s3://b/k: no room is left in /home/me/.nightswap: make some"),
        transient(StoreUnavailable, doing="putting s3://b/k"),
    ):
        raise error

    assert not issubclass(DiskFull, TransientError)
