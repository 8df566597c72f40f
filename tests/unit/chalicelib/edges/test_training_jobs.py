"""Why a training job gave no model, in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.edges import training_jobs
from chalicelib.errors import TrainingFailed
from chalicelib.runs import cleanup, outcomes
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going, outside
from tests.given.present import present

RUN = "run-1"
NAME = "nightswap-test-kdd99-http-0123456789abcdef"


def job(**facts: Any) -> dict[str, str]:
    return {"Error": "States.TaskFailed", "Cause": json.dumps({"TrainingJobName": NAME, **facts})}


def search(**facts: Any) -> dict[str, str]:
    return {"Error": "States.TaskFailed", "Cause": json.dumps({"HyperParameterTuningJobName": "a-search", **facts})}


def answered(cause: str, error: str = "AmazonSageMakerException") -> dict[str, str]:
    return {"Error": f"SageMaker.{error}", "Cause": cause}


@pytest.fixture
def night() -> FakeOutside:
    return outside()


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (
            job(TrainingJobStatus="Failed", FailureReason="AlgorithmError: ExecuteUserScriptError: ExitCode 1"),
            f"training job {NAME} failed: SageMaker says 'AlgorithmError: ExecuteUserScriptError: ExitCode 1'.",
        ),
        (job(TrainingJobStatus="Stopped", SecondaryStatus="MaxRuntimeExceeded"), f"{NAME} ran out of time. Give the"),
        (job(TrainingJobStatus="Stopped", SecondaryStatus="MaxWaitTimeExceeded"), "lost its spare capacity, and got"),
        (job(TrainingJobStatus="Stopped", SecondaryStatus="Interrupted"), "lost its spare capacity, and got none"),
        (
            job(TrainingJobStatus="Failed", FailureReason="CapacityError: Unable to provision requested ML compute"),
            "found no instance. Retrain later",
        ),
        (job(TrainingJobStatus="Stopped", SecondaryStatus="Stopped"), f"{NAME} was stopped"),
        (job(TrainingJobStatus="Failed"), "failed: SageMaker says 'nothing'"),
        (
            search(HyperParameterTuningJobStatus="Failed", FailureReason="All training jobs failed."),
            "the search a-search failed: SageMaker says 'All training jobs failed.'. Its log is in /aws/sagemaker/Tr",
        ),
        (search(HyperParameterTuningJobStatus="Stopped"), "the search a-search was stopped"),
        (answered("Training job names must be unique within an AWS account"), "its name is taken: an earlier try"),
        (answered("Somebody has it", "ResourceInUseException"), "its name is taken: an earlier try"),
        (answered("Two are in use", "ResourceLimitExceededException"), "the account's limit of such instances"),
        (answered("Error Code: ResourceLimitExceeded"), "the account's limit of such instances is reached"),
        (answered("Rate exceeded (Error Code: ThrottlingException)"), "SageMaker was asked too often"),
        (answered("User is not authorized to perform"), "the state machine may not start it. Run nightswap deploy"),
        (answered("Something new"), "the training job was not started: SageMaker says 'Something new'"),
    ],
)
def test_reason_is_recorded_with_the_way_out(night: FakeOutside, failure: dict[str, str], words: str) -> None:
    going(night, RUN)

    cleanup.after(night.edges, run=RUN, model=MODEL, failure=failure)

    recorded = present(outcomes.find(night.edges, run=RUN))
    assert recorded.error == TrainingFailed.__name__
    assert words in recorded.reason
    assert night.edges.functions.alias(MODEL) is None


@pytest.mark.parametrize(
    "cause",
    ["no JSON", "[]", "7", '{"errorMessage": "other"}', '{"TrainingJobName": "", "HyperParameterTuningJobName": ""}'],
)
def test_failure_of_a_function_is_none_of_a_job(cause: str) -> None:
    assert training_jobs.in_words({"Error": "TrainingFailed", "Cause": cause}) is None
