"""SageMaker as the edge of the transform jobs speaks to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib import names
from chalicelib.aws.sagemaker.transform_jobs import SageMakerTransforms, requested
from chalicelib.contracts.endpoints import HOURLY
from chalicelib.contracts.transforms import TRANSFORM_HOURLY
from chalicelib.edges.hosting.transform_jobs import (
    MODEL_GONE,
    NOT_PERMITTED,
    NOT_STARTED,
    TransformJob,
    TransformOrder,
)
from chalicelib.errors import ExecutionsUnavailable, TransformFailed
from chalicelib.limits import INFERENCE_BODY_BYTES, TRANSFORM_CHUNK_BYTES
from tests.contract.aws.conftest import Scripted
from workflows.inference import media_types

BATCH = "a-model-of-twenty-four-c-0123456789abcdef0123"
JOB = names.transform_job("tencharact", BATCH, 9_999)
ARN = f"arn:aws:sagemaker:eu-west-1:123456789012:transform-job/{JOB}"
BEGUN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ORDER = TransformOrder(
    name=JOB,
    sagemaker_model="nightswap-prod-kdd99-http-v7",
    manifest_uri="s3://a-bucket/batches/transform/b/jobs/1.json",
    outputs_uri="s3://a-bucket/batches/transform/b/out/",
    instance_type="ml.m5.large",
    instances=2,
    key="",
    tags={"nightswap:app": "nightswap"},
)
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
SAGEMAKER = botocore.session.get_session().get_service_model("sagemaker")
REQUEST: Any = SAGEMAKER.operation_model("CreateTransformJob").input_shape


@pytest.fixture
def sagemaker(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("sagemaker")


@pytest.fixture
def jobs(sagemaker: Scripted) -> SageMakerTransforms:
    return SageMakerTransforms(lambda: sagemaker.client)


def described(status: str, **more: Any) -> dict[str, Any]:
    """As much of it as botocore's model asks for."""
    return {
        "TransformJobName": JOB,
        "TransformJobArn": ARN,
        "TransformJobStatus": status,
        "ModelName": ORDER.sagemaker_model,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "s3://b/k"}}},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
        "CreationTime": BEGUN,
        **more,
    }


