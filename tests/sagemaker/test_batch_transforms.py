"""nightswap batch --transform: the machine of the stage on the second engine, with jobs that really transform.

The contract's server answers on a version's data, and each command is a process of its own.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.edges.hosting.transform_jobs import TIMEOUT, TransformOrder
from tests import http_connections
from tests.clone import ROOT
from tests.sagemaker.stage import MODEL, NAMES, Stage, is_deployed_from
from workflows.definitions.rendering import TRANSFORM, golden

FINISHES_SECONDS = 120
NORMAL, ATTACKS, TIMES = 19_000, 6_000, 3
BAD = ("x,1,2,back.", "1,2", "1e999,1,2,normal.", ",1,2,")
"""Of which the second cannot be read; the version refuses the others."""
RECORDS = NORMAL + ATTACKS + TIMES * len(BAD)
CHUNKS = 3
LIMIT = "The account-level service limit 'ml.m5.large for transform job usage' is 0 Instances"


@dataclass
class Commands:
    """Those that a test starts, which end with it."""

    stage: Stage
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def transform(self, file: Path, *more: str) -> subprocess.Popen[str]:
        """The command, which goes on."""
        command = [sys.executable, "-m", "tests.sagemaker.elsewhere", self.stage.engine]
        clone, pipe = self.stage.clone, subprocess.PIPE
        process = subprocess.Popen(
            [*command, "batch", str(file), "--transform", "--json", *more],
            cwd=clone.folder,
            env=clone.environment | {"PYTHONPATH": str(ROOT)},
            stdout=pipe,
            stderr=pipe,
            text=True,
        )
        self.started.append(process)
        return process

    def wait_for_outputs(self, count: int, *, by: subprocess.Popen[str]) -> None:
        """Until so many chunks have an output, of a command that goes on."""

        def there() -> bool:
            assert by.poll() is None, by.communicate()
            return len(outputs(self.stage)) >= count

        self.stage.until(there)


def outputs(stage: Stage) -> dict[str, bytes]:
    """What there is of each chunk, by key."""
    store = stage.client("s3")
    found = store.list_objects_v2(Bucket=NAMES.bucket, Prefix=layout.TRANSFORMS).get("Contents", [])
    keys = [each["Key"] for each in found if each["Key"].endswith(".out")]
    return {key: store.get_object(Bucket=NAMES.bucket, Key=key)["Body"].read() for key in keys}


def jobs(stage: Stage) -> dict[str, str]:
    """The status of each job that there was, by name."""
    found = stage.client("sagemaker", endpoint=stage.engine).list_transform_jobs()["TransformJobSummaries"]
    return {each["TransformJobName"]: each["TransformJobStatus"] for each in found}


def executions(stage: Stage) -> dict[str, dict[str, Any]]:
    """Those of the machine that transforms, by name."""
    engine = stage.client("stepfunctions", endpoint=stage.engine)
    arn = NAMES.arn("states", f"stateMachine:{NAMES.transform_machine}")
    found = engine.list_executions(stateMachineArn=arn)["executions"]
    return {each["name"]: engine.describe_execution(executionArn=each["executionArn"]) for each in found}


def running(stage: Stage) -> list[str]:
    """The executions at work. This engine ends one that is to stop when it next looks at what it waits for."""
    return [name for name, each in executions(stage).items() if each["status"] == "RUNNING"]


def lines(file: Path, what: str) -> list[dict[str, Any]]:
    beside = file.with_name(f"{file.name}.{what}.jsonl")
    return [json.loads(line) for line in beside.read_text().splitlines()]


@pytest.fixture(scope="module")
def live(on_endpoints: Stage) -> Stage:
    """Version 1 is live, and answers from its endpoint."""
    on_endpoints.promoted()
    return on_endpoints


@pytest.fixture
def commands(live: Stage) -> Iterator[Commands]:
    found = Commands(live)
    yield found
    for each in found.started:
        each.kill()
        each.communicate()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three chunks, with some bad records in each."""
    rows = http_connections.rows(normal=NORMAL, attacks=ATTACKS, seed=41)
    for at, bad in enumerate(BAD * TIMES):
        rows.insert(at * 2_000, bad)
    return http_connections.write(tmp_path / "rows.csv", rows)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One chunk, of another file for each test."""
    return http_connections.write(tmp_path / f"{tmp_path.name}.csv", http_connections.rows(normal=40, attacks=10))


def test_definition_is_the_committed_one_with_the_name_of_the_stage(live: Stage) -> None:
    arn = NAMES.arn("states", f"stateMachine:{NAMES.transform_machine}")
    deployed = live.client("stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"]

    assert is_deployed_from(golden(TRANSFORM), deployed)


def test_file_is_scored_once_by_commands_that_are_ended_in_the_middle_as_by_a_function(
    live: Stage, commands: Commands, file: Path
) -> None:
    first = commands.transform(file)
    live.allow(1)
    commands.wait_for_outputs(1, by=first)
    first.send_signal(signal.SIGTERM)
    _, told = first.communicate(timeout=FINISHES_SECONDS)
    assert first.returncode == 130, told
    assert "is told to stop" in told
    assert "interrupted: what is done is kept; repeat the command" in told
    live.until(lambda: [*jobs(live).values()] == ["Stopped"])
    live.until(lambda: not running(live))

    second = commands.transform(file)
    live.allow(1)
    commands.wait_for_outputs(2, by=second)
    second.kill()
    second.communicate()
    assert [*jobs(live).values()] == ["Stopped", "InProgress"]

    third = commands.transform(file)
    assert "is at work already, and is followed" in (third.stderr.readline() if third.stderr else "")
    live.allow(1)
    said, told = third.communicate(timeout=FINISHES_SECONDS)
    assert third.returncode == 0, told
    assert [*jobs(live).values()] == ["Stopped", "Completed"]
    live.until(lambda: not running(live))
    assert {*executions(live)} == {*jobs(live)}

    found = json.loads(said)
    predictions, errors = lines(file, "predictions"), lines(file, "errors")
    ordinary = live.clone.json("batch", str(file))
    same = ("model", "model_version", "records", "refused", "labels", "warnings", "accuracy", "matrix")
    assert {name: found[name] for name in same} == {name: ordinary[name] for name in same}
    assert (found["records"], found["refused"]) == (RECORDS, TIMES * len(BAD))
    assert (lines(file, "predictions"), lines(file, "errors")) == (predictions, errors)
    assert len(outputs(live)) == CHUNKS
    answered = sum(body.count(b"\n") for body in outputs(live).values())
    assert answered == RECORDS - TIMES  # what cannot be read stays here

    fourth = commands.transform(file)
    again, told = fourth.communicate(timeout=FINISHES_SECONDS)
    assert json.loads(again) == found, told
    assert len(jobs(live)) == 2


def test_job_ends_after_its_time_though_nobody_waits_for_it(live: Stage) -> None:
    """As one of a command that was killed."""
    [bucket, manifest] = [NAMES.bucket, layout.transform("nobody", "1.json", of="jobs")]
    chunk = {"prefix": f"s3://{bucket}/{layout.transform('nobody', of='in')}"}
    live.client("s3").put_object(Bucket=bucket, Key=manifest, Body=json.dumps([chunk, "000001.jsonl"]).encode())
    order = TransformOrder(
        name="nightswap-local-transform-nobody-1",
        sagemaker_model=f"nightswap-local-{MODEL}-v1",
        manifest_uri=f"s3://{bucket}/{manifest}",
        outputs_uri=f"s3://{bucket}/{layout.transform('nobody', of='out')}",
        instance_type="ml.m5.large",
        instances=1,
        timeout_seconds=3,
    )
    live.client("stepfunctions", endpoint=live.engine).start_execution(
        stateMachineArn=NAMES.arn("states", f"stateMachine:{NAMES.transform_machine}"),
        name=order.name,
        input=json.dumps(vars(order)),
    )

    live.until(lambda: executions(live)[order.name]["status"] != "RUNNING")

    ended = executions(live)[order.name]
    assert (ended["status"], ended["error"]) == ("FAILED", "NotTransformed"), ended["cause"]
    assert ended["cause"] == TIMEOUT
    live.until(lambda: jobs(live)[order.name] == "Stopped")


def test_job_that_sagemaker_refuses_is_told_and_the_next_command_scores_the_file(
    live: Stage, commands: Commands, small: Path
) -> None:
    live.order(refused="ResourceLimitExceeded", message=LIMIT)

    refused = commands.transform(small)
    _, told = refused.communicate(timeout=FINISHES_SECONDS)
    assert refused.returncode == 1, told
    assert "the account's limit of such instances for transform jobs is reached" in told

    live.allow(1)
    again = commands.transform(small)
    said, told = again.communicate(timeout=FINISHES_SECONDS)
    assert again.returncode == 0, told
    assert json.loads(said)["records"] == 50


def test_throttled_start_is_tried_again_by_the_machine(live: Stage, commands: Commands, small: Path) -> None:
    before = {*executions(live)}
    live.order(refused="ThrottlingException", message="Rate exceeded")
    live.allow(1)

    scored = commands.transform(small)
    said, told = scored.communicate(timeout=FINISHES_SECONDS)

    assert scored.returncode == 0, told
    assert json.loads(said)["records"] == 50
    [name] = {*executions(live)} - before
    assert jobs(live)[name] == "Completed"
