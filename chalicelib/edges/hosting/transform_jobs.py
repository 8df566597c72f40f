"""SageMaker: the jobs that score a stored batch on the model of a version; and in words why one ended early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.cutting import quoted
from chalicelib.limits import WORDS_CHARACTERS
from chalicelib.values import Value

STARTING = "Starting"
"""Of an execution whose job is not there yet; the others are those of SageMaker's jobs."""
IN_PROGRESS, STOPPING, COMPLETED, FAILED, STOPPED = "InProgress", "Stopping", "Completed", "Failed", "Stopped"
"""Of a job's status."""
NOT_STARTED, LIMIT_REACHED, JOB_FAILED, JOB_STOPPED = "not started", "limit reached", "job failed", "job stopped"
MODEL_GONE, NOT_PERMITTED, NOT_WHOLE = "model gone", "not permitted", "not whole"
"""What the details of a TransformFailed call its `problem`."""
TIMEOUT = "the job took as long as it may"
"""The reason that the machine tells of one whose time is over."""
ENDS = (
    (
        (TIMEOUT,),
        LIMIT_REACHED,
        "it took as long as it may. --instances makes it faster, --max-minutes gives it more time",
    ),
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
        ("accessdenied", "access denied", "not authorized", "permission", "forbidden"),
        NOT_PERMITTED,
        "the stage's roles may not start it, or may not read or write the files of the batch: run nightswap deploy,"
        " which grants them that; where NIGHTSWAP_ENDPOINT_KEY is set, the key's own policy has to let the account's"
        " roles",
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
"""Words of the reason why a job ended early, in small letters, and what they mean."""


class TransformOrder(Value, kw_only=True):
    """What an execution of the machine that transforms is started with, for one job."""

    name: str
    """Of the job, and of the execution."""
    sagemaker_model: str
    manifest_uri: str
    """Of the list of the chunks that it takes."""
    outputs_uri: str
    """Below which the lines of each chunk are written."""
    instance_type: str
    instances: int
    timeout_seconds: int
    """After so long it is stopped. SageMaker itself has no limit for it."""


class TransformJob(Value, kw_only=True):
    """A job that there is, or was. It costs from its start until its end."""

    name: str
    status: str
    instance_type: str
    instances: int
    created_at: datetime
    minutes: int | None
    """After so long it is stopped; None where no execution sees to that, or any more."""
    reason: str
    """Why it ended early; empty where it did not, or nobody says."""

    @property
    def is_going(self) -> bool:
        return self.status in (STARTING, IN_PROGRESS, STOPPING)


class TransformJobs(Protocol):
    """Raises ExecutionsUnavailable when AWS throttles or does not answer."""

    def start(self, order: TransformOrder) -> None:
        """Start it, unless its name is taken: by somebody else, or by an earlier try whose answer was lost.

        Whatever SageMaker refuses is an end of the job. Raises StackMissing where the stage has no machine for it,
        TransformFailed where the caller may not start it.
        """

    def find(self, name: str) -> TransformJob | None:
        """None where there never was one of that name."""

    def stop(self, name: str) -> bool:
        """Whether it was at work, and ends now. One that has ended, or never began, stays as it is."""

    def going(self, prefix: str) -> Sequence[str]:
        """The names of those at work whose names begin so."""


def why_failed(job: TransformJob) -> tuple[str, str]:
    """Problem and words of a job that has ended early.

    >>> from datetime import UTC
    >>> job = TransformJob(name="a-job", status=FAILED, instance_type="ml.m5.large", instances=1, minutes=60,
    ...                    created_at=datetime(2026, 11, 21, tzinfo=UTC), reason="AlgorithmError: See job logs")
    >>> print(*why_failed(job), sep="; ")  # doctest: +ELLIPSIS
    job failed; SageMaker says 'AlgorithmError: See job logs'. Its log is in /aws/sagemaker/TransformJobs; ...
    """
    lower = job.reason.lower()
    known = ((problem, means) for words, problem, means in ENDS if any(each in lower for each in words))
    if job.status == STOPPED:
        return next(known, (JOB_STOPPED, "it was stopped"))
    said = quoted(job.reason or "nothing", WORDS_CHARACTERS)
    unknown = (
        JOB_FAILED,
        f"SageMaker says {said}. Its log is in /aws/sagemaker/TransformJobs; an image of a release before the command"
        " refuses all records for one bad one, and has to be built anew",
    )
    return next(known, unknown)
