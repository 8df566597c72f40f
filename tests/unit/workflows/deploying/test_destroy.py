"""What is to be removed; tests/deploy shows on the local AWS that it is, and in which order."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.errors import DeploymentFailed
from chalicelib.names import Names
from tests.unit.workflows.deploying.fake_account import FakeAccount, holding_bucket_and_role
from workflows.deploying.destroy import Destruction
from workflows.deploying.progress import Step

ROOT = Path(__file__).parents[4]


def destruction(stage: str = "prod", /, *, keep_data: bool = False) -> Destruction:
    names = Names(stage=stage, account="123456789012", region="eu-west-1")
    return Destruction(
        names=names,
        clients=holding_bucket_and_role(names),
        root=ROOT,
        environ={},
        report=lambda _step: None,
        keep_data=keep_data,
    )


def test_everything_goes() -> None:
    assert [each.kind for each in destruction().left()] == ["bucket", "role"]


def test_data_stays_where_it_is_to_be_kept() -> None:
    assert [each.kind for each in destruction(keep_data=True).left()] == ["role"]


def test_stage_that_is_not_configured_is_refused() -> None:
    destruction().check_stage()

    with pytest.raises(DeploymentFailed, match="there is no stage 'test'"):
        destruction("test").check_stage()


class Recorder:
    """A service with the bucket's keys in a listing; it notes what is deleted."""

    def __init__(self, keys: list[str], deleted: list[str]) -> None:
        self._keys, self._deleted = keys, deleted

    def head_bucket(self, **_given: str) -> dict[str, Any]:
        return {}

    def list_objects_v2(self, **_given: str) -> dict[str, Any]:
        return {"Contents": [{"Key": key, "ETag": "a", "Size": 1, "LastModified": None} for key in self._keys]}

    def __getattr__(self, operation: str) -> Any:
        return lambda **given: self._deleted.append(
            f"{operation} {given.get('ResourceId', next(iter(given.values())))}"
        )


def test_endpoints_of_every_version_go() -> None:
    deleted: list[str] = []
    keys = [layout.version("kdd99-http", 7, "endpoint.tar.gz"), layout.version("digits", 2, "package.zip")]
    account: Any = Recorder(keys, deleted)
    clients = FakeAccount(**dict.fromkeys(("s3", "sagemaker", "application-autoscaling", "cloudwatch"), account))
    told: list[Step] = []

    replace(destruction(), clients=clients, report=told.append).remove_endpoints()

    name = "nightswap-prod-kdd99-http-v7"
    assert deleted == [
        f"delete_alarms ['{name}-idle']",
        f"deregister_scalable_target endpoint/{name}/variant/all",
        *(f"delete_{kind} {name}" for kind in ("endpoint", "endpoint_config", "model")),
    ]
    assert [(each.subject, each.status) for each in told] == [("endpoint of version 7 of kdd99-http", "deleted")]


def test_stage_without_a_bucket_has_no_endpoints_and_no_transform_jobs() -> None:
    replace(destruction(), clients=FakeAccount()).remove_endpoints()
    replace(destruction(), clients=FakeAccount()).stop_transforms()


class Transforming(Recorder):
    """SageMaker and Step Functions too, with a job of the stage at work, one that just ended, one of another stage,
    and an execution whose job is not there yet."""

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        names = ("nightswap-prod-transform-a-1", "nightswap-prod-transform-b-1", "of-nightswap-prod-transform-c-1")
        found = names if asked["StatusEquals"] == "InProgress" else ()
        return [{"TransformJobSummaries": [{"TransformJobName": each} for each in found]}]

    def list_executions(self, **_asked: Any) -> dict[str, Any]:
        return {"executions": [execution(f"nightswap-prod-transform-{each}-1") for each in "ad"]}

    def describe_execution(self, **asked: str) -> dict[str, Any]:
        return execution(asked["executionArn"].rpartition(":")[2])

    def describe_transform_job(self, **asked: str) -> dict[str, Any]:
        if "-d-" in asked["TransformJobName"]:
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "no job"}}, "DescribeTransformJob")
        return {
            "TransformJobStatus": "InProgress" if "-a-" in asked["TransformJobName"] else "Completed",
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            "CreationTime": None,
        }


def execution(name: str) -> dict[str, Any]:
    order = {"instance_type": "ml.m5.large", "instances": 1, "timeout_seconds": 3600}
    return {"name": name, "status": "RUNNING", "startDate": None, "input": json.dumps(order)}


@pytest.mark.parametrize("keys", [["batches/transform/kdd99-http-0123456789abcdef0123/request.json"], []])
def test_transform_jobs_of_the_stage_are_stopped_where_it_has_such_batches(keys: list[str]) -> None:
    called: list[str] = []
    account: Any = Transforming(keys, called)
    told: list[Step] = []

    clients = FakeAccount(s3=account, sagemaker=account, stepfunctions=account)
    replace(destruction(), clients=clients, report=told.append).stop_transforms()

    job, waiting = "nightswap-prod-transform-a-1", "nightswap-prod-transform-d-1"
    machine = "arn:aws:states:eu-west-1:123456789012:execution:nightswap-prod-transform"
    stopped = [f"stop_execution {machine}:{job}", f"stop_transform_job {job}", f"stop_execution {machine}:{waiting}"]
    assert called == stopped * len(keys)
    assert [each.subject for each in told] == [f"transform job {each}" for each in (job, waiting)] * len(keys)
