"""A transform job is stopped with its execution, and those at work are listed."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.sagemaker.transform_jobs import SageMakerTransforms
from tests.contract.aws.conftest import Scripted
from tests.contract.aws.transforms import (
    ARN,
    BEGUN,
    EXECUTION,
    JOB,
    MACHINE,
    described,
    execution,
)


def at_work(sagemaker: Scripted, states: Scripted) -> None:
    """Found, and its execution stopped; what comes next is the job's own end."""
    states.answers("describe_execution", execution("RUNNING"))
    sagemaker.answers("describe_transform_job", described("InProgress"))
    why = {"error": "Stopped", "cause": "nobody waits for it any more"}
    states.answers("stop_execution", {"stopDate": BEGUN}, executionArn=EXECUTION, **why)


def test_job_at_work_is_stopped_with_its_execution(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    at_work(sagemaker, states)
    sagemaker.answers("describe_transform_job", described("InProgress"))
    sagemaker.answers("stop_transform_job", {}, TransformJobName=JOB)

    assert jobs.stop(JOB)


def test_execution_is_stopped_before_its_job_is_there(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    states.answers("describe_execution", execution("RUNNING"))
    sagemaker.refuses("describe_transform_job", "ValidationException")
    states.answers("stop_execution", {"stopDate": BEGUN})
    sagemaker.refuses("describe_transform_job", "ValidationException")

    assert jobs.stop(JOB)


def test_job_without_an_execution_is_stopped(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    states.refuses("describe_execution", "ExecutionDoesNotExist")
    sagemaker.answers("describe_transform_job", described("InProgress"))
    states.refuses("stop_execution", "ExecutionDoesNotExist")
    sagemaker.answers("describe_transform_job", described("InProgress"))
    sagemaker.answers("stop_transform_job", {}, TransformJobName=JOB)

    assert jobs.stop(JOB)


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopping", "Stopped"])
def test_job_that_has_ended_is_not_stopped(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted, status: str
) -> None:
    states.answers("describe_execution", execution("SUCCEEDED"))
    sagemaker.answers("describe_transform_job", described(status))

    assert not jobs.stop(JOB)


def test_job_may_end_between_the_look_and_the_stop(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    at_work(sagemaker, states)
    sagemaker.answers("describe_transform_job", described("InProgress"))
    sagemaker.refuses("stop_transform_job", "ValidationException")

    assert jobs.stop(JOB)


def test_stop_that_is_not_permitted_stays_aws_s_own(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    at_work(sagemaker, states)
    sagemaker.answers("describe_transform_job", described("InProgress"))
    sagemaker.refuses("stop_transform_job", "AccessDeniedException")

    with pytest.raises(ClientError):
        jobs.stop(JOB)


def listed(sagemaker: Scripted) -> None:
    def page(*found: str) -> dict[str, Any]:
        summary = {"TransformJobArn": ARN, "CreationTime": BEGUN, "TransformJobStatus": "InProgress"}
        return {"TransformJobSummaries": [{**summary, "TransformJobName": each} for each in found]}

    sagemaker.answers("list_transform_jobs", page("a-1", "b-a-1"), NameContains="a-", StatusEquals="InProgress")
    sagemaker.answers("list_transform_jobs", page("a-2"), NameContains="a-", StatusEquals="Stopping")


def test_jobs_at_work_are_listed_by_how_their_names_begin_and_so_are_those_that_begin(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    listed(sagemaker)
    common = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "status": "RUNNING", "startDate": BEGUN}
    running = {"executions": [{**common, "name": each} for each in ("a-2", "a-3", "b-1")]}
    states.answers("list_executions", running, stateMachineArn=MACHINE, statusFilter="RUNNING", maxResults=100)

    assert jobs.going("a-") == ["a-1", "a-2", "a-3"]


def test_jobs_of_a_stage_without_the_machine_are_listed(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    listed(sagemaker)
    states.refuses("list_executions", "StateMachineDoesNotExist")

    assert jobs.going("a-") == ["a-1", "a-2"]
