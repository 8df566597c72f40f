from __future__ import annotations

import pytest

from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.errors import RequestConflict, VersionUnknown
from chalicelib.ledger.ledger import Ledger
from chalicelib.ledger.rejections import Rejections
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting, waits
from tests.given.interference import Killed, raising, with_store
from tests.given.moves import after_nights, ask, serving
from tests.given.nights import MODEL, register
from tests.given.present import present
from tests.given.records import problems

RUN = "kdd99-http-nightly-20261121T0300Z"


@pytest.fixture
def night() -> FakeOutside:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-2")
    waits(night.edges, RUN, fingerprint="data-2")
    return night


def approve(night: FakeOutside) -> None:
    decision = Decision(verdict="approved", by="run-a", who="bob", why="good", at="2026-11-21T04:00:00.000Z")
    assert Approvals(night.edges, MODEL).decide(a_waiting(RUN), decision)


def test_rejected_version_is_quarantined_with_who_and_why_and_nothing_moves(night: FakeOutside) -> None:
    before = serving(night), Ledger(night.edges, MODEL).numbers()

    answer = ask(night.edges, "reject", model_version=2)

    assert (answer["moved"], answer["quarantined"]) == (False, [2])
    found = present(Quarantine(night.edges, MODEL).find("data-2"))
    assert (found.model_version, found.who, found.why) == (2, "ada", "rejected: customers complain")
    decided = present(present(Approvals(night.edges, MODEL).find()).decided)
    assert (decided.verdict, decided.who, decided.why) == ("rejected", "ada", "customers complain")
    assert (serving(night), Ledger(night.edges, MODEL).numbers()) == before
    rejection = present(Rejections(night.edges, MODEL).find(2))
    assert (rejection.run, rejection.who, rejection.why) == (RUN, "ada", "customers complain")
    assert problems(night) == ()


def test_rejected_twin_of_the_live_version_does_not_lock_that() -> None:
    night = after_nights(1)
    register(night.edges, run=RUN, fingerprint="data-1")
    waits(night.edges, RUN, fingerprint="data-1")

    answer = ask(night.edges, "reject", model_version=2)

    assert not Quarantine(night.edges, MODEL).holds("data-1")
    assert answer["quarantined"] == []
    assert Rejections(night.edges, MODEL).find(2) is not None
    assert Approvals(night.edges, MODEL).open() is None


def test_same_request_is_answered_the_same(night: FakeOutside) -> None:
    assert ask(night.edges, "reject", model_version=2) == ask(night.edges, "reject", model_version=2)


def test_rejection_whose_function_was_killed_is_finished_when_it_is_repeated(night: FakeOutside) -> None:
    with pytest.raises(Killed):
        ask(with_store(night.edges, "put_if_match", after=raising(Killed())), "reject", model_version=2)
    assert not Quarantine(night.edges, MODEL).holds("data-2")

    ask(night.edges, "reject", model_version=2)

    assert Quarantine(night.edges, MODEL).holds("data-2")


def test_approved_version_cannot_be_rejected(night: FakeOutside) -> None:
    approve(night)

    with pytest.raises(RequestConflict, match="version 2 cannot be rejected: version 2 was approved by bob"):
        ask(night.edges, "reject", model_version=2)
    assert not Quarantine(night.edges, MODEL).holds("data-2")


def test_approval_at_the_same_moment_wins_if_it_is_first(night: FakeOutside) -> None:
    edges = with_store(night.edges, "put_if_match", before=lambda: approve(night))

    with pytest.raises(RequestConflict, match="version 2 was approved by bob"):
        ask(edges, "reject", model_version=2)
    assert not Quarantine(night.edges, MODEL).holds("data-2")


def test_version_that_does_not_wait_cannot_be_rejected(night: FakeOutside) -> None:
    with pytest.raises(RequestConflict, match="version 1 cannot be rejected: no version of run run-1 waits"):
        ask(night.edges, "reject", model_version=1)


@pytest.mark.parametrize(("number", "said"), [(None, "no version was named"), (9, "has no version 9")])
def test_rejection_has_to_name_a_version(night: FakeOutside, number: int | None, said: str) -> None:
    with pytest.raises(VersionUnknown, match=said):
        ask(night.edges, "reject", model_version=number)
