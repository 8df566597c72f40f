"""Updating, publishing and routing functions on the local AWS."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest

from workflows.local.process import LocalAws

Create = Callable[..., str]
UPDATE_SECONDS = 0.5


def _answering(value: int) -> str:
    return f"def handler(event, context): return {value}"


def test_new_function_and_new_code_are_active_at_once(
    local_aws: LocalAws, clients: Callable[..., Any], create_function: Create, package: Callable[[str], bytes]
) -> None:
    functions = clients(local_aws, "lambda")

    create_function(local_aws, "prompt", _answering(1))
    created = functions.get_function_configuration(FunctionName="prompt")
    updated = functions.update_function_code(FunctionName="prompt", ZipFile=package(_answering(2)))

    assert (created["State"], created["LastUpdateStatus"]) == ("Active", "Successful")
    assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "Successful")


ANSWERED_LATER = """
import pathlib, time

def handler(event, context):
    here = pathlib.Path(event["folder"])
    (here / f"{{event['call']}}.begun").touch()
    while not (here / "go").exists():
        time.sleep(0.02)
    return {}
"""


def test_call_that_goes_on_while_its_function_gets_other_code_or_settings_is_answered_by_the_old_code(
    local_aws: LocalAws,
    clients: Callable[..., Any],
    create_function: Create,
    package: Callable[[str], bytes],
    tmp_path: Path,
) -> None:
    functions = clients(local_aws, "lambda")
    create_function(local_aws, "changed-amid", ANSWERED_LATER.format(1))

    with ThreadPoolExecutor() as pool:

        def begun(call: int) -> Future[Any]:
            """A call that its function has begun to answer."""
            payload = json.dumps({"folder": f"{tmp_path}", "call": call}).encode()
            going = pool.submit(functions.invoke, FunctionName="changed-amid", Payload=payload)
            while not (tmp_path / f"{call}.begun").exists() and not going.done():
                time.sleep(0.02)
            return going

        calls = [begun(1), begun(2)]
        functions.update_function_code(FunctionName="changed-amid", ZipFile=package(ANSWERED_LATER.format(2)))
        calls.append(begun(3))
        functions.update_function_configuration(FunctionName="changed-amid", Environment={"Variables": {"A": "b"}})
        (tmp_path / "go").touch()

        assert [json.loads(each.result()["Payload"].read()) for each in calls] == [1, 1, 2]


def test_code_and_version_come_of_one_call(
    local_aws: LocalAws, clients: Callable[..., Any], create_function: Create, package: Callable[[str], bytes]
) -> None:
    functions = clients(local_aws, "lambda")
    create_function(local_aws, "one-call", _answering(1))
    code = package(_answering(2))

    published = functions.update_function_code(FunctionName="one-call", ZipFile=code, Publish=True)

    assert published["Version"] == "1"
    assert published["FunctionArn"].endswith(":function:one-call:1")
    assert published["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode()
    assert _invoked(functions, "one-call", "1") == (2, "1")


def test_publishing_the_same_code_again_makes_no_version(
    local_aws: LocalAws, clients: Callable[..., Any], create_function: Create, package: Callable[[str], bytes]
) -> None:
    functions = clients(local_aws, "lambda")
    create_function(local_aws, "same", _answering(1))

    versions = [
        functions.update_function_code(FunctionName="same", ZipFile=package(_answering(2)), Publish=True)["Version"],
        functions.update_function_code(FunctionName="same", ZipFile=package(_answering(2)), Publish=True)["Version"],
        functions.publish_version(FunctionName="same")["Version"],
        functions.update_function_code(FunctionName="same", ZipFile=package(_answering(3)), Publish=True)["Version"],
    ]

    assert versions == ["1", "1", "1", "2"]


def test_publishing_after_a_change_of_configuration_makes_a_version(
    local_aws: LocalAws, clients: Callable[..., Any], create_function: Create
) -> None:
    functions = clients(local_aws, "lambda")
    create_function(local_aws, "resized", _answering(1))
    functions.publish_version(FunctionName="resized")
    functions.update_function_configuration(FunctionName="resized", MemorySize=512)

    published = functions.publish_version(FunctionName="resized")

    assert (published["Version"], published["MemorySize"]) == ("2", 512)


def test_weighted_alias_sends_its_share_to_the_other_version(
    local_aws: LocalAws, clients: Callable[..., Any], create_function: Create, package: Callable[[str], bytes]
) -> None:
    functions = clients(local_aws, "lambda")
    create_function(local_aws, "weighed", _answering(1))
    functions.publish_version(FunctionName="weighed")
    functions.update_function_code(FunctionName="weighed", ZipFile=package(_answering(2)), Publish=True)
    functions.create_alias(
        FunctionName="weighed",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )

    answers = [_invoked(functions, "weighed", "live") for _ in range(40)]

    assert set(answers) == {(1, "1"), (2, "2")}  # one of the two stays away in 1 of 5e11 runs


@pytest.fixture(scope="module")
def slow_aws(start_local_aws: Callable[..., LocalAws]) -> Iterator[LocalAws]:
    with start_local_aws(update_seconds=UPDATE_SECONDS) as started:
        yield started


def test_nothing_is_changed_while_an_update_is_in_progress(
    slow_aws: LocalAws, clients: Callable[..., Any], create_function: Create, package: Callable[[str], bytes]
) -> None:
    functions = clients(slow_aws, "lambda")
    create_function(slow_aws, "busy", _answering(1))
    _wait_until_updated(functions, "busy")

    updated = functions.update_function_code(FunctionName="busy", ZipFile=package(_answering(2)), Publish=True)
    refused = [
        _error_of(functions.update_function_code, FunctionName="busy", ZipFile=package(_answering(3))),
        _error_of(functions.update_function_configuration, FunctionName="busy", MemorySize=256),
        _error_of(functions.publish_version, FunctionName="busy"),
    ]

    assert updated["LastUpdateStatus"] == "InProgress"
    assert refused == [("ResourceConflictException", 409)] * 3


def test_after_the_update_version_is_active_and_changes_are_taken(
    slow_aws: LocalAws, clients: Callable[..., Any], create_function: Create, package: Callable[[str], bytes]
) -> None:
    functions = clients(slow_aws, "lambda")
    create_function(slow_aws, "patient", _answering(1))
    _wait_until_updated(functions, "patient")

    published = functions.update_function_code(FunctionName="patient", ZipFile=package(_answering(2)), Publish=True)
    _wait_until_updated(functions, "patient")
    functions.update_function_configuration(FunctionName="patient", MemorySize=256)

    version = functions.get_function_configuration(FunctionName="patient", Qualifier=published["Version"])
    assert (published["State"], version["State"], version["MemorySize"]) == ("Pending", "Active", 128)


def _invoked(functions: Any, name: str, qualifier: str) -> tuple[int, str]:
    answered = functions.invoke(FunctionName=name, Qualifier=qualifier)
    return json.loads(answered["Payload"].read()), answered["ExecutedVersion"]


def _error_of(operation: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        operation(**arguments)
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def _wait_until_updated(functions: Any, name: str) -> None:
    deadline = time.monotonic() + 20
    while functions.get_function_configuration(FunctionName=name)["LastUpdateStatus"] != "Successful":
        assert time.monotonic() < deadline
        time.sleep(0.05)
