"""Runs executions of the state machine by its definition, as Step Functions and Lambda do between them.

    execution   a process that goes from state to state; ends when the execution is stopped, wherever it is
    delivery    a process for each call of a task: it may outlive the execution, or the try that began it,
                because nobody takes a running function back

A task's result and its error travel as JSON. A task that is killed ends as Runtime.ExitError.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fakes.executions import RUNNING, InMemoryExecutions
from tests.fakes.history import History
from tests.simulation import asl
from tests.simulation.asl import Json, StateFailed
from tests.simulation.scheduler import Process, Scheduler

TaskFunction = Callable[[dict[str, Any]], dict[str, Any]]

ABANDONED_AS = ("Lambda.SdkClientException", "Lambda.Unknown", "States.Timeout")
"""How Step Functions calls a task whose answer it did not get, though it may be running still."""
TIMEOUT_SECONDS = 900
"""Lambda's own limit."""
DUPLICATE_WITHIN_SECONDS = 20
ABANDONED_WITHIN_SECONDS = 2
ASYNC_TRIES = 3
"""Lambda tries an event that nobody waits for three times. Source: Lambda guide, "Asynchronous invocation"."""


@dataclass(frozen=True, kw_only=True)
class Hazards:
    """What goes wrong between Step Functions and Lambda, as shares (0..1) of all deliveries."""

    duplicated: float = 0
    """The same event comes a second time, at any time, and its result is dropped."""
    abandoned: float = 0
    """The answer is not waited for: the state fails and is retried while the first try runs on."""


class Delivery:
    """One call of a task: its process and, when that is done, its result or failure."""

    def __init__(
        self, process_of: Callable[[Callable[[], None]], Process], *, task: TaskFunction, event: Json
    ) -> None:
        self._task = task
        self._event = json.dumps(event)
        self._result: str | None = None
        self._failure: StateFailed | None = None
        self._process = process_of(self._carry_out)

    def is_done(self) -> bool:
        return self._process.done

    def result(self) -> Json:
        """Of a delivery that is done; raises StateFailed."""
        if self._failure:
            raise self._failure
        if self._result is None:
            raise StateFailed("Runtime.ExitError", "RequestId: 0 Error: Runtime exited with error: signal: killed")
        return json.loads(self._result)

    def _carry_out(self) -> None:
        try:
            self._result = json.dumps(self._task(json.loads(self._event)))
        except StateFailed as refused:  # by Lambda, before the function ran
            self._failure = refused
        except Exception as error:  # noqa: BLE001 - Lambda reports whatever a function raises
            kind = type(error).__name__
            self._failure = StateFailed(kind, json.dumps({"errorMessage": str(error), "errorType": kind}))


@dataclass(frozen=True)
class _Going:
    """One execution: a name that Step Functions forgot may be started anew, and is another execution then."""

    run: str
    number: int


class _Over(Exception):
    """The execution is no longer running: it was stopped, or lost."""


