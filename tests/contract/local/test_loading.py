"""Nothing is saved before everything is loaded; a file that cannot be loaded is reported and kept."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import LocalAwsFailed
from tests.held import Held
from workflows.local.process import LocalAws
from workflows.local.state.state_folder import StateFolder

Clients = Callable[..., Any]
Start = Callable[..., LocalAws]

HELD_SECONDS = 3.0
"""Longer than the checkpoint waits."""
STACK = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alerts"}}}})


@pytest.fixture(scope="module")
def aws(start_local_aws: Start, clients: Clients, create_function: Callable[..., str]) -> LocalAws:
    """A local AWS that was stopped, and what it saved: a function with a version and an alias, and a stack."""
    with start_local_aws() as started:
        create_function(started, "serve", "def handler(event, context): return 'normal'")
        functions = clients(started, "lambda")
        functions.publish_version(FunctionName="serve")
        functions.create_alias(FunctionName="serve", Name="live", FunctionVersion="1")
        stacks = clients(started, "cloudformation")
        stacks.create_stack(StackName="stack", TemplateBody=STACK)
        stacks.get_waiter("stack_create_complete").wait(StackName="stack", WaiterConfig={"Delay": 1})
    return started


@pytest.fixture
def folder(aws: LocalAws, tmp_path: Path) -> StateFolder:
    """Its state, for one test to break."""
    for source in aws.folder.aws.rglob("*"):
        target = tmp_path / "aws" / source.relative_to(aws.folder.aws)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_file():
            target.write_bytes(source.read_bytes())
    folder = StateFolder(tmp_path)
    folder.prepare()
    return folder


def answer(aws: LocalAws, clients: Clients) -> Any:
    answered = clients(aws, "lambda").invoke(FunctionName="serve", Qualifier="live")
    return json.loads(answered["Payload"].read())


def rewrite(folder: StateFolder, service: str, content: str) -> None:
    """Replace a service's file in a state that has no manifest, so that it is loaded as it is."""
    for each in (folder.aws / "manifest.json", folder.aws / "previous" / "manifest.json"):
        each.unlink()
    (folder.aws / f"{service}.json").write_text(content)


@pytest.mark.parametrize("after_seconds", [0.1, 0.4])
def test_server_that_is_held_while_it_loads_saves_nothing_over_its_state(
    folder: StateFolder, start_local_aws: Start, clients: Clients, after_seconds: float
) -> None:
    with (
        Held(folder, after_seconds=after_seconds, for_seconds=HELD_SECONDS),
        start_local_aws(state=folder.path) as started,
    ):
        clients(started, "lambda").list_functions()
        time.sleep(HELD_SECONDS)  # the checkpoint has its turn

    with start_local_aws(state=folder.path) as again:
        assert answer(again, clients) == "normal"
        assert again.told == ()


def test_stop_while_it_loads_saves_no_half_of_its_state(
    folder: StateFolder, start_local_aws: Start, clients: Clients
) -> None:
    before = (folder.aws / "lambda.json").read_bytes()

    with (
        pytest.raises(LocalAwsFailed, match="did not come up"),
        Held(folder, after_seconds=0.1, for_seconds=1, then=signal.SIGTERM),
    ):
        start_local_aws(state=folder.path)

    assert (folder.aws / "lambda.json").read_bytes() == before
    with start_local_aws(state=folder.path) as again:
        assert answer(again, clients) == "normal"


@pytest.mark.parametrize("service", ["lambda", "cloudformation"])
def test_truncated_file_is_told_and_its_copy_is_used(
    folder: StateFolder, start_local_aws: Start, clients: Clients, service: str
) -> None:
    path = folder.aws / f"{service}.json"
    path.write_bytes(path.read_bytes()[:-20])

    with start_local_aws(state=folder.path) as started:
        assert any(line.startswith(f"{service}.json is damaged") for line in started.told)
        assert answer(started, clients) == "normal"
        stack = clients(started, "cloudformation").describe_stacks(StackName="stack")["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"__ministack_format__": 99, "payload": {}}', "another version of the emulator saved it"),
        ('{"__ministack_format__": 2, "payload": [1, 2]}', "AttributeError"),
    ],
)
def test_file_that_cannot_be_loaded_is_told_and_kept_and_the_others_are_loaded(
    folder: StateFolder, start_local_aws: Start, clients: Clients, content: str, reason: str
) -> None:
    rewrite(folder, "sns", content)

    with start_local_aws(state=folder.path) as started:
        adopted, rejected, empty = started.told
        assert adopted.startswith("there is no manifest.json to check it by")
        assert rejected.startswith("sns.json cannot be loaded")
        assert reason in rejected
        assert empty.startswith("sns.json is missing, and there is no whole copy; it starts empty")
        assert answer(started, clients) == "normal"

    (kept,) = folder.damaged.iterdir()
    assert kept.read_text() == content


@pytest.mark.parametrize(
    ("status", "ended"),
    [("CREATE_IN_PROGRESS", "CREATE_FAILED"), ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")],
)
def test_change_of_a_stack_that_a_kill_cut_short_is_over_at_the_next_start(
    folder: StateFolder, start_local_aws: Start, clients: Clients, status: str, ended: str
) -> None:
    saved = (folder.aws / "cloudformation.json").read_text()
    rewrite(folder, "cloudformation", saved.replace('"StackStatus": "CREATE_COMPLETE"', f'"StackStatus": "{status}"'))

    with start_local_aws(state=folder.path) as started:
        stack = clients(started, "cloudformation").describe_stacks(StackName="stack")["Stacks"][0]

    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        ended,
        "the local AWS was stopped while it was going on",
    )
