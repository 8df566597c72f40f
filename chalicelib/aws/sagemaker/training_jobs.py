"""SageMaker: training jobs, each by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.errors import ExecutionsUnavailable

NO_LONGER = {"ValidationException", "ResourceNotFound"}
"""SageMaker answers so for a name that it does not know, and to who stops a job that has ended.
Source: botocore's model of DescribeTrainingJob and StopTrainingJob, which has the second one alone"""
WORKING = "InProgress"


class SageMakerJobs:
    """`chalicelib.edges.training_jobs.TrainingJobs`. `connect` makes the client at the first question: most runs have
    none."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    def stop(self, name: str) -> bool:
        client = self._connect()
        try:
            with transient(ExecutionsUnavailable, doing=f"stopping training job {name}"):
                if client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] != WORKING:
                    return False
                client.stop_training_job(TrainingJobName=name)
        except ClientError as exc:
            if code(exc) in NO_LONGER:
                return False
            raise
        return True
