"""The training jobs in memory answer as SageMaker does."""

from __future__ import annotations

from tests.fakes.clock import FakeClock
from tests.fakes.history import History
from tests.fakes.jobs import STOPPED, WORKING, InMemoryJobs


def test_job_is_stopped_once() -> None:
    jobs = InMemoryJobs(history=History(clock=FakeClock()))
    jobs.statuses["a"] = WORKING

    assert [jobs.stop("a"), jobs.stop("a"), jobs.stop("b")] == [True, False, False]
    assert jobs.statuses == {"a": STOPPED}


def test_search_is_stopped_by_its_own_name_and_has_trials() -> None:
    jobs = InMemoryJobs(history=History(clock=FakeClock()))
    jobs.searches["a"] = WORKING

    assert [jobs.stop("a"), jobs.stop("a", is_search=True), jobs.stop("a", is_search=True)] == [False, True, False]
    assert list(jobs.trials("a")) == []
