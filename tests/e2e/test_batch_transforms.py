"""nightswap batch --transform against a SageMaker that really transforms, by the contract's server on a version.

The version comes of a run on a local AWS; the command is a process of its own, and is ended in the middle.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.aws import connect
from chalicelib.batches import batch_reports, batch_requests
from chalicelib.contracts.batches import PredictBatchTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.layout import Place
from chalicelib.registry import registry
from lambdas import predict_batch
from lambdas.endpoint.package import model_data
from tests import http_connections
from tests.clone import ROOT
from tests.contract.calls import a_run
from tests.contract.calls.a_run import MODEL, NAMES
from tests.fakes.pipeline import InMemoryPipeline
from tests.given import batches, local_aws
from tests.sagemaker.adapter import over_http
from tests.sagemaker.adapter.transforming import TransformJobs
from workflows.local.environment import clean
from workflows.local.process import LocalAws

ENDPOINT = f"nightswap-{NAMES.stage}-{MODEL}-v1"
DEADLINE_SECONDS = 120
NORMAL, ATTACKS, TIMES = 19_000, 6_000, 3
BAD = ("x,1,2,back.", "1,2", "1e999,1,2,normal.", ",1,2,")
"""Of which the second cannot be read; the version refuses the others."""
RECORDS = NORMAL + ATTACKS + TIMES * len(BAD)


@dataclass
class Stage:
    edges: Edges
    jobs: TransformJobs
    environment: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def command(self, file: Path) -> subprocess.Popen[str]:
        """The command, which goes on."""
        asked = ["batch", str(file), "--transform", "--stage", NAMES.stage, "--json"]
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "workflows.cli", *asked]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=pipe, stderr=pipe, text=True)
        self.started.append(process)
        return process

    def wait_for_outputs(self, count: int) -> None:
        """Until so many chunks have an output."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while len([each for each in self.edges.store.list(layout.TRANSFORMS) if each.key.endswith(".out")]) < count:
            assert time.monotonic() < deadline, [each.described() for each in self.jobs.jobs.values()]
            time.sleep(0.05)

    def statuses(self) -> list[str]:
        return [each.status for each in self.jobs.jobs.values()]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with (
        LocalAws.start(ROOT, state=tmp_path_factory.mktemp("aws"), short_port=0) as aws,
        a_run.after_one_night(aws),
    ):
        edges = connect.edges(NAMES)
        data = layout.version(MODEL, 1, registry.MODEL_DATA)
        package = registry.part(edges, model=MODEL, model_version=1, name=registry.PACKAGE)
        edges.store.put(data, model_data(package))
        manifest = registry.manifest(edges, model=MODEL, model_version=1).document
        served = {"name": ENDPOINT, "keep_hours": 24, "words": "1 ml.m5.large"}
        key = layout.version(MODEL, 1, registry.MANIFEST)
        edges.store.put(key, documents.encode({**manifest, "endpoint": served}))
        client = local_aws.client("s3", endpoint=aws.endpoint)
        jobs = TransformJobs(store=client, models={ENDPOINT: str(Place(NAMES.bucket, data))})
        with over_http.served([jobs]) as address:
            environment = clean(os.environ, endpoint=aws.endpoint) | {"AWS_ENDPOINT_URL_SAGEMAKER": address}
            found = Stage(edges, jobs, environment)
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


def lines(file: Path, what: str) -> list[dict[str, Any]]:
    beside = file.with_name(f"{file.name}.{what}.jsonl")
    return [json.loads(line) for line in beside.read_text().splitlines()]


def scored_by_a_function(edges: Edges, file: Path) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """What the ordinary batch makes of the file."""
    key = layout.BATCH_FILES + file.name
    edges.store.put(key, file.read_bytes())
    name = batch_requests.ask(
        edges, InMemoryPipeline(edges), model=MODEL, bucket=NAMES.bucket, key=key, who="ada", attempt="one"
    )
    predict_batch.run(PredictBatchTask(batch=name), edges)
    return (
        batch_reports.describe(edges, name),
        batches.lines(edges, layout.batch_chunk(name, of="predictions")),
        batches.lines(edges, layout.batch_chunk(name, of="errors")),
    )


def test_file_is_scored_once_by_commands_that_are_ended_in_the_middle_as_by_a_function(
    stage: Stage, file: Path
) -> None:
    first = stage.command(file)
    stage.jobs.allowed.release()
    stage.wait_for_outputs(1)
    first.send_signal(signal.SIGTERM)
    _, told = first.communicate(timeout=DEADLINE_SECONDS)
    assert first.returncode == 130, told
    assert "is told to stop" in told
    assert "interrupted: what is done is kept; repeat the command" in told

    second = stage.command(file)
    stage.jobs.allowed.release()
    stage.wait_for_outputs(2)
    second.kill()
    second.communicate()
    assert stage.statuses() == ["Stopped", "InProgress"]

    third = stage.command(file)
    assert "is at work already, and is followed" in (third.stderr.readline() if third.stderr else "")
    stage.jobs.allowed.release()
    said, told = third.communicate(timeout=DEADLINE_SECONDS)
    assert third.returncode == 0, told
    assert stage.statuses() == ["Stopped", "Completed"]

    ordinary, predictions, errors = scored_by_a_function(stage.edges, file)
    found = json.loads(said)
    same = ("model", "model_version", "records", "refused", "labels", "warnings", "accuracy", "matrix")
    assert {name: found[name] for name in same} == {name: ordinary[name] for name in same}
    assert (found["records"], found["refused"]) == (RECORDS, TIMES * len(BAD))
    assert (lines(file, "predictions"), lines(file, "errors")) == (predictions, errors)
    assert (
        sum(sum(each.requests) for each in stage.jobs.jobs.values()) == RECORDS - 3
    )  # what cannot be read stays here

    fourth = stage.command(file)
    again, told = fourth.communicate(timeout=DEADLINE_SECONDS)
    assert json.loads(again) == found, told
    assert len(stage.jobs.jobs) == 2
