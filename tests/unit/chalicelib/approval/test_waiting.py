from __future__ import annotations

import pytest

from chalicelib.approval import waiting
from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.contracts.decisions import PROMOTED, RETRAIN_FAILED, ROLLED_BACK, SUPERSEDED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.errors import StoreUnavailable
from chalicelib.runs import outcomes
from lambdas.model.recipe import Approval
from tests.fakes.edges import FakeOutside
from tests.given.approvals import UNTIL, a_waiting, waits, what_waits
from tests.given.interference import with_store
from tests.given.nights import MODEL, outside
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
LATER = "kdd99-http-nightly-20261122T0300Z"


def a_decision(verdict: str = "approved", by: str = "approving") -> Decision:
    return Decision(verdict=verdict, by=by, who="ada", why="looks good", at="2026-11-21T04:00:00.000Z")


def ended(night: FakeOutside, run: str, outcome: str) -> None:
    outcomes.record(night.edges, RunOutcome(run=run, model=MODEL, outcome=outcome, reason="so", error=None))


def decide(night: FakeOutside, decision: Decision) -> bool:
    approvals = Approvals(night.edges, MODEL)
    return approvals.decide(present(approvals.find()), decision)


@pytest.fixture
def night() -> FakeOutside:
    night = outside()
    waits(night.edges, RUN)
    return night


def test_nothing_waits_at_first() -> None:
    assert what_waits(outside().edges) is None


def test_version_waits_from_the_end_of_its_run_on(night: FakeOutside) -> None:
    assert what_waits(night.edges) == a_waiting(RUN)


def test_repeated_replay_keeps_the_first_deadline(night: FakeOutside) -> None:
    again = waiting.propose(night.edges, a_waiting(RUN, until="2027-01-01T00:00:00.000Z"))

    assert again.until == UNTIL


def test_deadline_is_so_many_hours_from_now() -> None:
    assert waiting.deadline(outside().edges, Approval(within_hours=72)) == UNTIL


def test_newer_version_takes_the_place_of_an_older_one(night: FakeOutside) -> None:
    newer = waits(night.edges, LATER, model_version=3)

    assert what_waits(night.edges) == newer


def test_older_version_that_comes_late_takes_no_place(night: FakeOutside) -> None:
    newer = waits(night.edges, LATER, model_version=3)

    Approvals(night.edges, MODEL).put(a_waiting(RUN))

    assert what_waits(night.edges) == newer


def test_newer_version_keeps_what_was_rejected_at_the_last_moment_for_the_next_run_to_complete(
    night: FakeOutside,
) -> None:
    raced = with_store(night.edges, "put_if_match", before=lambda: decide(night, a_decision("rejected")))

    Approvals(raced, MODEL).put(a_waiting(LATER, model_version=3))

    (rejected,) = present(Approvals(night.edges, MODEL).find()).rejected
    assert (rejected.model_version, rejected.decided) == (2, a_decision("rejected"))


def test_only_the_last_that_was_rejected_is_kept(night: FakeOutside) -> None:
    decide(night, a_decision("rejected"))
    waits(night.edges, LATER, model_version=3)
    decide(night, a_decision("rejected"))

    assert [each.model_version for each in present(Approvals(night.edges, MODEL).find()).rejected] == [2, 3]

    waits(night.edges, "kdd99-http-nightly-20261123T0300Z", model_version=4)

    assert [each.model_version for each in present(Approvals(night.edges, MODEL).find()).rejected] == [3]


@pytest.mark.parametrize("verdict", ["approved", "rejected"])
def test_what_is_decided_waits_no_more(night: FakeOutside, verdict: str) -> None:
    assert decide(night, a_decision(verdict))

    assert what_waits(night.edges) is None
    assert present(Approvals(night.edges, MODEL).find()).decided == a_decision(verdict)


def test_deciding_the_same_again_is_harmless(night: FakeOutside) -> None:
    assert decide(night, a_decision())
    assert decide(night, a_decision())


@pytest.mark.parametrize("verdict", ["approved", "rejected"])
def test_second_decision_does_not_stand(night: FakeOutside, verdict: str) -> None:
    decide(night, a_decision("rejected", by="first"))

    assert not decide(night, a_decision(verdict, by="second"))
    assert present(present(Approvals(night.edges, MODEL).find()).decided).by == "first"


