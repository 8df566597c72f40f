"""Step Functions: the executions of a state machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.edges.executions import Execution
from chalicelib.errors import ExecutionsUnavailable, RunUnknown, StackMissing
from chalicelib.names import Names

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

RECENT = 100
NOT_THERE = {"ExecutionDoesNotExist", "InvalidArn", "ValidationException"}
"""Step Functions returns the last one for a name that is too long for any execution."""


class StateMachineExecutions:
    """`chalicelib.edges.Executions` over one state machine."""

    def __init__(self, client: SFNClient, *, names: Names, machine: str | None = None) -> None:
        """Of the machine that retrains, unless another is named."""
        self._client = client
        self._stage = names.stage
        self._machine = machine or names.state_machine
        self._arn = names.arn("states", f"stateMachine:{self._machine}")
        self._execution_arn = names.arn("states", f"execution:{self._machine}:")

    def start(self, run: str, payload: str) -> None:
        try:
            self._call("start_execution", stateMachineArn=self._arn, name=run, input=payload)
        except ClientError as exc:
            if code(exc) != "ExecutionAlreadyExists":
                raise

    def find(self, run: str) -> Execution | None:
        try:
            return _execution(self._call("describe_execution", executionArn=self._execution_arn + run))
        except ClientError as exc:
            if code(exc) in NOT_THERE:
                return None
            raise

    def stop(self, run: str, *, cause: str) -> None:
        try:
            self._call("stop_execution", executionArn=self._execution_arn + run, error="Stopped", cause=cause)
        except ClientError as exc:
            if code(exc) in NOT_THERE:
                raise RunUnknown(f"run {run} has no execution to stop", run=run) from exc
            raise

    def recent(self, *, running_only: bool = False) -> Sequence[Execution]:
        only = {"statusFilter": "RUNNING"} if running_only else {}
        page = self._call("list_executions", stateMachineArn=self._arn, maxResults=RECENT, **only)
        return [_execution(each) for each in page["executions"]]

    def _call(self, operation: str, **arguments: Any) -> Any:
        try:
            with transient(ExecutionsUnavailable, doing=operation):
                return getattr(self._client, operation)(**arguments)
        except ClientError as exc:
            if code(exc) == "StateMachineDoesNotExist":
                raise StackMissing(
                    f"state machine {self._machine} does not exist: create the stacks with"
                    f" nightswap deploy --stage {self._stage}"
                ) from exc
            raise


def _execution(answer: Any) -> Execution:
    return Execution(
        run=answer["name"],
        status=answer["status"],
        started_at=answer["startDate"],
        stopped_at=answer.get("stopDate"),
        output=answer.get("output"),
        error=answer.get("error"),
        cause=answer.get("cause"),
        payload=answer.get("input"),
    )
