"""A rejection that was decided is carried out once: the quarantine, then the ledger."""

from __future__ import annotations

import pytest

from chalicelib.approval import rejection
from chalicelib.approval.waiting import DEADLINE, Approvals, Decision, Waiting
from chalicelib.ledger.rejections import Rejections
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting, waits
from tests.given.moves import after_nights, ask
from tests.given.nights import MODEL, register

RUN = "kdd99-http-nightly-20261121T0300Z"
AT = "2026-11-21T04:00:00.000Z"


def waiting_night(fingerprint: str = "data-2") -> FakeOutside:
    """Version 1 is live, version 2 of RUN waits."""
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint=fingerprint)
    waits(night.edges, RUN, fingerprint=fingerprint)
    return night


def rejected(night: FakeOutside, *, who: str = "ada", fingerprint: str = "data-2") -> Waiting:
    decision = Decision(verdict="rejected", by="hand-1", who=who, why="too old", at=AT)
    assert Approvals(night.edges, MODEL).decide(a_waiting(RUN, fingerprint=fingerprint), decision)
    return a_waiting(RUN, fingerprint=fingerprint, decided=decision)


@pytest.mark.parametrize(("who", "why"), [("ada", "rejected: too old"), (DEADLINE, "too old")])
def test_rejected_version_is_locked_and_told(who: str, why: str) -> None:
    night = waiting_night()
    decided = rejected(night, who=who)
    assert rejection.is_incomplete(night.edges, decided)

    rejection.complete(night.edges, decided, live=1)

    (locked,) = Quarantine(night.edges, MODEL).model_versions().items()
    assert (locked[0], locked[1].who, locked[1].why) == (2, who, why)
    told = Rejections(night.edges, MODEL).find(2)
    assert told and told.document == {
        **told.document,
        "model": MODEL,
        "model_version": 2,
        "run": RUN,
        "by": "hand-1",
        "who": who,
        "why": "too old",
        "at": AT,
    }
    assert not rejection.is_incomplete(night.edges, decided)


def test_what_nobody_decided_is_not_carried_out() -> None:
    night = waiting_night()

    rejection.complete(night.edges, a_waiting(RUN, fingerprint="data-2"), live=1)

    assert Rejections(night.edges, MODEL).find(2) is None
    assert not Quarantine(night.edges, MODEL).model_versions()


def test_what_was_carried_out_is_not_done_again() -> None:
    night = waiting_night()
    decided = rejected(night)
    rejection.complete(night.edges, decided, live=1)
    before = [each.key for each in night.store.list("")]
    for entry in night.store.list("models/"):
        if "quarantine" in entry.key:
            night.store.delete(entry.key)

    rejection.complete(night.edges, decided, live=1)

    assert not Quarantine(night.edges, MODEL).model_versions()
    assert {each.key for each in night.store.list("")} <= set(before)


def test_rejected_twin_of_what_is_live_locks_nothing() -> None:
    night = waiting_night(fingerprint="data-1")

    rejection.complete(night.edges, rejected(night, fingerprint="data-1"), live=1)

    assert not Quarantine(night.edges, MODEL).model_versions()
    assert Rejections(night.edges, MODEL).holds(2)


def test_version_that_an_operator_made_live_meanwhile_is_not_locked() -> None:
    night = waiting_night()
    decided = rejected(night)
    ask(night.edges, "promote", model_version=2)

    rejection.complete(night.edges, decided, live=2)

    assert not Quarantine(night.edges, MODEL).model_versions()