def test_decision_about_a_version_that_was_replaced_does_not_stand(night: FakeOutside) -> None:
    old = present(what_waits(night.edges))
    newer = waits(night.edges, LATER, model_version=3)

    assert not Approvals(night.edges, MODEL).decide(old, a_decision())
    assert what_waits(night.edges) == newer


@pytest.mark.parametrize("outcome", [SUPERSEDED, RETRAIN_FAILED])
def test_version_waits_again_when_the_run_that_took_it_up_promoted_nothing(night: FakeOutside, outcome: str) -> None:
    decide(night, a_decision())
    ended(night, "approving", outcome)

    assert what_waits(night.edges) is not None
    assert decide(night, a_decision("rejected", by="somebody"))


def test_version_whose_time_was_over_and_whose_run_failed_waits_no_more(night: FakeOutside) -> None:
    """Else every night would take it up and fail, where Lambda has lost it, say; the next run trains anew."""
    decide(night, a_decision().but(who=waiting.DEADLINE))
    assert Approvals(night.edges, MODEL).on_its_way() is not None

    ended(night, "approving", RETRAIN_FAILED)

    assert what_waits(night.edges) is None
    assert Approvals(night.edges, MODEL).on_its_way() is None
    assert not decide(night, a_decision("rejected", by="somebody"))


def test_version_whose_time_was_over_waits_again_when_its_run_gave_way(night: FakeOutside) -> None:
    decide(night, a_decision().but(who=waiting.DEADLINE))
    ended(night, "approving", SUPERSEDED)

    assert what_waits(night.edges) is not None


def test_version_is_on_its_way_until_it_is_rejected_or_its_run_is_over(night: FakeOutside) -> None:
    approvals = Approvals(night.edges, MODEL)
    assert Approvals(outside().edges, MODEL).on_its_way() is None
    assert approvals.on_its_way() is not None

    decide(night, a_decision())
    assert approvals.on_its_way() is not None

    ended(night, "approving", SUPERSEDED)
    assert approvals.on_its_way() is not None

    decide(night, a_decision("rejected", by="somebody"))
    assert approvals.on_its_way() is None


@pytest.mark.parametrize("outcome", [PROMOTED, ROLLED_BACK])
def test_version_that_was_taken_live_or_back_waits_no_more(night: FakeOutside, outcome: str) -> None:
    decide(night, a_decision())
    ended(night, "approving", outcome)

    assert what_waits(night.edges) is None
    assert not decide(night, a_decision("rejected", by="somebody"))


def test_of_two_that_decide_at_once_one_stands(night: FakeOutside) -> None:
    def rejected_first() -> None:
        decide(night, a_decision("rejected", by="quicker"))

    raced = Approvals(with_store(night.edges, "put_if_match", before=rejected_first), MODEL)

    assert not raced.decide(a_waiting(RUN), a_decision())
    assert present(present(Approvals(night.edges, MODEL).find()).decided).by == "quicker"


def test_document_that_changes_at_every_look_is_left_to_the_retry(night: FakeOutside) -> None:
    def touched() -> None:
        key = "models/kdd99-http/waiting.json"
        night.store.put(key, a_waiting(RUN, verdict=f"{night.clock()}").encode())
        night.clock.sleep(1)

    edges = night.edges
    for nth in range(1, waiting.CONTENTION_LIMIT + 1):
        edges = with_store(edges, "put_if_match", nth=nth, before=touched)

    with pytest.raises(StoreUnavailable, match="was changed 10 times under us: try again"):
        Approvals(edges, MODEL).decide(a_waiting(RUN), a_decision())


def test_nothing_can_be_decided_where_nothing_waits() -> None:
    assert not Approvals(outside().edges, MODEL).decide(a_waiting(RUN), a_decision())


@pytest.mark.parametrize(
    ("otherwise", "said"), [("reject", "is rejected by the first run"), ("approve", "goes live by")]
)
def test_words_say_until_when_it_waits_and_where_is_told_what_came_of_it(otherwise: str, said: str) -> None:
    words = a_waiting(RUN, otherwise=otherwise).in_words()

    assert f"version 2, which waits for approval until {UNTIL}" in words
    assert said in words
    assert words.endswith(f"; what was decided since, and what can be done: nightswap explain {RUN}")
