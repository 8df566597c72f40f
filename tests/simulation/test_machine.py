"""Executions go through the definition as they do on Step Functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from chalicelib.edges.executions import Execution
from chalicelib.errors import StoreUnavailable
from tests.fakes.clock import FakeClock
from tests.fakes.executions import InMemoryExecutions
from tests.fakes.history import History
from tests.simulation.machine import ABANDONED_AS, Hazards, Machine, TaskFunction
from tests.simulation.scheduler import Scheduler

DEFINITION: dict[str, Any] = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "${Work}",
            "Parameters": {"run.$": "$$.Execution.Name", "n.$": "$.n"},
            "ResultPath": "$.work",
            "TimeoutSeconds": 30,
            "Retry": [{"ErrorEquals": ["StoreUnavailable", "Runtime.ExitError", *ABANDONED_AS], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Broken"}],
            "Next": "Good?",
        },
        "Good?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.work.good", "BooleanEquals": True, "Next": "End"}],
            "Default": "Told",
        },
        "Told": {
            "Type": "Pass",
            "Result": {"Error": "Bad", "Cause": "told"},
            "ResultPath": "$.failure",
            "Next": "Broken",
        },
        "Broken": {"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"},
        "End": {"Type": "Task", "Resource": "${End}", "Parameters": {"n.$": "$.n"}, "End": True},
    },
}


class Stage:
    """A machine with two tasks: `work`, given, and End, which returns its event."""

    def __init__(self, work: Callable[[Stage, dict[str, Any]], dict[str, Any]], *, hazards: Hazards | None = None):
        clock = FakeClock()
        self.history = History(clock=clock)
        self.scheduler = Scheduler(random=Random(1), clock=clock)
        self.executions = InMemoryExecutions(clock=clock, history=self.history)
        self.events: list[dict[str, Any]] = []
        tasks: dict[str, TaskFunction] = {"Work": lambda event: self._seen(work, event), "End": lambda event: event}
        self.machine = Machine(
            DEFINITION,
            tasks=tasks,
            scheduler=self.scheduler,
            executions=self.executions,
            history=self.history,
            random=Random(2),
            hazards=hazards or Hazards(),
        )
        self.executions.started = self.machine.begin

    def _seen(self, work: Callable[[Stage, dict[str, Any]], dict[str, Any]], event: dict[str, Any]) -> dict[str, Any]:
        self.events.append(event)
        return work(self, event)

    def run(self) -> Execution:
        self.executions.start("r", json.dumps({"n": 7}))
        self.scheduler.run()
        ended = self.executions.find("r")
        assert ended is not None
        return ended


def good(stage: Stage, event: dict[str, Any]) -> dict[str, Any]:
    return {"good": True}


def test_an_execution_that_goes_well_ends_with_the_last_result() -> None:
    stage = Stage(good)

    ended = stage.run()

    assert (ended.status, ended.output) == ("SUCCEEDED", '{"n": 7}')
    assert stage.events == [{"run": "r", "n": 7}]


def test_a_choice_may_lead_to_a_failure_with_a_reason() -> None:
    ended = Stage(lambda stage, event: {"good": False}).run()

    assert (ended.status, ended.error, ended.cause) == ("FAILED", "Bad", "told")


def test_an_error_is_retried_by_its_name_and_then_caught() -> None:
    def fails(stage: Stage, event: dict[str, Any]) -> dict[str, Any]:
        raise StoreUnavailable("busy")

    stage = Stage(fails)
    ended = stage.run()

    assert len(stage.events) == 3
    assert (ended.status, ended.error) == ("FAILED", "StoreUnavailable")
    assert json.loads(ended.cause or "") == {"errorMessage": "busy", "errorType": "StoreUnavailable"}


def test_an_error_without_a_retry_is_caught_at_once() -> None:
    stage = Stage(lambda stage, event: {"good": event["missing"]})
    ended = stage.run()

    assert len(stage.events) == 1
    assert (ended.status, ended.error) == ("FAILED", "KeyError")


def test_a_killed_task_is_an_exit_error_and_retried() -> None:
    def dies_once(stage: Stage, event: dict[str, Any]) -> dict[str, Any]:
        if len(stage.events) == 1:
            stage.scheduler.die()
        return {"good": True}

    stage = Stage(dies_once)

    assert stage.run().status == "SUCCEEDED"
    assert [effect.facts["error"] for effect in stage.history.of("failed")] == ["Runtime.ExitError"]


def test_a_task_that_takes_too_long_is_tried_again_while_it_goes_on() -> None:
    finished: list[int] = []

    def slow_once(stage: Stage, event: dict[str, Any]) -> dict[str, Any]:
        number = len(stage.events)
        if number == 1:
            stage.scheduler.sleep(100)
        finished.append(number)
        return {"good": True}

    stage = Stage(slow_once)

    assert stage.run().status == "SUCCEEDED"
    assert [effect.facts["error"] for effect in stage.history.of("failed")] == ["States.Timeout"]
    assert finished == [2, 1]


def test_a_stopped_execution_ends_at_once_and_its_task_goes_on() -> None:
    finished: list[str] = []

    def stopped(stage: Stage, event: dict[str, Any]) -> dict[str, Any]:
        stage.executions.stop("r", cause="by hand")
        stage.scheduler.sleep(10)
        finished.append("zombie")
        return {"good": True}

    ended = Stage(stopped).run()

    assert (ended.status, ended.cause) == ("ABORTED", "by hand")
    assert finished == ["zombie"]


@pytest.mark.parametrize("hazards", [Hazards(duplicated=1), Hazards(abandoned=1)])
def test_a_task_may_be_carried_out_more_than_once(hazards: Hazards) -> None:
    def slow(stage: Stage, event: dict[str, Any]) -> dict[str, Any]:
        stage.scheduler.sleep(5)
        return {"good": True}

    stage = Stage(slow, hazards=hazards)
    stage.run()

    assert len(stage.events) > 1


def test_an_event_that_nobody_waits_for_is_tried_three_times() -> None:
    def fails(stage: Stage, event: dict[str, Any]) -> dict[str, Any]:
        raise StoreUnavailable("busy")

    stage = Stage(fails)
    stage.machine.invoke_async("rule", "Work", {"n": 1}, delay_seconds=5)
    stage.scheduler.run()

    assert stage.events == [{"n": 1}] * 3


def test_a_path_that_leads_nowhere_fails_the_execution_past_its_catch() -> None:
    stage = Stage(good)
    stage.executions.start("r", "{}")
    stage.scheduler.run()

    ended = stage.executions.find("r")
    assert ended is not None and (ended.status, ended.error) == ("FAILED", "States.Runtime")


def of_one_state(state: dict[str, Any]) -> Stage:
    """A stage whose executions go through this state first."""
    stage = Stage(good)
    machine = Machine(
        {"StartAt": "First", "States": {**DEFINITION["States"], "First": state}},
        tasks={},
        scheduler=stage.scheduler,
        executions=stage.executions,
        history=stage.history,
        random=Random(0),
        hazards=Hazards(),
    )
    stage.executions.started = machine.begin
    stage.executions.start("r", '{"failure": {"Error": "Told", "Cause": "so"}}')
    return stage


def test_a_state_of_an_unknown_type_is_not_passed_over() -> None:
    stage = of_one_state({"Type": "Map"})

    with pytest.raises(ValueError, match="type Map"):
        stage.scheduler.run()


def test_a_wait_waits() -> None:
    stage = of_one_state({"Type": "Wait", "Seconds": 300, "Next": "Broken"})
    begun = stage.history.clock()

    stage.scheduler.run()

    assert (stage.history.clock() - begun).total_seconds() == 300


def test_a_wait_ends_when_its_execution_is_stopped() -> None:
    stage = of_one_state({"Type": "Wait", "Seconds": 300, "Next": "Broken"})
    stage.scheduler.spawn("stop", lambda: stage.executions.stop("r", cause="by hand"), delay_seconds=10)

    stage.scheduler.run()

    assert [effect.facts["state"] for effect in stage.history.of("enter")] == ["First"]
