"""The executions of a state machine in memory: names are used once, and somebody else runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from chalicelib.edges import Clock
from chalicelib.edges.executions import Execution
from chalicelib.errors import RunUnknown
from tests.fakes.clock import FakeClock
from tests.fakes.history import History

RUNNING = "RUNNING"


def _nobody(run: str, payload: str) -> None:
    """Leaves the execution RUNNING until a test calls `finish`."""


class InMemoryExecutions:
    """An `Executions`. `started` is called once for each new execution; whoever runs it calls `finish` at its end.

    `staleness_seconds` is how far behind `recent()` may be, drawn anew at each call.
    `history` gets start (payload), stop (cause), finish (status, output, error, cause) and forget.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        history: History | None = None,
        random: Random | None = None,
        staleness_seconds: float = 0,
        started: Callable[[str, str], None] = _nobody,
    ) -> None:
        self._clock: Clock = clock or FakeClock()
        self._history = history or History(clock=self._clock)
        self._random = random or Random(0)
        self._staleness_seconds = staleness_seconds
        self.started = started
        self.finished: Callable[[Execution], None] = lambda execution: None
        self.payloads: dict[str, str] = {}
        self._executions: dict[str, Execution] = {}

    def start(self, run: str, payload: str) -> None:
        if run in self._executions:
            return
        self._executions[run] = Execution(run, RUNNING, self._clock())
        self.payloads[run] = payload
        self._history.record("start", run, payload=payload)
        self.started(run, payload)

    def find(self, run: str) -> Execution | None:
        return self._executions.get(run)

    def stop(self, run: str, *, cause: str) -> None:
        """Stopping what has ended changes nothing. Raises RunUnknown when there is no such execution."""
        if run not in self._executions:
            raise RunUnknown(f"there is no execution {run!r}")
        if self._executions[run].status == RUNNING:
            self._history.record("stop", run, cause=cause)
            self.finish(run, "ABORTED", error="Stopped", cause=cause)

    def recent(self, *, running_only: bool = False) -> list[Execution]:
        seen_at = self._clock() - timedelta(seconds=self._random.random() * self._staleness_seconds)
        seen = [_as_of(each, seen_at) for each in self._executions.values() if each.started_at <= seen_at]
        seen.sort(key=lambda each: each.started_at, reverse=True)
        return [each for each in seen if each.status == RUNNING or not running_only]

    def finish(
        self,
        run: str,
        status: str,
        *,
        output: str | None = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        """End a running execution. One that has ended, or was forgotten, stays as it is."""
        running = self._executions.get(run)
        if running is None or running.status != RUNNING:
            return
        ended = replace(running, status=status, stopped_at=self._clock(), output=output, error=error, cause=cause)
        self._executions[run] = ended
        self._history.record("finish", run, status=status, output=output, error=error, cause=cause)
        self.finished(ended)

    def forget(self, run: str) -> None:
        """Lose the execution, as a local state machine does that is killed between two checkpoints."""
        if self._executions.pop(run, None):
            self._history.record("forget", run)


def _as_of(execution: Execution, moment: datetime) -> Execution:
    if execution.stopped_at is None or execution.stopped_at <= moment:
        return execution
    return Execution(execution.run, RUNNING, execution.started_at)
