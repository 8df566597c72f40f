"""The training job of a run that is over ends too, whoever finds the run dead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import ExecutionsUnavailable
from chalicelib.promotion.lease import Lease
from chalicelib.registry import run_documents
from chalicelib.registry.run_documents import DONE, State
from chalicelib.runs import cleanup, outcomes
from tests.fakes.edges import FakeOutside
from tests.fakes.jobs import STOPPED, WORKING
from tests.given.broken_runs import FAILURE
from tests.given.interference import interfered, raising
from tests.given.nights import MODEL, going, outside
from tests.given.present import present

JOB = "nightswap-test-kdd99-http-0123456789abcdef"
DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeTrainingJob")


@pytest.fixture
def night() -> FakeOutside:
    """A run holds the lease, and its job is at work."""
    night = outside()
    Lease(night.edges, MODEL).take(going(night, "dead"))
    prepared(night, {"reason": "3 rows", "job": {"name": JOB, "spot": False}})
    night.jobs.statuses[JOB] = WORKING
    return night


def prepared(night: FakeOutside, result: dict[str, Any]) -> None:
    run_documents.keep_state(night.edges, State(state="Preprocess", status=DONE, result=result), run="dead")


def after(night: FakeOutside) -> list[str]:
    return [*cleanup.after(night.edges, run="dead", model=MODEL, failure=FAILURE).repairs]


def test_run_that_broke_ends_its_job(night: FakeOutside) -> None:
    assert after(night) == [f"stopped training job {JOB}"]
    assert night.jobs.statuses == {JOB: STOPPED}
    assert after(night) == []


def test_next_run_ends_the_job_of_one_that_died(night: FakeOutside) -> None:
    night.executions.finish("dead", "ABORTED")

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == [f"stopped training job {JOB}", "recorded the end of run dead, which had died"]
    assert night.jobs.statuses == {JOB: STOPPED}


@pytest.mark.parametrize("ending", ["after", "before"])
def test_search_of_a_run_that_is_over_ends_too(night: FakeOutside, ending: str) -> None:
    prepared(night, {"reason": "3 rows", "job": {"name": JOB, "tuning": {"Strategy": "Random"}}})
    night.jobs.searches[JOB] = WORKING
    night.executions.finish("dead", "ABORTED")

    told = after(night) if ending == "after" else cleanup.before(night.edges, run="run-2", model=MODEL).repairs

    assert f"stopped search {JOB}" in told
    assert (night.jobs.searches, night.jobs.statuses) == ({JOB: STOPPED}, {JOB: WORKING})


def test_job_of_a_run_that_is_going_works_on(night: FakeOutside) -> None:
    assert cleanup.before(night.edges, run="run-2", model=MODEL).repairs == []
    assert night.jobs.statuses == {JOB: WORKING}


@pytest.mark.parametrize("status", ["Completed", "Failed", None])
def test_job_that_has_ended_or_never_began_is_left_alone(night: FakeOutside, status: str | None) -> None:
    night.jobs.statuses = {JOB: status} if status else {}

    assert after(night) == []
    assert not list(night.history.of("stop_job"))


@pytest.mark.parametrize("job", [None, {}, {"name": 7}, [JOB]])
def test_run_without_a_job_asks_sagemaker_nothing(night: FakeOutside, job: object) -> None:
    prepared(night, {"reason": "3 rows", "job": job})
    asking = interfered(night.jobs, "stop", before=raising(AssertionError("asked")))

    assert cleanup.after(replace(night.edges, jobs=asking), run="dead", model=MODEL, failure=FAILURE).repairs == []


def test_run_has_its_end_though_sagemaker_does_not_answer(night: FakeOutside) -> None:
    away = interfered(night.jobs, "stop", before=raising(ExecutionsUnavailable("no answer")))

    with pytest.raises(ExecutionsUnavailable):
        cleanup.after(replace(night.edges, jobs=away), run="dead", model=MODEL, failure=FAILURE)

    assert present(outcomes.find(night.edges, run="dead")).error == "SingleClass"
    assert after(night) == [f"stopped training job {JOB}"]


def test_next_run_tries_again_where_sagemaker_did_not_answer(night: FakeOutside) -> None:
    night.executions.finish("dead", "ABORTED")
    away = interfered(night.jobs, "stop", before=raising(ExecutionsUnavailable("no answer")))
    with pytest.raises(ExecutionsUnavailable):
        cleanup.before(replace(night.edges, jobs=away), run="run-2", model=MODEL)

    assert f"stopped training job {JOB}" in cleanup.before(night.edges, run="run-2", model=MODEL).repairs


@pytest.mark.parametrize("ending", ["after", "before"])
def test_refusal_of_sagemaker_is_told_and_stands_in_no_runs_way(night: FakeOutside, ending: str) -> None:
    edges = replace(night.edges, jobs=interfered(night.jobs, "stop", before=raising(DENIED)))
    night.executions.finish("dead", "ABORTED")

    restored = (
        cleanup.after(edges, run="dead", model=MODEL, failure=FAILURE)
        if ending == "after"
        else cleanup.before(edges, run="run-2", model=MODEL)
    )

    [told] = [each for each in restored.repairs if JOB in each]
    assert told.startswith(f"training job {JOB} ends after its longest time, if it is at work: stopping training job")
    assert "ClientError (AccessDeniedException)" in told
    assert outcomes.find(night.edges, run="dead") is not None


def test_damaged_record_of_the_job_is_told_and_stands_in_no_runs_way(night: FakeOutside) -> None:
    key = layout.run_document("dead", "preprocess")
    night.store.put(key, documents.encode({"state": "Preprocess", "status": DONE, "result": JOB}))

    [told] = after(night)

    assert key in told
    assert present(outcomes.find(night.edges, run="dead")).outcome == "RetrainFailed"
