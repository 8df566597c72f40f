"""SageMaker: training jobs and searches, which the state machine starts; and in words why one gave no model, of which
the service answers with a whole description."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.cutting import cut, quoted
from chalicelib.errors import TrainingFailed
from chalicelib.limits import WORDS_CHARACTERS
from chalicelib.values import Value

SERVICE = "SageMaker."
"""How the name of an error begins that CreateTrainingJob was answered with."""
ANSWERS = (
    (("must be unique", "ResourceInUse"), "its name is taken: an earlier try had started it. Retrain"),
    (
        ("ResourceLimitExceeded",),
        "the account's limit of such instances is reached: ask AWS for more (Service Quotas), or take another"
        " instance_type",
    ),
    (("Throttling", "Rate exceeded"), "SageMaker was asked too often, and refused it after several tries. Retrain"),
    (("AccessDenied", "not authorized"), "the state machine may not start it. Run nightswap deploy"),
)
"""Words of the service, or of the name of its error, and what they mean."""
NAMED = {"TrainingJobName": "training job", "HyperParameterTuningJobName": "the search"}
"""By the field with the name, what is described."""
CAPACITY = ("CapacityError", "InsufficientCapacity", "Unable to provision")


COMPLETED, STOPPED = "Completed", "Stopped"
"""Of a trial's status: its job has fitted, or was ended before, because others were better."""


class TrialJob(Value, kw_only=True):
    """The training job of one trial of a search."""

    name: str
    status: str
    parameters: Mapping[str, str]
    """As SageMaker drew them, each as its text."""
    value: float | None
    """The last one of the objective that it told; SageMaker keeps seven digits."""
    began_at: datetime | None
    ended_at: datetime | None
    reason: str
    """Why it failed; empty where it did not."""


class TrainingJobs(Protocol):
    """Raises ExecutionsUnavailable when SageMaker throttles or does not answer."""

    def stop(self, name: str, *, is_search: bool = False) -> bool:
        """Whether it was at work, and ends now. One that has ended, or never began, stays as it is. A search ends
        with all of its jobs."""

    def trials(self, search: str) -> Sequence[TrialJob]:
        """In the order in which they were started; none of a search that SageMaker does not know."""


def in_words(failure: Mapping[str, Any]) -> tuple[str, str] | None:
    """The name of the error and the reason, where a training job is what failed; else None.

    >>> in_words({"Error": "SageMaker.AmazonSageMakerException", "Cause": "Rate exceeded"})
    ('TrainingFailed', 'the training job was not started: SageMaker was asked too often, and refused it after several\
 tries. Retrain')
    """
    error, cause = str(failure.get("Error")), str(failure.get("Cause"))
    if error.startswith(SERVICE):
        return TrainingFailed.__name__, f"the training job was not started: {_answer(error, cause)}"
    described = _described(cause)
    if described is None:
        return None
    [what] = [f"{words} {described[name]}" for name, words in NAMED.items() if name in described]
    return TrainingFailed.__name__, cut(f"{what} {_end(described)}")


def _answer(error: str, cause: str) -> str:
    """An error that the service's model names has a name of its own; all others share one, and differ in words."""
    for said, means in ANSWERS:
        if any(each in error or each in cause for each in said):
            return means
    return f"SageMaker says {quoted(cause, WORDS_CHARACTERS)}"


def _described(cause: str) -> Mapping[str, Any] | None:
    try:
        told = json.loads(cause)
    except ValueError:
        return None
    return told if isinstance(told, dict) and len(NAMED.keys() & told.keys()) == 1 else None


def _end(job: Mapping[str, Any]) -> str:
    """The service tells an end by its secondary status, and a script's by its reason.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
    """
    how, said = job.get("SecondaryStatus"), str(job.get("FailureReason") or "nothing")
    if how == "MaxRuntimeExceeded":
        return "ran out of time. Give the recipe's SageMaker a longer max_runtime_seconds, or a larger instance_type"
    if how in ("MaxWaitTimeExceeded", "Interrupted"):
        return "lost its spare capacity, and got none again in time. Retrain, or take spot out of the recipe"
    if any(each in said for each in CAPACITY):
        return "found no instance. Retrain later, or take another instance_type"
    if STOPPED in (job.get("TrainingJobStatus"), job.get("HyperParameterTuningJobStatus")):
        return "was stopped"
    return f"failed: SageMaker says {quoted(said, WORDS_CHARACTERS)}. Its log is in /aws/sagemaker/TrainingJobs"
