"""SageMaker: training jobs, and searches with a job for each trial, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.edges.training_jobs import TrialJob
from chalicelib.errors import ExecutionsUnavailable

NO_LONGER = {"ValidationException", "ResourceNotFound"}
"""SageMaker answers so for a name that it does not know, and to who stops a job that has ended.
Source: botocore's model of DescribeTrainingJob and StopTrainingJob, which has the second one alone; of
DescribeHyperParameterTuningJob and StopHyperParameterTuningJob too."""
WORKING = "InProgress"


class SageMakerJobs:
    """`chalicelib.edges.training_jobs.TrainingJobs`. `connect` makes the client at the first question: most runs have
    none."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    def stop(self, name: str, *, is_search: bool = False) -> bool:
        client = self._connect()
        if is_search:
            look, end, kind = (
                client.describe_hyper_parameter_tuning_job,
                client.stop_hyper_parameter_tuning_job,
                "HyperParameterTuningJob",
            )
        else:
            look, end, kind = client.describe_training_job, client.stop_training_job, "TrainingJob"
        try:
            with transient(
                ExecutionsUnavailable, doing=f"stopping {'search' if is_search else 'training job'} {name}"
            ):
                if look(**{f"{kind}Name": name})[f"{kind}Status"] != WORKING:
                    return False
                end(**{f"{kind}Name": name})
        except ClientError as exc:
            if code(exc) in NO_LONGER:
                return False
            raise
        return True

    def trials(self, search: str) -> Sequence[TrialJob]:
        asked = {"HyperParameterTuningJobName": search, "SortBy": "CreationTime", "SortOrder": "Ascending"}
        pages = self._connect().get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(**asked)
        try:
            with transient(ExecutionsUnavailable, doing=f"listing the trials of search {search}"):
                return [_trial(each) for page in pages for each in page["TrainingJobSummaries"]]
        except ClientError as exc:
            if code(exc) in NO_LONGER:
                return []
            raise


def _trial(told: Mapping[str, Any]) -> TrialJob:
    objective = told.get("FinalHyperParameterTuningJobObjectiveMetric")
    return TrialJob(
        name=told["TrainingJobName"],
        status=told["TrainingJobStatus"],
        parameters=told["TunedHyperParameters"],
        value=objective["Value"] if objective else None,
        began_at=told.get("TrainingStartTime"),
        ended_at=told.get("TrainingEndTime"),
        reason=told.get("FailureReason", ""),
    )
