"""A local AWS without room: it says so, acknowledges nothing that is not on disk, goes on afterwards, and can be
stopped. No file of the server's may grow (RLIMIT_FSIZE), which it meets as a full disk.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import LocalAwsFailed
from tests.full_disk import no_room
from workflows.local.process import LocalAws
from workflows.local.state import disk_full
from workflows.local.state.checkpoint import INTERVAL_SECONDS

Start = Callable[..., LocalAws]
Clients = Callable[..., Any]

BUCKET, KEY = "nights", "ledger/m/0000000001.json"
HANDLER = "def handler(event, context): return 'answer'"


@pytest.fixture
def aws(start_local_aws: Start, clients: Clients) -> Iterator[LocalAws]:
    with start_local_aws() as started:
        store = clients(started, "s3")
        store.create_bucket(Bucket=BUCKET)
        store.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield started


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], response["Error"]["Message"], status


def test_write_without_room_is_refused_and_the_next_one_with_room_is_not(aws: LocalAws, clients: Clients) -> None:
    store = clients(aws, "s3")
    store.put_object(Bucket=BUCKET, Key=KEY, Body=b"first")

    with no_room(aws.pid):
        overwritten = refusal(store.put_object, Bucket=BUCKET, Key=KEY, Body=b"second")
        created = refusal(store.put_object, Bucket=BUCKET, Key="ledger/m/2", Body=b"never", IfNoneMatch="*")
        deleted = refusal(store.delete_object, Bucket=BUCKET, Key=KEY)
        read = store.get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
        listed = [each["Key"] for each in store.list_objects_v2(Bucket=BUCKET)["Contents"]]
    store.put_object(Bucket=BUCKET, Key="ledger/m/2", Body=b"at last", IfNoneMatch="*")
    after = store.get_object(Bucket=BUCKET, Key="ledger/m/2")["Body"].read()

    assert (
        overwritten == created == deleted == (disk_full.REFUSAL, disk_full.message(aws.folder.path), disk_full.STATUS)
    )
    assert (read, listed, after) == (b"first", [KEY], b"at last")


def test_intermediates_can_be_deleted_without_room(aws: LocalAws, clients: Clients) -> None:
    store = clients(aws, "s3")
    store.put_object(Bucket=BUCKET, Key="work/a/train/labels.npy", Body=b"rows")

    with no_room(aws.pid):
        store.delete_object(Bucket=BUCKET, Key="work/a/train/labels.npy")

    assert list(aws.folder.s3.rglob("labels.npy")) == []


def test_function_without_room_for_its_package_fails_by_the_name_of_our_error(
    aws: LocalAws,
    clients: Clients,
    create_function: Callable[..., str],
    start_execution: Callable[..., str],
    ended: Callable[..., Any],
) -> None:
    arn = create_function(aws, "task", HANDLER)

    with no_room(aws.pid):
        execution = start_execution(aws, "asks", {"Ask": {"Type": "Task", "Resource": arn, "End": True}})
        found = ended(aws, execution)
    again = clients(aws, "lambda").invoke(FunctionName="task")["Payload"].read()

    assert (found["status"], found["error"]) == ("FAILED", "DiskFull")
    assert str(aws.folder.path) in found["cause"]
    assert again == b'"answer"'


def test_it_is_stopped_without_room_and_has_its_objects_afterwards(
    aws: LocalAws, clients: Clients, start_local_aws: Start
) -> None:
    clients(aws, "s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"kept")

    resource.prlimit(aws.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    aws.stop()

    with start_local_aws(state=aws.folder.path) as again:
        assert clients(again, "s3").get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"kept"


def test_start_without_room_says_so(start_local_aws: Start, tmp_path: Path) -> None:
    with (
        no_room(),
        pytest.raises(LocalAwsFailed, match=f"cannot start: no room is left in {tmp_path}: make some"),
    ):
        start_local_aws(state=tmp_path)


def test_it_is_stopped_from_elsewhere_where_nothing_can_be_written(aws: LocalAws) -> None:
    with no_room():
        aws.stop()

    assert not aws.alive
    assert aws.taken_down


def test_state_that_finds_no_room_is_said_once_and_saved_as_soon_as_there_is_some(
    aws: LocalAws,
    clients: Clients,
    start_local_aws: Start,
    eventually: Callable[[Callable[[], Any]], Any],
) -> None:
    parameters = clients(aws, "ssm")
    with no_room(aws.pid):
        for number in range(3):
            parameters.put_parameter(Name="/tokens", Value=str(number), Type="String", Overwrite=True)
            time.sleep(INTERVAL_SECONDS)
    eventually(lambda: "the state is saved again" in aws.folder.log.read_text())
    said = aws.folder.log.read_text()

    os.kill(aws.pid, signal.SIGKILL)
    aws.stop()

    with start_local_aws(state=aws.folder.path) as again:
        assert clients(again, "ssm").get_parameter(Name="/tokens")["Parameter"]["Value"] == "2"
    assert said.count("cannot be saved") == 1
    assert "no room is left in" in said
    assert "Traceback" not in said
