"""Step Functions as the edge of the executions speaks to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.executions import RECENT, StateMachineExecutions
from chalicelib.edges.executions import Execution
from chalicelib.errors import ExecutionsUnavailable, RunUnknown, StackMissing
from chalicelib.names import Names
from tests.contract.aws.conftest import Scripted

NAMES = Names(stage="prod", account="123456789012", region="eu-west-1")
RUN = "kdd99-http-nightly-20261121T0300Z"
EXECUTION_ARN = NAMES.execution_arn(RUN)
BEGUN, ENDED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC), datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
IDENTITY: dict[str, Any] = {"executionArn": EXECUTION_ARN, "stateMachineArn": NAMES.state_machine_arn, "name": RUN}


@pytest.fixture
def sfn(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("stepfunctions")


@pytest.fixture
def executions(sfn: Scripted) -> StateMachineExecutions:
    return StateMachineExecutions(sfn.client, names=NAMES)


def test_execution_is_named_as_its_run(executions: StateMachineExecutions, sfn: Scripted) -> None:
    wanted = {"stateMachineArn": NAMES.state_machine_arn, "name": RUN, "input": "{}"}
    sfn.answers("start_execution", {"executionArn": EXECUTION_ARN, "startDate": BEGUN}, **wanted)

    executions.start(RUN, "{}")


def test_execution_that_exists_is_the_one_that_was_wanted(executions: StateMachineExecutions, sfn: Scripted) -> None:
    sfn.refuses("start_execution", "ExecutionAlreadyExists")

    executions.start(RUN, "{}")


def test_running_execution_is_found(executions: StateMachineExecutions, sfn: Scripted) -> None:
    sfn.answers(
        "describe_execution", {**IDENTITY, "status": "RUNNING", "startDate": BEGUN}, executionArn=EXECUTION_ARN
    )

    assert executions.find(RUN) == Execution(RUN, "RUNNING", BEGUN)


def test_failed_execution_is_found_with_its_reason(executions: StateMachineExecutions, sfn: Scripted) -> None:
    reason = {"error": "SingleClass", "cause": "one class only"}
    dates = {"startDate": BEGUN, "stopDate": ENDED}
    sfn.answers("describe_execution", {**IDENTITY, "status": "FAILED", **dates, **reason})

    assert executions.find(RUN) == Execution(RUN, "FAILED", BEGUN, ENDED, None, "SingleClass", "one class only")


@pytest.mark.parametrize("code", ["ExecutionDoesNotExist", "InvalidArn"])
def test_execution_that_is_not_there_is_none(executions: StateMachineExecutions, sfn: Scripted, code: str) -> None:
    sfn.refuses("describe_execution", code)

    assert executions.find(RUN) is None


def test_name_that_is_longer_than_any_run_is_no_execution(executions: StateMachineExecutions, sfn: Scripted) -> None:
    """What `GET /runs/...` is asked for is not checked before; Step Functions allows an ARN 256 characters."""
    sfn.refuses("describe_execution", "ValidationException")

    assert executions.find("r" * 257) is None


def test_execution_is_stopped_with_the_cause(executions: StateMachineExecutions, sfn: Scripted) -> None:
    wanted = {"executionArn": EXECUTION_ARN, "error": "Stopped", "cause": "POST /runs/ID/stop"}
    sfn.answers("stop_execution", {"stopDate": ENDED}, **wanted)

    executions.stop(RUN, cause="POST /runs/ID/stop")


def test_stopping_what_is_not_there_yet_is_told(executions: StateMachineExecutions, sfn: Scripted) -> None:
    """A run that was asked for a moment ago counts as running before its execution can be seen."""
    sfn.refuses("stop_execution", "ExecutionDoesNotExist")

    with pytest.raises(RunUnknown, match=RUN):
        executions.stop(RUN, cause="POST /runs/ID/stop")


@pytest.mark.parametrize(("running_only", "status"), [(False, {}), (True, {"statusFilter": "RUNNING"})])
def test_latest_executions_are_listed(
    executions: StateMachineExecutions, sfn: Scripted, running_only: bool, status: dict[str, str]
) -> None:
    wanted = {"stateMachineArn": NAMES.state_machine_arn, "maxResults": RECENT, **status}
    sfn.answers("list_executions", {"executions": [{**IDENTITY, "status": "RUNNING", "startDate": BEGUN}]}, **wanted)

    assert executions.recent(running_only=running_only) == [Execution(RUN, "RUNNING", BEGUN)]


CALLS: list[tuple[str, Callable[[StateMachineExecutions], Any]]] = [
    ("start_execution", lambda executions: executions.start(RUN, "{}")),
    ("describe_execution", lambda executions: executions.find(RUN)),
    ("stop_execution", lambda executions: executions.stop(RUN, cause="")),
    ("list_executions", lambda executions: executions.recent()),
]
EVERY_CALL = pytest.mark.parametrize(("operation", "call"), CALLS)


@EVERY_CALL
@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("InternalServerError", 500), ("ServiceUnavailable", 503)]
)
def test_trouble_of_step_functions_is_worth_another_try(
    executions: StateMachineExecutions,
    sfn: Scripted,
    operation: str,
    call: Callable[[StateMachineExecutions], Any],
    code: str,
    status: int,
) -> None:
    sfn.refuses(operation, code, status)

    with pytest.raises(ExecutionsUnavailable, match=f"{code}; try again"):
        call(executions)


def test_too_many_open_executions_are_worth_another_try(executions: StateMachineExecutions, sfn: Scripted) -> None:
    """Source: botocore's model of StartExecution: the limit of running executions is reached, some must end first."""
    sfn.refuses("start_execution", "ExecutionLimitExceeded")

    with pytest.raises(ExecutionsUnavailable):
        executions.start(RUN, "{}")


@pytest.mark.parametrize(("operation", "call"), [CALLS[0], CALLS[3]])
def test_missing_state_machine_names_the_command_that_helps(
    executions: StateMachineExecutions, sfn: Scripted, operation: str, call: Callable[[StateMachineExecutions], Any]
) -> None:
    sfn.refuses(operation, "StateMachineDoesNotExist")

    with pytest.raises(
        StackMissing, match=r"nightswap-prod-retrain does not exist: .* nightswap deploy --stage prod"
    ):
        call(executions)


@EVERY_CALL
def test_refusal_that_is_ours_to_mend_is_not_hidden(
    executions: StateMachineExecutions, sfn: Scripted, operation: str, call: Callable[[StateMachineExecutions], Any]
) -> None:
    sfn.refuses(operation, "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        call(executions)
