"""Step Functions: executions of the state machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.values import Value


class Execution(Value):
    """An execution of a state machine. `status` is RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""

    run: str
    status: str
    started_at: datetime
    stopped_at: datetime | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    payload: str | None = None
    """What it was started with."""


class Executions(Protocol):
    """The executions of a state machine; of that which retrains, an execution's name is the run's.

    Raises ExecutionsUnavailable when Step Functions throttles or does not answer, StackMissing when there is no
    state machine.
    """

    def start(self, run: str, payload: str) -> None:
        """Start it, unless an execution of that name exists: that is the run that was wanted."""

    def find(self, run: str) -> Execution | None: ...

    def stop(self, run: str, *, cause: str) -> None: ...

    def recent(self, *, running_only: bool = False) -> Sequence[Execution]:
        """The latest executions, newest first. Eventually consistent: it informs, it never guards."""
