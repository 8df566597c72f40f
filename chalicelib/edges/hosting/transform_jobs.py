"""SageMaker: the jobs that score a stored batch on the model of a version; and in words why one was not started, or
ended early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.cutting import quoted
from chalicelib.limits import WORDS_CHARACTERS
from chalicelib.values import Value

IN_PROGRESS, STOPPING, COMPLETED, FAILED, STOPPED = "InProgress", "Stopping", "Completed", "Failed", "Stopped"
"""Of a job's status."""
NOT_STARTED, LIMIT_REACHED, JOB_FAILED, JOB_STOPPED = "not started", "limit reached", "job failed", "job stopped"
MODEL_GONE, NOT_PERMITTED, NOT_WHOLE = "model gone", "not permitted", "not whole"
"""What the details of a TransformFailed call its `problem`."""
REFUSALS = (
    (
        ("could not find model", "does not exist"),
        MODEL_GONE,
        "its model of SageMaker is gone, as it is when the endpoint of the version was deleted: nightswap"
        " endpoints MODEL lists those there are; ask again, on the version that is live now, or retrain",
    ),
    (
        ("resourcelimitexceeded", "service limit"),
        NOT_STARTED,
        "the account's limit of such instances for transform jobs is reached: ask AWS for more (Service Quotas), or"
        " take another --instance-type or fewer --instances",
    ),
    (
        ("accessdenied", "not authorized"),
        NOT_PERMITTED,
        "you may not start it: permit sagemaker:CreateTransformJob, DescribeTransformJob, StopTransformJob and"
        " AddTags on the transform jobs of the stage",
    ),
)
"""Words of an error, in small letters, and what they mean."""
ENDS = (
    (
        ("accessdenied", "access denied", "not authorized", "permission", "forbidden"),
        NOT_PERMITTED,
        "the endpoints' role may not read or write the files of the batch: run nightswap deploy, which grants it"
        " that; where NIGHTSWAP_ENDPOINT_KEY is set, the key's own policy has to let the account's roles",
    ),
    (
        ("capacityerror", "insufficientcapacity", "unable to provision"),
        JOB_FAILED,
        "it found no instance: repeat the command later, or take another --instance-type",
    ),
    (
        ("ping", "health check"),
        JOB_FAILED,
        "its container answered no /ping: its log is in /aws/sagemaker/TransformJobs",
    ),
)
"""The same of the reason of a job that failed."""


class TransformOrder(Value, kw_only=True):
    """What is asked of SageMaker."""

    name: str
    sagemaker_model: str
    manifest_uri: str
    """Of the list of the chunks that it takes."""
    outputs_uri: str
    """Below which the lines of each chunk are written."""
    instance_type: str
    instances: int
    key: str
    """Of KMS, of the instances' volumes and of what they write; empty for AWS's own."""
    tags: Mapping[str, str]


class TransformJob(Value, kw_only=True):
    """A job that there is, or was. It costs from its start until its end."""

    name: str
    status: str
    instance_type: str
    instances: int
    created_at: datetime
    reason: str
    """Why it failed; empty where it did not."""

    @property
    def is_going(self) -> bool:
        return self.status in (IN_PROGRESS, STOPPING)


class TransformJobs(Protocol):
    """Raises ExecutionsUnavailable when SageMaker throttles or does not answer."""

    def start(self, order: TransformOrder) -> bool:
        """False says that the name is taken: by somebody else, or by an earlier try whose answer was lost.

        Raises TransformFailed where SageMaker refuses it.
        """

    def find(self, name: str) -> TransformJob | None:
        """None where there never was one of that name."""

    def stop(self, name: str) -> bool:
        """Whether it was at work, and ends now. One that has ended, or never began, stays as it is."""

    def going(self, prefix: str) -> Sequence[str]:
        """The names of those at work whose names begin so."""


def why_refused(code: str, said: str) -> tuple[str, str] | None:
    """Problem and words of an error of a start; None for one that is not known here."""
    return _meaning(f"{code} {said}", REFUSALS)


def why_failed(job: TransformJob) -> tuple[str, str]:
    """Problem and words of a job that has ended early.

    >>> from datetime import UTC
    >>> job = TransformJob(name="a-job", status=FAILED, instance_type="ml.m5.large", instances=1,
    ...                    created_at=datetime(2026, 11, 21, tzinfo=UTC), reason="AlgorithmError: See job logs")
    >>> print(*why_failed(job), sep="; ")  # doctest: +ELLIPSIS
    job failed; SageMaker says 'AlgorithmError: See job logs'. Its log is in /aws/sagemaker/TransformJobs; ...
    """
    if job.status == STOPPED:
        return JOB_STOPPED, "it was stopped"
    said = quoted(job.reason or "nothing", WORDS_CHARACTERS)
    return _meaning(job.reason, ENDS) or (
        JOB_FAILED,
        f"SageMaker says {said}. Its log is in /aws/sagemaker/TransformJobs; an image of a release before the command"
        " refuses all records for one bad one, and has to be built anew",
    )


def _meaning(said: str, known: Sequence[tuple[Sequence[str], str, str]]) -> tuple[str, str] | None:
    lower = said.lower()
    return next(((problem, means) for words, problem, means in known if any(each in lower for each in words)), None)
