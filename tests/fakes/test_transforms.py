"""The transform jobs in memory answer as SageMaker does."""

from __future__ import annotations

import json

import pytest

from chalicelib.edges.hosting.transform_jobs import TransformOrder
from chalicelib.errors import ExecutionsUnavailable
from tests.fakes.edges import FakeOutside

ORDER = TransformOrder(
    name="a-job",
    sagemaker_model="a-model",
    manifest_uri="s3://test-bucket/jobs/1.json",
    outputs_uri="s3://test-bucket/out/",
    instance_type="ml.m5.large",
    instances=1,
    timeout_seconds=3600,
)


def outside() -> FakeOutside:
    found = FakeOutside()
    found.store.put("in/a", b"{}\n{}\n")
    found.store.put("jobs/1.json", json.dumps([{"prefix": "s3://test-bucket/in/"}, "a"]).encode())
    return found


def looks(found: FakeOutside, count: int) -> list[str]:
    return [job.status for job in (found.transforms.find("a-job") for _ in range(count)) if job]


def test_name_is_given_once_and_the_job_writes_a_line_for_each_line() -> None:
    found = outside()

    for _ in range(2):
        found.transforms.start(ORDER)
    assert found.transforms.orders == [ORDER]
    assert looks(found, 3) == ["InProgress", "InProgress", "Completed"]
    written = found.store.find("out/a.out")
    assert written is not None and len(written.body.splitlines()) == 2


def test_job_is_stopped_once_and_is_not_at_work_any_more_then() -> None:
    found = outside()
    found.transforms.start(ORDER)

    assert found.transforms.going("a-") == ["a-job"]
    assert [found.transforms.stop(name) for name in ("a-job", "a-job", "b-job")] == [True, False, False]
    assert looks(found, 2) == ["Stopping", "Stopped"]
    assert found.transforms.going("a-") == []


def test_call_may_find_nobody() -> None:
    found = outside()
    found.transforms.unavailable = 1

    with pytest.raises(ExecutionsUnavailable):
        found.transforms.find("a-job")
    assert found.transforms.find("a-job") is None
