"""SageMaker as the edge of the training jobs speaks to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.sagemaker.training_jobs import SageMakerJobs
from chalicelib.edges.training_jobs import TrialJob
from chalicelib.errors import ExecutionsUnavailable
from tests.contract.aws.conftest import Scripted

JOB = "nightswap-prod-kdd99-http-0123456789abcdef"
BEGUN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


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


SEARCH = "nightswap-prod-0123456789abcdef0"
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:"
NAMED = {"HyperParameterTuningJobName": SEARCH}
LIST = "list_training_jobs_for_hyper_parameter_tuning_job"
ASKED = {**NAMED, "SortBy": "CreationTime", "SortOrder": "Ascending"}


def search(status: str) -> dict[str, Any]:
    """As much of it as botocore's model asks for."""
    return {
        **NAMED,
        "HyperParameterTuningJobArn": f"{ARN}hyper-parameter-tuning-job/{SEARCH}",
        "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
        "HyperParameterTuningJobStatus": status,
        "CreationTime": BEGUN,
        "TrainingJobStatusCounters": {},
        "ObjectiveStatusCounters": {},
    }


def trial(number: int, **facts: Any) -> dict[str, Any]:
    name = f"{SEARCH}-00{number}-0a1b2c3d"
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"{ARN}training-job/{name}",
        "CreationTime": BEGUN,
        "TrainingJobStatus": "Completed",
        "TunedHyperParameters": {"C": "0.5"},
        **facts,
    }


def test_search_at_work_is_stopped(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.answers("describe_hyper_parameter_tuning_job", search("InProgress"), **NAMED)
    sagemaker.answers("stop_hyper_parameter_tuning_job", {}, **NAMED)

    assert jobs.stop(SEARCH, is_search=True)


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopping", "Stopped"])
def test_search_that_has_ended_is_not_stopped(jobs: SageMakerJobs, sagemaker: Scripted, status: str) -> None:
    sagemaker.answers("describe_hyper_parameter_tuning_job", search(status))

    assert not jobs.stop(SEARCH, is_search=True)


def test_search_that_never_began_is_none_to_stop_and_has_no_trials(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.refuses("describe_hyper_parameter_tuning_job", "ResourceNotFound")
    sagemaker.refuses(LIST, "ResourceNotFound")

    assert not jobs.stop(SEARCH, is_search=True)
    assert list(jobs.trials(SEARCH)) == []


def test_trials_of_a_search_are_those_of_all_pages(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    final = {"MetricName": "objective", "Value": 0.75}
    first = trial(1, TrainingStartTime=BEGUN, FinalHyperParameterTuningJobObjectiveMetric=final)
    second = trial(2, TrainingJobStatus="Failed", FailureReason="no room", TrainingEndTime=BEGUN)
    sagemaker.answers(LIST, {"TrainingJobSummaries": [first], "NextToken": "more"}, **ASKED)
    sagemaker.answers(LIST, {"TrainingJobSummaries": [second]}, **ASKED, NextToken="more")

    found = jobs.trials(SEARCH)

    assert [(each.status, each.value, each.reason) for each in found] == [
        ("Completed", 0.75, ""),
        ("Failed", None, "no room"),
    ]
    assert [(each.began_at, each.ended_at) for each in found] == [(BEGUN, None), (None, BEGUN)]
    assert found[0] == TrialJob(
        name=f"{SEARCH}-001-0a1b2c3d",
        status="Completed",
        parameters={"C": "0.5"},
        value=0.75,
        began_at=BEGUN,
        ended_at=None,
        reason="",
    )


def test_throttled_list_of_trials_is_worth_another_try(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.refuses(LIST, "ThrottlingException")

    with pytest.raises(ExecutionsUnavailable, match=f"listing the trials of search {SEARCH}: ThrottlingException"):
        jobs.trials(SEARCH)


def test_refused_list_of_trials_is_not_hidden(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.refuses(LIST, "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        jobs.trials(SEARCH)


def test_refusal_that_is_ours_to_mend_is_not_hidden(jobs: SageMakerJobs, sagemaker: Scripted) -> None:
    sagemaker.refuses("describe_training_job", "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        jobs.stop(JOB)
