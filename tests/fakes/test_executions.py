"""The executions in memory answer as Step Functions does."""

from __future__ import annotations

import pytest

from chalicelib.errors import RunUnknown
from tests.fakes.clock import FakeClock
from tests.fakes.executions import InMemoryExecutions


def test_a_name_is_started_once() -> None:
    begun: list[tuple[str, str]] = []
    executions = InMemoryExecutions(started=lambda run, payload: begun.append((run, payload)))

    executions.start("a", "1")
    executions.start("a", "2")

    assert begun == [("a", "1")]
    assert executions.payloads == {"a": "1"}


def test_what_has_ended_stays_as_it_ended() -> None:
    executions = InMemoryExecutions()
    executions.start("a", "")

    executions.stop("a", cause="by hand")
    executions.finish("a", "SUCCEEDED")
    executions.stop("a", cause="again")

    found = executions.find("a")
    assert found is not None
    assert (found.status, found.error, found.cause) == ("ABORTED", "Stopped", "by hand")


def test_an_execution_that_nobody_started_is_unknown() -> None:
    executions = InMemoryExecutions()

    assert executions.find("a") is None
    with pytest.raises(RunUnknown):
        executions.stop("a", cause="")


def test_a_lost_execution_is_unknown_and_may_be_started_anew() -> None:
    executions = InMemoryExecutions()
    executions.start("a", "1")

    executions.forget("a")
    executions.forget("a")

    assert executions.find("a") is None
    executions.start("a", "2")
    assert executions.payloads == {"a": "2"}


def test_the_latest_come_first_and_may_be_those_of_a_moment_ago() -> None:
    clock = FakeClock()
    executions = InMemoryExecutions(clock=clock, staleness_seconds=60)
    for run in ("a", "b"):
        executions.start(run, "")
        clock.sleep(30)
    executions.finish("a", "SUCCEEDED")

    seen = {tuple((each.run, each.status) for each in executions.recent()) for _ in range(50)}

    assert seen == {(("a", "RUNNING"),), (("b", "RUNNING"), ("a", "RUNNING"))}
    clock.sleep(60)
    assert [(each.run, each.status) for each in executions.recent()] == [("b", "RUNNING"), ("a", "SUCCEEDED")]
    assert [each.run for each in executions.recent(running_only=True)] == ["b"]
