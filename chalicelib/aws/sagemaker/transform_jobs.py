"""SageMaker: the transform jobs of one stage, each by its name, which is that of its execution too.

Step Functions starts a job, ends it after its time, and is asked to end it earlier. So a job has an end whoever is
still there to wait for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.aws.executions import StateMachineExecutions
from chalicelib.aws.sagemaker.ending_jobs import NO_LONGER, stop
from chalicelib.contracts.payload import to_event
from chalicelib.edges.executions import Execution
from chalicelib.edges.hosting.transform_jobs import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    NOT_PERMITTED,
    STARTING,
    STOPPED,
    STOPPING,
    TransformJob,
    TransformOrder,
)
from chalicelib.errors import ExecutionsUnavailable, RunUnknown, StackMissing, TransformFailed
from chalicelib.names import Names

FORBIDDEN = "AccessDeniedException"
RUNNING = "RUNNING"
STATUSES: Mapping[str, str] = {RUNNING: STARTING, "ABORTED": STOPPED, "SUCCEEDED": COMPLETED}
"""What an execution tells of a job that is not there; all others failed."""


class SageMakerTransforms:
    """`chalicelib.edges.hosting.transform_jobs.TransformJobs`. `connect` makes a client of a service, once it is
    needed."""

    def __init__(self, connect: Callable[[str], Any], *, names: Names) -> None:
        self._connect, self._names = connect, names

    def start(self, order: TransformOrder) -> None:
        try:
            self._executions().start(order.name, json.dumps(to_event(order)))
        except ClientError as exc:
            if code(exc) != FORBIDDEN:
                raise
            raise TransformFailed(
                f"transform job {order.name} was not started: you may not start it: permit states:StartExecution on"
                f" state machine {self._names.transform_machine}",
                problem=NOT_PERMITTED,
            ) from exc

    def find(self, name: str) -> TransformJob | None:
        execution, told = self._execution(name), self._described(name)
        order = json.loads(execution.payload) if execution and execution.payload else None
        minutes = order["timeout_seconds"] // 60 if order and execution and execution.status == RUNNING else None
        if told is not None:
            resources = told["TransformResources"]
            return TransformJob(
                name=name,
                status=told["TransformJobStatus"],
                instance_type=resources["InstanceType"],
                instances=resources["InstanceCount"],
                created_at=told["CreationTime"],
                minutes=minutes,
                reason=told.get("FailureReason") or _reason(execution),
            )
        if execution is None or order is None:
            return None
        return TransformJob(
            name=name,
            status=STATUSES.get(execution.status, FAILED),
            instance_type=order["instance_type"],
            instances=order["instances"],
            created_at=execution.started_at,
            minutes=minutes,
            reason=_reason(execution),
        )

    def stop(self, name: str) -> bool:
        """The execution, and then the job itself: Step Functions promises no more than to try."""
        job = self.find(name)
        if job is None or job.status not in (STARTING, IN_PROGRESS):
            return False
        with suppress(RunUnknown):  # a release before the machine started it
            self._executions().stop(name, cause="nobody waits for it any more")
        sagemaker = self._connect("sagemaker")
        look, end = sagemaker.describe_transform_job, sagemaker.stop_transform_job
        stop(look, end, kind="TransformJob", name=name, called="transform job")
        return True

    def going(self, prefix: str) -> Sequence[str]:
        pages = self._connect("sagemaker").get_paginator("list_transform_jobs")
        with transient(ExecutionsUnavailable, doing="listing transform jobs"):
            found = [
                each["TransformJobName"]
                for status in (IN_PROGRESS, STOPPING)
                for page in pages.paginate(NameContains=prefix, StatusEquals=status)
                for each in page["TransformJobSummaries"]
            ]
        found += [each for each in self._running() if each not in found]
        return [each for each in found if each.startswith(prefix)]

    def _running(self) -> Sequence[str]:
        """Those whose job may not be there yet."""
        with suppress(StackMissing):
            return [each.run for each in self._executions().recent(running_only=True)]
        return []

    def _execution(self, name: str) -> Execution | None:
        with suppress(StackMissing):  # a job may be there that a release before the machine started
            return self._executions().find(name)
        return None

    def _described(self, name: str) -> Any:
        try:
            with transient(ExecutionsUnavailable, doing=f"looking at transform job {name}"):
                return self._connect("sagemaker").describe_transform_job(TransformJobName=name)
        except ClientError as exc:
            if code(exc) in NO_LONGER:
                return None
            raise

    def _executions(self) -> StateMachineExecutions:
        machine = self._names.transform_machine
        return StateMachineExecutions(self._connect("stepfunctions"), names=self._names, machine=machine)


def _reason(execution: Execution | None) -> str:
    """Error and cause of an execution that did not end well."""
    return "" if execution is None or not execution.error else f"{execution.error}: {execution.cause or ''}"
