"""SageMaker as the edge of the training jobs speaks to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.sagemaker.training_jobs import SageMakerJobs
from chalicelib.errors import ExecutionsUnavailable
from tests.contract.aws.conftest import Scripted

JOB = "nightswap-prod-kdd99-http-0123456789abcdef"
BEGUN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def sagemaker(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("sagemaker")


@pytest.fixture
def jobs(sagemaker: Scripted) -> SageMakerJobs:
    return SageMakerJobs(lambda: sagemaker.client)


def described(status: str) -> dict[str, Any]:
    """As much of it as botocore's model asks for."""
    return {
        "TrainingJobName": JOB,
        "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{JOB}",
        "ModelArtifacts": {"S3ModelArtifacts": "s3://a-bucket/model.tar.gz"},
        "TrainingJobStatus": status,
        "SecondaryStatus": "Training",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "ResourceConfig": {"VolumeSizeInGB": 30},
        "StoppingCondition": {},
        "CreationTime": BEGUN,
    }


def test_job_at_work_is_stopped(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.answers("describe_training_job", described("InProgress"), TrainingJobName=JOB)
    sagemaker.answers("stop_training_job", {}, TrainingJobName=JOB)

    assert jobs.stop(JOB)


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopping", "Stopped"])
def test_job_that_has_ended_is_not_stopped(jobs: SageMakerJobs, sagemaker: Scripted, status: str) -> None:
    sagemaker.answers("describe_training_job", described(status))

    assert not jobs.stop(JOB)


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
def test_job_that_never_began_is_none_to_stop(jobs: SageMakerJobs, sagemaker: Scripted, code: str) -> None:
    sagemaker.refuses("describe_training_job", code)

    assert not jobs.stop(JOB)


def test_job_may_end_between_the_look_and_the_stop(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.answers("describe_training_job", described("InProgress"))
    sagemaker.refuses("stop_training_job", "ValidationException")

    assert not jobs.stop(JOB)


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 400), ("InternalFailure", 500)])
def test_trouble_of_sagemaker_is_worth_another_try(
    jobs: SageMakerJobs, sagemaker: Scripted, code: str, status: int
) -> None:
    sagemaker.refuses("describe_training_job", code, status)

    with pytest.raises(ExecutionsUnavailable, match=f"stopping training job {JOB}: {code}; try again"):
        jobs.stop(JOB)


def test_refusal_that_is_ours_to_mend_is_not_hidden(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.refuses("describe_training_job", "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        jobs.stop(JOB)
