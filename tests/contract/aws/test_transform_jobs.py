"""Step Functions and SageMaker as the edge of the transform jobs speaks to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.sagemaker.transform_jobs import SageMakerTransforms
from chalicelib.contracts.endpoints import HOURLY
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.transforms import TRANSFORM_HOURLY
from chalicelib.edges.hosting.transform_jobs import NOT_PERMITTED, TIMEOUT
from chalicelib.errors import ExecutionsUnavailable, StackMissing, TransformFailed
from tests.contract.aws.conftest import Scripted
from tests.contract.aws.transforms import (
    BEGUN,
    EXECUTION,
    FOUND,
    JOB,
    MACHINE,
    ORDER,
    described,
    execution,
)

ENDED: dict[str, Any] = {"status": "Failed", "minutes": None}
REQUEST: Any = botocore.session.get_session().get_service_model("sagemaker").operation_model("CreateTransformJob")


def test_job_is_started_by_an_execution_of_its_name(jobs: SageMakerTransforms, states: Scripted) -> None:
    started = {"stateMachineArn": MACHINE, "name": JOB, "input": json.dumps(to_event(ORDER))}
    states.answers("start_execution", {"executionArn": EXECUTION, "startDate": BEGUN}, **started)

    jobs.start(ORDER)


def test_longest_name_is_one_that_sagemaker_takes() -> None:
    shape = REQUEST.input_shape.members["TransformJobName"]

    assert len(JOB) <= shape.metadata["max"]
    assert set(JOB) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_types_of_the_table_are_sagemaker_s_and_cost_what_an_endpoint_of_them_does() -> None:
    shape = REQUEST.input_shape.members["TransformResources"]

    assert set(TRANSFORM_HOURLY) <= set(shape.members["InstanceType"].metadata["enum"])
    assert {name: HOURLY[name] for name in TRANSFORM_HOURLY} == TRANSFORM_HOURLY


def test_name_that_is_taken_is_no_error(jobs: SageMakerTransforms, states: Scripted) -> None:
    states.refuses("start_execution", "ExecutionAlreadyExists")

    jobs.start(ORDER)


def test_start_that_is_not_permitted_is_told_with_what_to_do(jobs: SageMakerTransforms, states: Scripted) -> None:
    states.refuses("start_execution", "AccessDeniedException", message="is not authorized to perform")

    with pytest.raises(
        TransformFailed, match=r"permit states:StartExecution on state machine nightswap-tencharact-transform"
    ) as refused:
        jobs.start(ORDER)
    assert refused.value.details == {"problem": NOT_PERMITTED}


def test_stage_that_was_deployed_without_the_machine_is_told(jobs: SageMakerTransforms, states: Scripted) -> None:
    states.refuses("start_execution", "StateMachineDoesNotExist")

    with pytest.raises(
        StackMissing, match=r"nightswap-tencharact-transform does not exist: .* nightswap deploy --stage tencharact"
    ):
        jobs.start(ORDER)


def test_refusal_that_is_not_known_stays_aws_s_own(jobs: SageMakerTransforms, states: Scripted) -> None:
    states.refuses("start_execution", "InvalidName", message="something else")

    with pytest.raises(ClientError, match="something else"):
        jobs.start(ORDER)


def test_job_is_found_with_the_time_that_it_has(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    states.answers("describe_execution", execution("RUNNING"), executionArn=EXECUTION)
    sagemaker.answers("describe_transform_job", described("InProgress"), TransformJobName=JOB)

    assert jobs.find(JOB) == FOUND


def test_job_tells_its_own_reason(jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted) -> None:
    states.answers("describe_execution", execution("FAILED", error="States.TaskFailed", cause="{}"))
    sagemaker.answers("describe_transform_job", described("Failed", FailureReason="AlgorithmError"))

    assert jobs.find(JOB) == replace(FOUND, status="Failed", minutes=None, reason="AlgorithmError")


def test_job_that_was_stopped_has_the_reason_of_its_execution(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    states.answers("describe_execution", execution("FAILED", error="NotTransformed", cause=TIMEOUT))
    sagemaker.answers("describe_transform_job", described("Stopped"))

    assert jobs.find(JOB) == replace(FOUND, status="Stopped", minutes=None, reason=f"NotTransformed: {TIMEOUT}")


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
@pytest.mark.parametrize(
    ("status", "more", "told"),
    [
        ("RUNNING", {}, {"status": "Starting"}),
        ("ABORTED", {"error": "Stopped", "cause": "c"}, {**ENDED, "status": "Stopped", "reason": "Stopped: c"}),
        ("FAILED", {"error": "NotTransformed", "cause": "c"}, {**ENDED, "reason": "NotTransformed: c"}),
        ("TIMED_OUT", {}, ENDED),
    ],
)
def test_execution_stands_for_a_job_that_is_not_there(
    jobs: SageMakerTransforms,
    sagemaker: Scripted,
    states: Scripted,
    status: str,
    more: dict[str, Any],
    told: dict[str, Any],
    code: str,
) -> None:
    states.answers("describe_execution", execution(status, **more))
    sagemaker.refuses("describe_transform_job", code)

    assert jobs.find(JOB) == replace(FOUND, **told)


def test_job_that_goes_on_after_its_execution_has_no_time(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    states.answers("describe_execution", execution("ABORTED", error="Stopped", cause="c"))
    sagemaker.answers("describe_transform_job", described("InProgress"))

    assert jobs.find(JOB) == replace(FOUND, minutes=None, reason="Stopped: c")


@pytest.mark.parametrize("code", ["ExecutionDoesNotExist", "StateMachineDoesNotExist"])
def test_job_that_a_release_before_the_machine_started_is_found(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted, code: str
) -> None:
    states.refuses("describe_execution", code)
    sagemaker.answers("describe_transform_job", described("InProgress"))

    assert jobs.find(JOB) == replace(FOUND, minutes=None)


def test_job_that_there_never_was_is_none(jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted) -> None:
    states.refuses("describe_execution", "ExecutionDoesNotExist")
    sagemaker.refuses("describe_transform_job", "ValidationException")

    assert jobs.find(JOB) is None


def test_look_that_is_not_permitted_stays_aws_s_own(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    states.answers("describe_execution", execution("RUNNING"))
    sagemaker.refuses("describe_transform_job", "AccessDeniedException")

    with pytest.raises(ClientError):
        jobs.find(JOB)


CALLS: list[tuple[str, str, Callable[[SageMakerTransforms], Any]]] = [
    ("stepfunctions", "start_execution", lambda jobs: jobs.start(ORDER)),
    ("stepfunctions", "describe_execution", lambda jobs: jobs.find(JOB)),
    ("stepfunctions", "describe_execution", lambda jobs: jobs.stop(JOB)),
    ("sagemaker", "list_transform_jobs", lambda jobs: jobs.going("a-")),
]


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 400), ("InternalFailure", 500)])
@pytest.mark.parametrize(("service", "operation", "call"), CALLS)
def test_trouble_of_aws_is_worth_another_try(
    jobs: SageMakerTransforms,
    sagemaker: Scripted,
    states: Scripted,
    service: str,
    operation: str,
    call: Any,
    code: str,
    status: int,
) -> None:
    {"sagemaker": sagemaker, "stepfunctions": states}[service].refuses(operation, code, status)

    with pytest.raises(ExecutionsUnavailable, match=f"{code}; try again"):
        call(jobs)


def test_trouble_of_sagemaker_is_worth_another_look(
    jobs: SageMakerTransforms, sagemaker: Scripted, states: Scripted
) -> None:
    states.answers("describe_execution", execution("RUNNING"))
    sagemaker.refuses("describe_transform_job", "ThrottlingException")

    with pytest.raises(ExecutionsUnavailable, match="ThrottlingException; try again"):
        jobs.find(JOB)
