"""The emulator's behaviour that the product relies on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from workflows.local.process import LocalAws

Clients = Callable[..., Any]
Create = Callable[..., str]
Eventually = Callable[[Callable[[], Any]], Any]

NOTE = """
import boto3, json
def handler(event, context):
    boto3.client("s3").put_object(Bucket="events", Key=event["run"] + "/" + event["status"], Body=json.dumps(event))
"""


def test_functions_and_versions_are_listed_page_by_page(
    local_aws: LocalAws, clients: Clients, create_function: Create, package: Callable[[str], bytes]
) -> None:
    functions = clients(local_aws, "lambda")
    names = {f"listed-{index}" for index in range(5)}
    for name in names:
        create_function(local_aws, name, "def handler(event, context): return 0")
    for value in range(1, 5):
        code = package(f"def handler(event, context): return {value}")
        functions.update_function_code(FunctionName="listed-0", ZipFile=code, Publish=True)

    pages = list(functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))
    versions = functions.get_paginator("list_versions_by_function").paginate(
        FunctionName="listed-0", PaginationConfig={"PageSize": 2}
    )

    assert len(pages) >= 3
    assert names <= {each["FunctionName"] for page in pages for each in page["Functions"]}
    assert [each["Version"] for page in versions for each in page["Versions"]] == ["$LATEST", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "status", ["FAILED", "ABORTED"]
)  # nothing here ends TIMED_OUT: no limit on a whole execution
def test_end_of_an_execution_invokes_the_function_of_a_rule(
    local_aws: LocalAws,
    clients: Clients,
    create_function: Create,
    start_execution: Callable[..., str],
    ended: Callable[..., Any],
    eventually: Eventually,
    status: str,
) -> None:
    clients(local_aws, "s3").create_bucket(Bucket="events")
    function = create_function(local_aws, f"note-{status.lower()}", NOTE)
    _rule(clients(local_aws, "events"), f"ended-{status}", function)

    execution = start_execution(local_aws, f"ends-{status}", STATES[status])
    if status == "ABORTED":
        clients(local_aws, "stepfunctions").stop_execution(executionArn=execution, error="Stopped", cause="by hand")

    run = execution.rpartition(":")[2]
    assert ended(local_aws, execution)["status"] == status
    assert eventually(lambda: _object(clients(local_aws, "s3"), f"{run}/{status}")) == {"run": run, "status": status}


STATES = {
    "FAILED": {"Refuse": {"Type": "Fail", "Error": "NoData"}},
    "ABORTED": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}},
}


def test_delete_and_put_heed_the_entity_tag(local_aws: LocalAws, clients: Clients) -> None:
    store = clients(local_aws, "s3")
    store.create_bucket(Bucket="tags")
    first = store.put_object(Bucket="tags", Key="lease", Body=b"1", IfNoneMatch="*")["ETag"]
    second = store.put_object(Bucket="tags", Key="lease", Body=b"2", IfMatch=first)["ETag"]

    lost = [
        _error_of(store.put_object, Bucket="tags", Key="lease", Body=b"3", IfNoneMatch="*"),
        _error_of(store.put_object, Bucket="tags", Key="lease", Body=b"3", IfMatch=first),
        _error_of(store.delete_object, Bucket="tags", Key="lease", IfMatch=first),
    ]
    store.delete_object(Bucket="tags", Key="lease", IfMatch=second)

    assert lost == [412, 412, 412]
    assert "Contents" not in store.list_objects_v2(Bucket="tags")


def test_object_is_copied_within_its_bucket(local_aws: LocalAws, clients: Clients) -> None:
    store = clients(local_aws, "s3")
    store.create_bucket(Bucket="copies")
    store.put_object(Bucket="copies", Key="datasets/kdd99-http/1.csv", Body=b"duration\n0\n")

    store.copy_object(
        Bucket="copies",
        Key="removed/kdd99-http/1.csv",
        CopySource={"Bucket": "copies", "Key": "datasets/kdd99-http/1.csv"},
    )

    assert store.get_object(Bucket="copies", Key="removed/kdd99-http/1.csv")["Body"].read() == b"duration\n0\n"


def _rule(events: Any, name: str, function: str) -> None:
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["FAILED", "ABORTED", "TIMED_OUT"]},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    transformer = {
        "InputPathsMap": {"run": "$.detail.name", "status": "$.detail.status"},
        "InputTemplate": '{"run": <run>, "status": <status>}',
    }
    events.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": function, "InputTransformer": transformer}])


def _object(store: Any, key: str) -> Any:
    try:
        return json.loads(store.get_object(Bucket="events", Key=key)["Body"].read())
    except store.exceptions.NoSuchKey:
        return None


def _error_of(operation: Callable[..., Any], **arguments: Any) -> int:
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        operation(**arguments)
    return int(raised.value.response["ResponseMetadata"]["HTTPStatusCode"])
