"""What is left of the local AWS's state after a stop, and after a kill at any moment."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from typing import Any

from workflows.local.process import LocalAws
from workflows.local.state.checkpoint import INTERVAL_SECONDS
from workflows.local.state.generations import MANIFEST, PREVIOUS

Clients = Callable[..., Any]
Start = Callable[..., LocalAws]
Create = Callable[..., str]

BUCKET = "nightswap-local-000000000000-us-east-1"


def _fill(aws: LocalAws, clients: Clients, create_function: Create) -> None:
    create_function(aws, "serve", "def handler(event, context): return 'normal'")
    functions = clients(aws, "lambda")
    functions.publish_version(FunctionName="serve")
    functions.create_alias(FunctionName="serve", Name="live", FunctionVersion="1", Description="run=a step=1")
    clients(aws, "ssm").put_parameter(Name="/nightswap/local/tokens", Value="{}", Type="String")


def _check(aws: LocalAws, clients: Clients) -> None:
    functions = clients(aws, "lambda")
    assert functions.get_alias(FunctionName="serve", Name="live")["Description"] == "run=a step=1"
    answered = functions.invoke(FunctionName="serve", Qualifier="live")
    assert (json.loads(answered["Payload"].read()), answered["ExecutedVersion"]) == ("normal", "1")
    assert clients(aws, "ssm").get_parameter(Name="/nightswap/local/tokens")["Parameter"]["Value"] == "{}"


def _kill(aws: LocalAws) -> None:
    os.kill(aws.pid, signal.SIGKILL)
    aws.stop()


def test_stop_keeps_everything(start_local_aws: Start, clients: Clients, create_function: Create) -> None:
    with start_local_aws() as aws:
        _fill(aws, clients, create_function)

    with start_local_aws(state=aws.folder.path) as again:
        _check(again, clients)


def test_everything_has_a_second_copy_after_a_stop(
    start_local_aws: Start, clients: Clients, create_function: Create
) -> None:
    with start_local_aws() as aws:
        _fill(aws, clients, create_function)

    saved, copies = (
        {path.name: path.read_bytes() for path in folder.glob("*.json") if path.name != MANIFEST}
        for folder in (aws.folder.aws, aws.folder.aws / PREVIOUS)
    )
    assert saved == copies
    assert {"lambda.json", "ssm.json"} <= saved.keys()


def test_kill_loses_no_object(start_local_aws: Start, clients: Clients) -> None:
    aws = start_local_aws()
    store = clients(aws, "s3")
    store.create_bucket(Bucket=BUCKET)
    store.put_object(Bucket=BUCKET, Key="ledger/kdd99-http/0000000001.json", Body=b"{}")
    store.put_object(Bucket=BUCKET, Key="locks/kdd99-http", Body=b"held")
    store.delete_object(Bucket=BUCKET, Key="locks/kdd99-http")
    etag = store.head_object(Bucket=BUCKET, Key="ledger/kdd99-http/0000000001.json")["ETag"]

    _kill(aws)

    with start_local_aws(state=aws.folder.path) as again:
        found = clients(again, "s3").list_objects_v2(Bucket=BUCKET)["Contents"]
        read = clients(again, "s3").get_object(Bucket=BUCKET, Key="ledger/kdd99-http/0000000001.json", IfMatch=etag)
        assert [each["Key"] for each in found] == ["ledger/kdd99-http/0000000001.json"]
        assert read["Body"].read() == b"{}"


def test_kill_loses_at_most_a_checkpoint_of_the_rest(
    start_local_aws: Start, clients: Clients, create_function: Create
) -> None:
    aws = start_local_aws()
    _fill(aws, clients, create_function)
    time.sleep(INTERVAL_SECONDS + 1)

    _kill(aws)

    with start_local_aws(state=aws.folder.path) as again:
        _check(again, clients)


def test_leftovers_of_a_killed_one_are_swept_at_the_next_start(
    start_local_aws: Start, clients: Clients, create_function: Create
) -> None:
    aws = start_local_aws()
    _fill(aws, clients, create_function)
    clients(aws, "lambda").invoke(FunctionName="serve")
    left = list(aws.folder.scratch.iterdir())
    _kill(aws)

    with start_local_aws(state=aws.folder.path):
        swept = [each for each in left if not each.exists()]

    assert left
    assert swept == left


def test_update_that_a_kill_cut_short_does_not_block_the_function(
    start_local_aws: Start, clients: Clients, create_function: Create
) -> None:
    aws = start_local_aws(update_seconds=60)
    create_function(aws, "serve", "def handler(event, context): return 'normal'")
    aws.stop()

    with start_local_aws(state=aws.folder.path) as again:
        functions = clients(again, "lambda")
        assert functions.get_function_configuration(FunctionName="serve")["LastUpdateStatus"] == "Successful"
        assert functions.publish_version(FunctionName="serve")["Version"] == "1"


def test_version_published_in_one_call_is_whole_after_a_restart(
    start_local_aws: Start, clients: Clients, create_function: Create, package: Callable[[str], bytes]
) -> None:
    with start_local_aws() as aws:
        create_function(aws, "serve", "def handler(event, context): return 1")
        published = clients(aws, "lambda").update_function_code(
            FunctionName="serve", ZipFile=package("def handler(event, context): return 2"), Publish=True
        )

    with start_local_aws(state=aws.folder.path) as again:
        functions = clients(again, "lambda")
        version = functions.get_function_configuration(FunctionName="serve", Qualifier="1")
        assert version["CodeSha256"] == published["CodeSha256"]
        assert (version["State"], version["LastUpdateStatus"]) == ("Active", "Successful")


def test_object_that_a_kill_left_with_the_description_of_the_one_before_is_readable(
    start_local_aws: Start, clients: Clients
) -> None:
    with start_local_aws() as aws:
        store = clients(aws, "s3")
        store.create_bucket(Bucket=BUCKET)
        store.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        store.put_object(Bucket=BUCKET, Key="runs/a/train.json", Body=b"running")
    (written,) = aws.folder.s3.rglob("train.json")
    written.write_bytes(b"it is done")

    with start_local_aws(state=aws.folder.path) as again:
        read = clients(again, "s3").get_object(Bucket=BUCKET, Key="runs/a/train.json")
        assert read["Body"].read() == b"it is done"
        assert read["ETag"] == clients(again, "s3").list_objects_v2(Bucket=BUCKET)["Contents"][0]["ETag"]


def test_half_of_the_state_that_somebody_removed_is_told(start_local_aws: Start, clients: Clients) -> None:
    with start_local_aws() as aws:
        clients(aws, "s3").create_bucket(Bucket=BUCKET)
        clients(aws, "s3").put_object(Bucket=BUCKET, Key="ledger/kdd99-http/0000000001.json", Body=b"{}")
    shutil.rmtree(aws.folder.aws)

    with start_local_aws(state=aws.folder.path) as without_services:
        (told,) = without_services.told
    shutil.rmtree(aws.folder.s3)
    with start_local_aws(state=aws.folder.path) as without_objects:
        (told_then,) = without_objects.told

    assert told.startswith("aws/ holds nothing, and s3/ the objects of a bucket")
    assert told_then.startswith("s3/ holds nothing, and aws/ a bucket")
