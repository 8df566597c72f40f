from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import NOTHING_NEW, PROMOTED, SUPERSEDED
from chalicelib.contracts.runs import RecordOutcomeTask, RunOutcome
from chalicelib.promotion.lease import Lease
from chalicelib.runs import outcomes
from lambdas import record_outcome
from tests.fakes.edges import FakeOutside
from tests.given.news import DAY_SECONDS
from tests.given.nights import MODEL, content, going, promote
from tests.given.present import present
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS


@pytest.mark.parametrize("outcome", [PROMOTED, NOTHING_NEW, SUPERSEDED])
def test_end_of_the_run_is_recorded_without_an_error(night: FakeOutside, outcome: str) -> None:
    task = RecordOutcomeTask(run=RUN, model=MODEL, outcome=outcome, reason="so it is")

    recorded = record_outcome.run(task, night.edges, SETTINGS)

    assert recorded == RunOutcome(run=RUN, model=MODEL, outcome=outcome, reason="so it is", error=None)
    stored = present(outcomes.find(night.edges, run=RUN)).document
    assert stored == {**vars(recorded), "finished_at": "2026-11-21T03:00:00.000Z"}


def test_lease_and_intermediates_are_given_back(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, RUN))
    night.store.put(layout.work(RUN, "train/labels.npy"), b"rows")

    record_outcome.run(RecordOutcomeTask(run=RUN, model=MODEL, outcome=PROMOTED, reason=""), night.edges, SETTINGS)

    assert Lease(night.edges, MODEL).running_holder() is None
    assert night.store.list(layout.WORK) == []


def test_superseded_run_leaves_the_winner_its_lease(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "winner"))

    record_outcome.run(RecordOutcomeTask(run=RUN, model=MODEL, outcome=SUPERSEDED, reason=""), night.edges, SETTINGS)

    assert Lease(night.edges, MODEL).running_holder() == "winner"


def test_repeated_task_returns_the_outcome_that_stands(night: FakeOutside) -> None:
    first = record_outcome.run(
        RecordOutcomeTask(run=RUN, model=MODEL, outcome=PROMOTED, reason="first"), night.edges, SETTINGS
    )
    before = content(night)

    again = record_outcome.run(
        RecordOutcomeTask(run=RUN, model=MODEL, outcome=NOTHING_NEW, reason="again"), night.edges, SETTINGS
    )

    assert again == first
    assert content(night) == before


def test_end_that_leaves_an_old_model_live_says_so_by_the_setting_of_the_stage(night: FakeOutside) -> None:
    promote(night.edges, run="earlier")
    night.clock.sleep(8 * DAY_SECONDS)
    task = RecordOutcomeTask(run=RUN, model=MODEL, outcome=NOTHING_NEW, reason="so it is")

    record_outcome.run(task, night.edges, replace(SETTINGS, stale_days=8))
    young = [notice.kind for notice in night.notices.sent]
    record_outcome.run(task, night.edges, replace(SETTINGS, stale_days=7))

    assert (young, [notice.kind for notice in night.notices.sent]) == ([], ["Stale"])


def test_promotion_leaves_nothing_old(night: FakeOutside) -> None:
    promote(night.edges, run="earlier")
    night.clock.sleep(8 * DAY_SECONDS)

    record_outcome.run(
        RecordOutcomeTask(run=RUN, model=MODEL, outcome=PROMOTED, reason=""),
        night.edges,
        replace(SETTINGS, stale_days=7),
    )

    assert [notice.kind for notice in night.notices.sent] == ["Promoted"]
