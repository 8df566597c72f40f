"""SageMaker: training jobs, and searches with a job for each trial, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.aws.sagemaker.ending_jobs import NO_LONGER, stop
from chalicelib.edges.training_jobs import TrialJob
from chalicelib.errors import ExecutionsUnavailable


class SageMakerJobs:
    """`chalicelib.edges.training_jobs.TrainingJobs`. `connect` makes the client at the first question: most runs have
    none."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    def stop(self, name: str, *, is_search: bool = False) -> bool:
        client = self._connect()
        if is_search:
            return stop(
                client.describe_hyper_parameter_tuning_job,
                client.stop_hyper_parameter_tuning_job,
                kind="HyperParameterTuningJob",
                name=name,
                called="search",
            )
        look, end = client.describe_training_job, client.stop_training_job
        return stop(look, end, kind="TrainingJob", name=name, called="training job")

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