class Machine:
    """Tasks are named as the definition's placeholders name them: `${Preprocess}` calls `tasks["Preprocess"]`.

    `history` gets enter (state), for every state of a run, and failed (error, cause), for every task that failed,
    whether it was retried or not.
    """

    def __init__(
        self,
        definition: Mapping[str, Any],
        *,
        tasks: Mapping[str, TaskFunction],
        scheduler: Scheduler,
        executions: InMemoryExecutions,
        history: History,
        random: Random,
        hazards: Hazards,
    ) -> None:
        self._states: dict[str, Any] = definition["States"]
        self._start_at: str = definition["StartAt"]
        self._tasks = tasks
        self._scheduler = scheduler
        self._executions = executions
        self._history = history
        self._random = random
        self._latest: dict[str, int] = {}
        self.hazards = hazards

    def begin(self, run: str, payload: str) -> None:
        """Go through the states in a process of its own; for `InMemoryExecutions.started`."""
        going = _Going(run, self._latest.get(run, 0) + 1)
        self._latest[run] = going.number
        self._scheduler.spawn(run, lambda: self._execute(going, json.loads(payload)))

    def invoke_async(self, name: str, task: str, event: Json, *, delay_seconds: float) -> None:
        """Call a task as EventBridge does: later, again when it fails, and perhaps twice."""

        def deliver() -> None:
            for attempt in range(1, ASYNC_TRIES + 1):
                delivery = self._deliver(f"{name}#{attempt}", task, event)
                self._scheduler.wait_until(delivery.is_done)
                try:
                    delivery.result()
                    return
                except StateFailed as failed:
                    self._history.record("failed", name, error=failed.error, cause=failed.cause)
                self._scheduler.sleep(60 * attempt * self._random.random())

        self._scheduler.spawn(name, deliver, delay_seconds=delay_seconds)

    def _execute(self, going: _Going, data: Json) -> None:
        context = {"Execution": {"Name": going.run, "Input": data}}
        state: str | None = self._start_at
        try:
            while state is not None:
                state, data = self._enter(going, state, data, context)
            self._executions.finish(going.run, "SUCCEEDED", output=json.dumps(data))
        except StateFailed as failed:
            self._executions.finish(going.run, "FAILED", error=failed.error, cause=failed.cause)
        except _Over:
            return

    def _enter(self, going: _Going, name: str, data: Json, context: Json) -> tuple[str | None, Json]:
        """Run one state; the next one, None at the end, and the data for it."""
        self._history.record("enter", going.run, state=name)
        state = self._states[name]
        kind = state["Type"]
        if kind == "Choice":
            return asl.choose(state, data, context), data
        if kind == "Fail":
            raise StateFailed(*(_told(state, field, data, context) for field in ("Error", "Cause")))
        if kind == "Pass":
            result = state["Result"] if "Result" in state else asl.fill(state["Parameters"], data, context)
            return state.get("Next"), asl.place(result, state.get("ResultPath", "$"), data)
        if kind == "Wait":
            self._wait(going, asl.seconds(state, data, context))
            return state["Next"], data
        if kind == "Task":
            return self._try(going, name, data, context)
        raise ValueError(f"{name}: the simulation does not know states of type {kind}")

    def _wait(self, going: _Going, seconds: float) -> None:
        """Until the time is over, or the execution is."""
        self._scheduler.wait_until(lambda: not self._is_running(going), timeout_seconds=seconds)
        self._check_running(going)

    def _try(self, going: _Going, name: str, data: Json, context: Json) -> tuple[str | None, Json]:
        state = self._states[name]
        event = asl.fill(state["Parameters"], data, context)
        task = state["Resource"].strip("${}")
        retries: dict[int, int] = {}
        while True:
            process = f"{going.run}/{name}#{sum(retries.values()) + 1}"
            try:
                result = self._call(going, process, task, event, timeout_seconds=state.get("TimeoutSeconds"))
                return state.get("Next"), asl.place(result, state.get("ResultPath", "$"), data)
            except StateFailed as failed:
                self._history.record("failed", process, error=failed.error, cause=failed.cause)
                delay = asl.retry_delay_seconds(state.get("Retry", []), failed.error, retries)
                if delay is None:
                    return _caught(state, failed, data)
                self._scheduler.sleep(delay * self._random.random())
            self._check_running(going)

    def _call(self, going: _Going, name: str, task: str, event: Json, *, timeout_seconds: float | None) -> Json:
        delivery = self._deliver(name, task, event)
        seconds = timeout_seconds or TIMEOUT_SECONDS
        lost_as = "States.Timeout"
        if self._random.random() < self.hazards.abandoned:
            seconds = self._random.random() * ABANDONED_WITHIN_SECONDS
            lost_as = self._random.choice(ABANDONED_AS)
        self._scheduler.wait_until(lambda: delivery.is_done() or not self._is_running(going), timeout_seconds=seconds)
        self._check_running(going)
        if not delivery.is_done():
            raise StateFailed(lost_as, "no answer from the function")
        return delivery.result()

    def _deliver(self, name: str, task: str, event: Json) -> Delivery:
        if self._random.random() < self.hazards.duplicated:
            delay = self._random.random() ** 2 * DUPLICATE_WITHIN_SECONDS
            self._spawn_delivery(f"{name}-again", task, event, delay_seconds=delay)
        return self._spawn_delivery(name, task, event, delay_seconds=0)

    def _spawn_delivery(self, name: str, task: str, event: Json, *, delay_seconds: float) -> Delivery:
        return Delivery(
            lambda body: self._scheduler.spawn(name, body, delay_seconds=delay_seconds),
            task=self._tasks[task],
            event=event,
        )

    def _is_running(self, going: _Going) -> bool:
        execution = self._executions.find(going.run)
        is_ours = self._latest[going.run] == going.number
        return is_ours and execution is not None and execution.status == RUNNING

    def _check_running(self, going: _Going) -> None:
        if not self._is_running(going):
            raise _Over


def _told(state: Mapping[str, Json], field: str, data: Json, context: Json) -> str:
    """A Fail state's Error or Cause, literal or at a path."""
    path = state.get(f"{field}Path")
    return str(asl.reach(path, data, context) if path else state.get(field, ""))


def _caught(state: Mapping[str, Json], failed: StateFailed, data: Json) -> tuple[str, Json]:
    catch = asl.catcher(state.get("Catch", []), failed.error)
    if catch is None:
        raise failed
    failure = {"Error": failed.error, "Cause": failed.cause}
    return catch["Next"], asl.place(failure, catch.get("ResultPath", "$"), data)
