"""The local AWS forgets the past, so that neither its memory nor its folder grows without end."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workflows.local.emulator import warm
from workflows.local.process import LocalAws
from workflows.local.state import backlog

CLONE = Path(__file__).parents[3]
EMULATOR = CLONE / ".venv-emulator" / "bin" / "python"
Clients = Callable[..., Any]
Create = Callable[..., str]

PROCESS = "import os\ndef handler(event, context): return os.getpid()"


FILLED = """
from workflows.local.state import backlog
backlog.install()
from ministack.services import cloudwatch, eventbridge
for find in (eventbridge._events_log_list, lambda: cloudwatch._metric_bucket(("N", "M", ()))):
    for number in range(2_000):
        find().append({"number": number})
    print(len(find()), find()[-1]["number"])
"""


def versioned(store: Any, bucket: str) -> None:
    store.create_bucket(Bucket=bucket)
    store.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def files_below(folder: Path) -> list[str]:
    return [each.name for each in folder.rglob("*") if each.is_file()]


def test_intermediates_and_superseded_run_documents_leave_nothing_behind(
    start_local_aws: Callable[..., LocalAws], clients: Clients
) -> None:
    with start_local_aws() as aws:
        store = clients(aws, "s3")
        versioned(store, "nights")
        for body in (b"running", b"done"):
            store.put_object(Bucket="nights", Key="runs/a/train.json", Body=body)
            store.put_object(Bucket="nights", Key="work/a/train/labels.npy", Body=body)
        store.delete_object(Bucket="nights", Key="work/a/train/labels.npy")
        listed = store.list_object_versions(Bucket="nights")
        left = files_below(aws.folder.s3)

    assert [each["Key"] for each in listed["Versions"]] == ["runs/a/train.json"]
    assert listed.get("DeleteMarkers", []) == []
    assert sorted(left) == ["train.json", "train.json.meta.json"]


def test_superseded_version_of_what_lasts_is_read_before_and_after_a_restart(
    start_local_aws: Callable[..., LocalAws], clients: Clients
) -> None:
    with start_local_aws() as aws:
        store = clients(aws, "s3")
        versioned(store, "nights")
        first = store.put_object(Bucket="nights", Key="models/m/pin.json", Body=b"first")["VersionId"]
        store.put_object(Bucket="nights", Key="models/m/pin.json", Body=b"second")
        read = store.get_object(Bucket="nights", Key="models/m/pin.json", VersionId=first)["Body"].read()
        store.delete_object(Bucket="nights", Key="models/m/pin.json")

    with start_local_aws(state=aws.folder.path) as again:
        store = clients(again, "s3")
        after = store.get_object(Bucket="nights", Key="models/m/pin.json", VersionId=first)["Body"].read()
        hidden = store.list_objects_v2(Bucket="nights")["KeyCount"]

    assert (read, after, hidden) == (b"first", b"first", 0)


def test_latest_executions_are_remembered_and_older_ones_are_not(
    local_aws: LocalAws, clients: Clients, start_execution: Callable[..., str], ended: Callable[..., Any]
) -> None:
    first = start_execution(local_aws, "brief", {"Done": {"Type": "Succeed"}})
    ended(local_aws, first)
    states = clients(local_aws, "stepfunctions")
    machine = states.describe_execution(executionArn=first)["stateMachineArn"]

    for _ in range(backlog.EXECUTIONS):
        last = states.start_execution(stateMachineArn=machine)["executionArn"]
        ended(local_aws, last)
    states.start_execution(stateMachineArn=machine)

    names = {each["executionArn"] for each in states.list_executions(stateMachineArn=machine)["executions"]}
    assert first not in names
    assert last in names


def test_latest_invocations_are_in_the_log_and_older_ones_are_not(
    local_aws: LocalAws, clients: Clients, create_function: Create
) -> None:
    create_function(local_aws, "talker", "def handler(event, context): print('number', event)")

    for number in range(backlog.LOG_STREAMS + 2):
        clients(local_aws, "lambda").invoke(FunctionName="talker", Payload=json.dumps(number))

    logs = clients(local_aws, "logs")
    found = [
        event["message"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/talker")
        for event in page["events"]
        if event["message"].startswith("number")
    ]
    assert len(found) == backlog.LOG_STREAMS
    assert "number 0" not in found and f"number {backlog.LOG_STREAMS + 1}" in found


def test_versions_that_are_not_asked_any_more_have_no_process(
    local_aws: LocalAws, clients: Clients, create_function: Create, package: Callable[[str], bytes]
) -> None:
    create_function(local_aws, "many", PROCESS)
    functions, processes = clients(local_aws, "lambda"), []
    for number in range(warm.VERSIONS + 2):
        code = package(f"{PROCESS}  # {number}")
        version = functions.update_function_code(FunctionName="many", ZipFile=code, Publish=True)["Version"]
        processes.append(int(functions.invoke(FunctionName="many", Qualifier=version)["Payload"].read()))

    assert [_runs(each) for each in processes] == [False, False, *[True] * warm.VERSIONS]


def test_function_that_was_not_asked_for_long_enough_starts_anew(
    start_local_aws: Callable[..., LocalAws], clients: Clients, create_function: Create
) -> None:
    with start_local_aws(idle_seconds=0) as aws:
        create_function(aws, "rare", PROCESS)
        first, second = (int(clients(aws, "lambda").invoke(FunctionName="rare")["Payload"].read()) for _ in range(2))
        is_over = not _runs(first)

    assert first != second
    assert is_over


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_latest_events_and_points_of_a_metric_are_remembered_and_older_ones_are_not() -> None:
    """Looked at in the emulator's own memory: it tells them to nobody."""
    done = subprocess.run(
        [EMULATOR, "-c", FILLED], cwd=CLONE, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{backlog.EVENTS} 1999", f"{backlog.POINTS} 1999"]