def test_job_is_started_as_it_is_described(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.answers("create_transform_job", {"TransformJobArn": ARN}, **requested(ORDER))

    assert jobs.start(ORDER)
    assert requested(ORDER)["TransformInput"]["SplitType"] == "Line"
    assert requested(ORDER)["TransformOutput"]["AssembleWith"] == "Line"


def test_key_is_that_of_the_volumes_and_of_what_they_write() -> None:
    asked = requested(replace(ORDER, key=KEY))

    assert asked["TransformResources"]["VolumeKmsKeyId"] == asked["TransformOutput"]["KmsKeyId"] == KEY
    assert "Kms" not in str(requested(ORDER))


def test_longest_name_is_one_that_sagemaker_takes() -> None:
    shape = REQUEST.members["TransformJobName"]

    assert len(JOB) <= shape.metadata["max"]
    assert set(JOB) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_types_of_the_table_are_sagemaker_s_and_cost_what_an_endpoint_of_them_does() -> None:
    shape = REQUEST.members["TransformResources"]

    assert set(TRANSFORM_HOURLY) <= set(shape.members["InstanceType"].metadata["enum"])
    assert {name: HOURLY[name] for name in TRANSFORM_HOURLY} == TRANSFORM_HOURLY


def test_request_is_one_that_the_server_reads_and_answers_line_by_line() -> None:
    asked = requested(ORDER)

    assert asked["MaxPayloadInMB"] * 2**20 <= INFERENCE_BODY_BYTES
    assert asked["MaxPayloadInMB"] * 10**6 >= TRANSFORM_CHUNK_BYTES
    assert media_types.of_content(asked["TransformInput"]["ContentType"]).name == media_types.JSON_LINES
    answer = media_types.of_answer(asked["TransformOutput"]["Accept"])
    assert (answer.name, answer.parameters) == (media_types.JSON_LINES, {"refused": "inline", "warnings": "inline"})


def test_name_that_is_taken_is_no_error(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.refuses("create_transform_job", "ResourceInUse")

    assert not jobs.start(ORDER)


@pytest.mark.parametrize(
    ("code", "message", "problem", "told"),
    [
        ("ValidationException", 'Could not find model "arn:aws:sagemaker".', MODEL_GONE, "nightswap endpoints"),
        ("ResourceLimitExceeded", "The account-level service limit is 0", NOT_STARTED, "Service Quotas"),
        ("AccessDeniedException", "is not authorized to perform", NOT_PERMITTED, "sagemaker:CreateTransformJob"),
    ],
)
def test_refusal_of_a_start_is_told_with_what_to_do(
    jobs: SageMakerTransforms, sagemaker: Scripted, code: str, message: str, problem: str, told: str
) -> None:
    sagemaker.refuses("create_transform_job", code, message=message)

    with pytest.raises(TransformFailed, match=told) as refused:
        jobs.start(ORDER)
    assert refused.value.details == {"problem": problem}


def test_refusal_that_is_not_known_stays_aws_s_own(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.refuses("create_transform_job", "ValidationException", message="something else")

    with pytest.raises(ClientError, match="something else"):
        jobs.start(ORDER)


def test_job_is_found_with_its_reason(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.answers(
        "describe_transform_job", described("Failed", FailureReason="AlgorithmError"), TransformJobName=JOB
    )

    assert jobs.find(JOB) == TransformJob(
        name=JOB, status="Failed", instance_type="ml.m5.large", instances=2, created_at=BEGUN, reason="AlgorithmError"
    )


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
def test_job_that_there_never_was_is_none(jobs: SageMakerTransforms, sagemaker: Scripted, code: str) -> None:
    sagemaker.refuses("describe_transform_job", code)

    assert jobs.find(JOB) is None


def test_look_that_is_not_permitted_stays_aws_s_own(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.refuses("describe_transform_job", "AccessDeniedException")

    with pytest.raises(ClientError):
        jobs.find(JOB)


def test_job_at_work_is_stopped(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.answers("describe_transform_job", described("InProgress"))
    sagemaker.answers("stop_transform_job", {}, TransformJobName=JOB)

    assert jobs.stop(JOB)


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopping", "Stopped"])
def test_job_that_has_ended_is_not_stopped(jobs: SageMakerTransforms, sagemaker: Scripted, status: str) -> None:
    sagemaker.answers("describe_transform_job", described(status))

    assert not jobs.stop(JOB)


def test_job_may_end_between_the_look_and_the_stop(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.answers("describe_transform_job", described("InProgress"))
    sagemaker.refuses("stop_transform_job", "ValidationException")

    assert not jobs.stop(JOB)


def test_stop_that_is_not_permitted_stays_aws_s_own(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    sagemaker.answers("describe_transform_job", described("InProgress"))
    sagemaker.refuses("stop_transform_job", "AccessDeniedException")

    with pytest.raises(ClientError):
        jobs.stop(JOB)


def test_jobs_at_work_are_listed_by_how_their_names_begin(jobs: SageMakerTransforms, sagemaker: Scripted) -> None:
    def page(*found: str) -> dict[str, Any]:
        summary = {"TransformJobArn": ARN, "CreationTime": BEGUN, "TransformJobStatus": "InProgress"}
        return {"TransformJobSummaries": [{**summary, "TransformJobName": each} for each in found]}

    sagemaker.answers("list_transform_jobs", page("a-1", "b-a-1"), NameContains="a-", StatusEquals="InProgress")
    sagemaker.answers("list_transform_jobs", page("a-2"), NameContains="a-", StatusEquals="Stopping")

    assert jobs.going("a-") == ["a-1", "a-2"]


CALLS: list[tuple[str, Callable[[SageMakerTransforms], Any]]] = [
    ("create_transform_job", lambda jobs: jobs.start(ORDER)),
    ("describe_transform_job", lambda jobs: jobs.find(JOB)),
    ("describe_transform_job", lambda jobs: jobs.stop(JOB)),
    ("list_transform_jobs", lambda jobs: jobs.going("a-")),
]


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 400), ("InternalFailure", 500)])
@pytest.mark.parametrize(("operation", "call"), CALLS)
def test_trouble_of_sagemaker_is_worth_another_try(
    jobs: SageMakerTransforms, sagemaker: Scripted, operation: str, call: Any, code: str, status: int
) -> None:
    sagemaker.refuses(operation, code, status)

    with pytest.raises(ExecutionsUnavailable, match=f"{code}; try again"):
        call(jobs)
