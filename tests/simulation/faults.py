"""What AWS does to a caller now and then, put around every call to an edge.

before the effect   REFUSED        throttled, or never arrived: the edge raises its TransientError
                    STALLED        it takes its time
                    OUTLIVING      it takes so long that nobody waits for the worker any more; then it goes on
                    KILLED_BEFORE  the worker dies
after the effect    LOST           carried out, but the answer is gone: the edge raises its TransientError
                    REPEATED       carried out, the answer is gone, and the SDK asks again by itself:
                                   the caller gets the second answer (412, PreconditionFailed, ...)
                    KILLED_AFTER   the worker dies
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any, Protocol, TypeVar, cast

from chalicelib.edges.notices import Notice
from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import (
    ExecutionsUnavailable,
    FunctionUnavailable,
    MetricsUnavailable,
    NightswapError,
    NoticesUnavailable,
    StoreUnavailable,
    TransientError,
)
from tests.fakes.history import History
from tests.simulation.scheduler import Scheduler

UNAVAILABLE: dict[str, type[TransientError]] = {
    "store": StoreUnavailable,
    "functions": FunctionUnavailable,
    "executions": ExecutionsUnavailable,
    "metrics": MetricsUnavailable,
    "notices": NoticesUnavailable,
}
"""What each edge raises when its service does not answer."""
MEASURED = {"invoke"}
"""Calls whose durations decide: they change nothing, so nothing is lost by not switching there."""
LONGEST_STALL_SECONDS = 200
"""Longer than the shortest time-out of a task, so that some are given up while they go on."""


class Fault(Enum):
    NONE = "none"
    REFUSED = "refused"
    STALLED = "stalled"
    OUTLIVING = "outliving"
    LOST = "lost"
    REPEATED = "repeated"
    KILLED_BEFORE = "killed_before"
    KILLED_AFTER = "killed_after"


@dataclass(frozen=True)
class EdgeCall:
    actor: str
    """The process that calls, named RUN/STATE#ATTEMPT for a task."""
    service: str
    """store, functions, executions, metrics or notices."""
    operation: str
    subject: str
    """The call's first argument: a key, a model or a run."""
    nth: int
    """Which of the actor's calls this is, from 1."""


class FaultPlan(Protocol):
    def __call__(self, call: EdgeCall) -> Fault:
        """What goes wrong with this call."""


def no_faults(call: EdgeCall) -> Fault:
    return Fault.NONE


class RandomFaults:
    """A fault in `ratio` (0..1) of all calls, at most `limit` in all."""

    def __init__(self, *, random: Random, ratio: float, limit: int) -> None:
        self._random = random
        self._ratio = ratio
        self._left = limit
        self._kinds = [fault for fault in Fault if fault not in (Fault.NONE, Fault.OUTLIVING)]

    def __call__(self, call: EdgeCall) -> Fault:
        if self._left == 0 or self._random.random() >= self._ratio:
            return Fault.NONE
        self._left -= 1
        return self._random.choice(self._kinds)


@dataclass
class FaultAt:
    """One fault, at the `nth` call of `operation` by processes whose name begins with `actor`."""

    actor: str
    operation: str
    fault: Fault
    nth: int = 1
    seen: int = 0

    def __call__(self, call: EdgeCall) -> Fault:
        if call.operation != self.operation or not call.actor.startswith(self.actor):
            return Fault.NONE
        self.seen += 1
        return self.fault if self.seen == self.nth else Fault.NONE


T = TypeVar("T")


class Outages:
    """Makes edges whose every call is a switching point of the scheduler and may go wrong as the plan says."""

    def __init__(self, *, scheduler: Scheduler, plan: FaultPlan, history: History) -> None:
        self._scheduler = scheduler
        self._plan = plan
        self._history = history

    def around(self, service: str, edge: T) -> T:
        """The edge, with the same methods and attributes, for processes of the scheduler only."""
        return cast(T, _Surrounded(edge, service=service, perform=self._perform))

    def _perform(self, service: str, operation: str, subject: str, act: Callable[[], Any]) -> Any:
        if operation in MEASURED:
            self._scheduler.work()
        else:
            self._scheduler.pause()
        fault = self._plan(self._call(service, operation, subject))
        if fault is not Fault.NONE:
            self._history.record(f"fault:{fault.value}", subject, of=operation)
        self._before(fault, service, operation)
        if fault in (Fault.LOST, Fault.REPEATED, Fault.KILLED_AFTER):
            with suppress(NightswapError, AliasMoved):
                act()
            self._after(fault, service, operation)
        return act()

    def _call(self, service: str, operation: str, subject: str) -> EdgeCall:
        process = self._scheduler.current
        assert process is not None
        process.calls += 1
        return EdgeCall(process.name, service, operation, subject, process.calls)

    def _before(self, fault: Fault, service: str, operation: str) -> None:
        if fault is Fault.STALLED:
            self._scheduler.stall(LONGEST_STALL_SECONDS)
        if fault is Fault.OUTLIVING:
            self._scheduler.sleep(LONGEST_STALL_SECONDS)
        if fault is Fault.KILLED_BEFORE:
            self._scheduler.die()
        if fault is Fault.REFUSED:
            raise UNAVAILABLE[service](f"{operation}: throttled")

    def _after(self, fault: Fault, service: str, operation: str) -> None:
        if fault is Fault.KILLED_AFTER:
            self._scheduler.die()
        if fault is Fault.LOST:
            raise UNAVAILABLE[service](f"{operation}: no answer")


def _subject(arguments: tuple[Any, ...]) -> str:
    """What a call is about: a key, a model, a run, or a notice's kind."""
    first = arguments[0] if arguments else ""
    return first.kind if isinstance(first, Notice) else str(first)


class _Surrounded:
    """Stands for an edge, and puts `perform` around each of its methods."""

    def __init__(
        self, edge: Any, *, service: str, perform: Callable[[str, str, str, Callable[[], Any]], Any]
    ) -> None:
        self._edge = edge
        self._service = service
        self._perform = perform

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._edge, name)
        if not callable(attribute):
            return attribute

        def call(*arguments: Any, **options: Any) -> Any:
            subject = _subject(arguments)
            return self._perform(self._service, name, subject, lambda: attribute(*arguments, **options))

        setattr(self, name, call)
        return call
