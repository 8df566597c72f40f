"""The outside world as the core sees it: one protocol per AWS service, implemented once under `chalicelib.aws`
and once, with AWS's faults, by the fakes of the simulation.

An edge translates botocore's errors into `chalicelib.errors` and does nothing else. A call may take effect although
its answer is lost (the edge then raises a TransientError), so everything that calls one is written to be repeated.

object_store.py        S3: the bucket
object_versions.py     S3: all versions of its objects
serving_functions.py   Lambda: the functions that serve
failed_calls.py        why a function did not answer, in words
training_jobs.py       SageMaker: training jobs and searches, and in words why one gave no model
hosting/               SageMaker: the endpoints of versions
serving_layers.py      which layers those have
serving_room.py        whether they have the memory and the time for an artifact that they read from the bucket
pipeline_functions.py  Lambda: functions of the pipeline that are called from outside the state machine
executions.py          Step Functions
metrics.py             CloudWatch
notices.py             SNS and EventBridge
pauses.py              how long to wait between two looks at AWS
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.values import Value

if TYPE_CHECKING:  # a prediction needs two of them
    from chalicelib.edges.executions import Executions
    from chalicelib.edges.hosting.endpoints import Endpoints
    from chalicelib.edges.metrics import Metrics
    from chalicelib.edges.notices import Notices
    from chalicelib.edges.object_store import ObjectStore
    from chalicelib.edges.serving_functions import ServingFunctions
    from chalicelib.edges.training_jobs import TrainingJobs


class Clock(Protocol):
    def __call__(self) -> datetime:
        """The time now, with its zone (UTC)."""


class Edges(Value, kw_only=True):
    """Everything outside that a core may reach."""

    store: ObjectStore
    functions: ServingFunctions
    executions: Executions
    metrics: Metrics
    notices: Notices
    jobs: TrainingJobs
    endpoints: Endpoints
    clock: Clock
    sleep: Callable[[float], None]
    """Waits for so many seconds."""
