from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import StoreUnavailable
from chalicelib.promotion.lease import CONTENTION_LIMIT, DEADLINE, VISIBLE_WITHIN, Lease
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL, content, going, outside

KEY = layout.lease(MODEL)


def held_by(night: FakeOutside) -> str | None:
    found = documents.find(night.store, KEY)
    return found["holder"] if found else None


def test_free_lease_is_taken_with_its_time_and_deadline(night: FakeOutside) -> None:
    holder = Lease(night.edges, MODEL).take("run-1")

    assert holder == "run-1"
    assert documents.find(night.store, KEY) == {
        "holder": "run-1",
        "taken_at": "2026-11-21T03:00:00.000Z",
        "deadline": "2026-11-21T05:00:00.000Z",
    }


@pytest.mark.parametrize(
    "document",
    [
        b'{\n "holder": "run-1"\n}',
        b'{\n "deadline": "2026-11-21T05:00:00.000Z",\n "holder": "run-1",\n'
        b' "taken_at": "2026-11-21T03:00:00.000Z"\n}',
    ],
)
def test_lease_of_an_earlier_release_is_read(night: FakeOutside, document: bytes) -> None:
    night.store.put(KEY, document)
    lease = Lease(night.edges, MODEL)
    night.clock.sleep(60)

    over = (lease.holder(), lease.running_holder(), lease.dead_holder())
    going(night, "run-1")

    assert over == ("run-1", None, "run-1")
    assert (lease.holder(), lease.running_holder(), lease.dead_holder()) == ("run-1", "run-1", None)


def test_lease_of_a_running_run_stays_its_own_even_past_the_deadline(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "run-1"))
    before = content(night)[KEY]
    night.clock.sleep(10 * DEADLINE.total_seconds())

    holder = Lease(night.edges, MODEL).take("run-2")

    assert holder == "run-1"
    assert content(night)[KEY] == before


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_lease_is_taken_over_from_a_run_that_is_over(night: FakeOutside, status: str) -> None:
    Lease(night.edges, MODEL).take(going(night, "run-1"))
    night.executions.finish("run-1", status)

    holder = Lease(night.edges, MODEL).take("run-2")

    assert holder == held_by(night) == "run-2"


def test_lease_is_taken_over_from_a_run_that_step_functions_does_not_know(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take("lost")
    night.clock.sleep(VISIBLE_WITHIN.total_seconds())

    holder = Lease(night.edges, MODEL).take("run-2")

    assert holder == held_by(night) == "run-2"


def test_lease_stays_with_a_run_that_step_functions_does_not_show_yet(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take("new")

    assert Lease(night.edges, MODEL).take("run-2") == held_by(night) == "new"


def test_taking_a_lease_again_changes_nothing(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "run-1"))
    before = content(night)
    night.clock.sleep(60)

    holder = Lease(night.edges, MODEL).take("run-1")

    assert holder == "run-1"
    assert content(night) == before


def test_lost_answer_is_repaired_by_taking_again(night: FakeOutside) -> None:
    lossy = with_store(night.edges, "put_if_absent", after=raising(StoreUnavailable("no answer")))

    with pytest.raises(StoreUnavailable):
        Lease(lossy, MODEL).take("run-1")

    assert Lease(lossy, MODEL).take("run-1") == held_by(night) == "run-1"


def test_who_is_quicker_to_a_free_lease_has_it(night: FakeOutside) -> None:
    going(night, "quick")
    raced = with_store(night.edges, "put_if_absent", before=lambda: Lease(night.edges, MODEL).take("quick"))

    holder = Lease(raced, MODEL).take("slow")

    assert holder == held_by(night) == "quick"


def test_who_is_quicker_to_a_dead_runs_lease_has_it(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take("dead")
    night.clock.sleep(60)
    going(night, "quick")
    raced = with_store(night.edges, "put_if_match", before=lambda: Lease(night.edges, MODEL).take("quick"))

    holder = Lease(raced, MODEL).take("slow")

    assert holder == held_by(night) == "quick"


def test_lease_that_is_given_back_meanwhile_is_taken(night: FakeOutside) -> None:
    going(night, "quick")

    def taken_and_given_back() -> None:
        night.store.put(KEY, documents.encode({"holder": "quick"}))

    raced = with_store(night.edges, "put_if_absent", before=taken_and_given_back)
    raced = with_store(raced, "find", nth=2, before=lambda: night.store.delete(KEY))

    assert Lease(raced, MODEL).take("slow") == held_by(night) == "slow"


def test_lease_that_changes_hands_at_every_look_is_left_to_a_retry(night: FakeOutside) -> None:
    contended = night.edges
    for nth in range(1, CONTENTION_LIMIT + 1):
        contended = with_store(
            contended,
            "put_if_absent",
            nth=nth,
            before=lambda: night.store.put(KEY, b'{"holder": "other"}'),
            after=lambda: night.store.delete(KEY),
        )

    with pytest.raises(StoreUnavailable, match="changed hands 10 times while run-1 tried"):
        Lease(contended, MODEL).take("run-1")


def test_models_have_leases_of_their_own() -> None:
    night = outside(MODEL, "other")
    going(night, "run-1")
    going(night, "run-2")

    assert Lease(night.edges, MODEL).take("run-1") == "run-1"
    assert Lease(night.edges, "other").take("run-2") == "run-2"


def test_holder_is_a_run_that_is_going(night: FakeOutside) -> None:
    nobody = Lease(night.edges, MODEL).running_holder()
    Lease(night.edges, MODEL).take(going(night, "run-1"))
    somebody = Lease(night.edges, MODEL).running_holder()
    night.executions.finish("run-1", "ABORTED")

    assert (nobody, somebody, Lease(night.edges, MODEL).running_holder()) == (None, "run-1", None)


def test_holder_gives_its_lease_back_once(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take("run-1")

    assert Lease(night.edges, MODEL).release("run-1")
    assert not Lease(night.edges, MODEL).release("run-1")
    assert held_by(night) is None


def test_nobody_but_the_holder_gives_a_lease_back(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take("run-1")

    assert not Lease(night.edges, MODEL).release("run-2")
    assert held_by(night) == "run-1"


def test_lease_that_was_taken_over_meanwhile_is_not_given_back(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take("dead")
    night.clock.sleep(60)
    raced = with_store(night.edges, "delete_if_match", before=lambda: Lease(night.edges, MODEL).take("next"))

    assert not Lease(raced, MODEL).release("dead")
    assert held_by(night) == "next"
