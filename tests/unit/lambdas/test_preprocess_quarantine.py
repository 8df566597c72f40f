"""Preprocess with data that was rolled back, or whose model waits for the end of a pin."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import NOTHING_NEW, ROLLED_BACK, TRAIN
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.promotion import obstacles
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going, promote
from tests.given.present import present
from tests.unit.lambdas.nightly_batch import RUN, add_data, night_with_data, preprocessing

NEXT = "kdd99-http-nightly-20261122T0300Z"


def fingerprint_of(night: FakeOutside) -> str:
    found = preprocessing(night.edges, force=True).fingerprint
    assert found is not None
    return found


def end(night: FakeOutside, outcome: str) -> None:
    outcomes.record(night.edges, RunOutcome(run=RUN, model=MODEL, outcome=outcome, reason="so it is", error=None))
    night.executions.finish(RUN, "SUCCEEDED")


def after_a_rollback() -> FakeOutside:
    """Yesterday's run rolled its version 1 back; today's is going."""
    night = night_with_data()
    Quarantine(night.edges, MODEL).put(fingerprint_of(night), model_version=1, who=RUN, why="it was ill")
    end(night, ROLLED_BACK)
    going(night, NEXT)
    return night


def during_a_pin(*, pinned: int = 1) -> FakeOutside:
    """Version 1 is live and pinned, and yesterday's run left version 2 waiting; today's run is going."""
    night = night_with_data()
    promote(night.edges, run="earlier", fingerprint="other data")
    fingerprint = fingerprint_of(night)
    Pin(night.edges, MODEL).claim(pinned, who="ada", why="the audit")
    obstacles.obstacle(night.edges, run=RUN, model=MODEL, model_version=2, fingerprint=fingerprint)
    end(night, "Superseded")
    going(night, NEXT)
    return night


@pytest.mark.parametrize("force", [False, True])
def test_quarantined_data_is_nothing_new_however_it_is_asked_for(force: bool) -> None:
    night = after_a_rollback()

    told = preprocessing(night.edges, run=NEXT, force=force)

    assert told.decision == NOTHING_NEW
    assert told.reason == (
        "data, recipe and code are those of model version 1, quarantined since 2026-11-21T03:00:00.000Z: it was ill;"
        ' change one of them, or nightswap promote 1 --model kdd99-http --lift-quarantine --reason "..."'
    )
    assert [each.key for each in night.store.list(layout.WORK) if NEXT in each.key] == []


def test_more_data_is_a_new_chance() -> None:
    night = after_a_rollback()
    add_data(night, "night-2.csv")

    assert preprocessing(night.edges, run=NEXT).decision == TRAIN


def test_lifted_quarantine_is_a_new_chance() -> None:
    night = after_a_rollback()
    found = Quarantine(night.edges, MODEL).model_versions()[1]
    Quarantine(night.edges, MODEL).lift(found.fingerprint)

    assert preprocessing(night.edges, run=NEXT).decision == TRAIN


def test_version_that_waits_for_the_pin_to_go_is_not_trained_again_every_night() -> None:
    night = during_a_pin()

    told = preprocessing(night.edges, run=NEXT)

    assert told.decision == NOTHING_NEW
    assert told.reason == (
        "data, recipe and code are those of version 2, which waits: version 1 is pinned by ada: the audit;"
        ' nightswap unpin --model kdd99-http --reason "...", then'
        ' nightswap promote 2 --model kdd99-http --reason "..."'
    )


def test_new_data_is_trained_and_judged_during_a_pin() -> None:
    night = during_a_pin()
    add_data(night, "night-2.csv")

    assert preprocessing(night.edges, run=NEXT).decision == TRAIN


def test_forced_run_trains_during_a_pin() -> None:
    assert preprocessing(during_a_pin().edges, run=NEXT, force=True).decision == TRAIN


def test_waiting_version_is_trained_again_when_the_pin_is_gone() -> None:
    night = during_a_pin()
    Pin(night.edges, MODEL).remove(present(Pin(night.edges, MODEL).find()))

    assert preprocessing(night.edges, run=NEXT).decision == TRAIN


def test_version_that_waited_for_another_champion_is_judged_again() -> None:
    night = during_a_pin()
    promote(night.edges, run="by-ada", fingerprint="yet other data")

    assert preprocessing(night.edges, run=NEXT).decision == TRAIN


def test_rejected_model_of_an_earlier_release_is_nothing_new() -> None:
    """Its document says nothing of waiting."""
    night = night_with_data()
    judged = {"run": "rejected", "fingerprint": fingerprint_of(night), "champion": None}
    night.store.put(layout.judged(MODEL), documents.encode(judged))

    assert preprocessing(night.edges).reason == (
        "data, recipe and code are those of the model that run rejected rejected"
    )
