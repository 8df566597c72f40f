from __future__ import annotations

import pytest

from chalicelib import documents, layout, lease
from chalicelib.errors import StoreUnavailable
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL, content, going, outside

KEY = layout.lease(MODEL)


def held_by(night: FakeOutside) -> str | None:
    found = documents.find(night.store, KEY)
    return found["holder"] if found else None


def test_free_lease_is_taken_with_its_time_and_deadline() -> None:
    night = outside()

    holder = lease.take(night.edges, model=MODEL, run="run-1")

    assert holder == "run-1"
    assert documents.find(night.store, KEY) == {
        "holder": "run-1",
        "taken_at": "2026-11-21T03:00:00.000Z",
        "deadline": "2026-11-21T05:00:00.000Z",
    }


def test_lease_of_a_running_run_stays_its_own_even_past_the_deadline() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run=going(night, "run-1"))
    before = content(night)[KEY]
    night.clock.sleep(10 * lease.DEADLINE.total_seconds())

    holder = lease.take(night.edges, model=MODEL, run="run-2")

    assert holder == "run-1"
    assert content(night)[KEY] == before


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_lease_is_taken_over_from_a_run_that_is_over(status: str) -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run=going(night, "run-1"))
    night.executions.finish("run-1", status)

    holder = lease.take(night.edges, model=MODEL, run="run-2")

    assert holder == held_by(night) == "run-2"


def test_lease_is_taken_over_from_a_run_that_step_functions_does_not_know() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run="lost")
    night.clock.sleep(lease.VISIBLE_WITHIN.total_seconds())

    holder = lease.take(night.edges, model=MODEL, run="run-2")

    assert holder == held_by(night) == "run-2"


def test_lease_stays_with_a_run_that_step_functions_does_not_show_yet() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run="new")

    assert lease.take(night.edges, model=MODEL, run="run-2") == held_by(night) == "new"


def test_taking_a_lease_again_changes_nothing() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run=going(night, "run-1"))
    before = content(night)
    night.clock.sleep(60)

    holder = lease.take(night.edges, model=MODEL, run="run-1")

    assert holder == "run-1"
    assert content(night) == before


def test_lost_answer_is_repaired_by_taking_again() -> None:
    night = outside()
    lossy = with_store(night.edges, "put_if_absent", after=raising(StoreUnavailable("no answer")))

    with pytest.raises(StoreUnavailable):
        lease.take(lossy, model=MODEL, run="run-1")

    assert lease.take(lossy, model=MODEL, run="run-1") == held_by(night) == "run-1"


def test_who_is_quicker_to_a_free_lease_has_it() -> None:
    night = outside()
    going(night, "quick")
    raced = with_store(night.edges, "put_if_absent", before=lambda: lease.take(night.edges, model=MODEL, run="quick"))

    holder = lease.take(raced, model=MODEL, run="slow")

    assert holder == held_by(night) == "quick"


def test_who_is_quicker_to_a_dead_runs_lease_has_it() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run="dead")
    night.clock.sleep(60)
    going(night, "quick")
    raced = with_store(night.edges, "put_if_match", before=lambda: lease.take(night.edges, model=MODEL, run="quick"))

    holder = lease.take(raced, model=MODEL, run="slow")

    assert holder == held_by(night) == "quick"


def test_lease_that_is_given_back_meanwhile_is_taken() -> None:
    night = outside()
    going(night, "quick")

    def taken_and_given_back() -> None:
        night.store.put(KEY, documents.encode({"holder": "quick"}))

    raced = with_store(night.edges, "put_if_absent", before=taken_and_given_back)
    raced = with_store(raced, "find", nth=2, before=lambda: night.store.delete(KEY))

    assert lease.take(raced, model=MODEL, run="slow") == held_by(night) == "slow"


def test_lease_that_changes_hands_at_every_look_is_left_to_a_retry() -> None:
    night = outside()
    contended = night.edges
    for nth in range(1, lease.CONTENTION_LIMIT + 1):
        contended = with_store(
            contended,
            "put_if_absent",
            nth=nth,
            before=lambda: night.store.put(KEY, b'{"holder": "other"}'),
            after=lambda: night.store.delete(KEY),
        )

    with pytest.raises(StoreUnavailable, match="changed hands 10 times while run-1 tried"):
        lease.take(contended, model=MODEL, run="run-1")


def test_models_have_leases_of_their_own() -> None:
    night = outside(MODEL, "other")
    going(night, "run-1")
    going(night, "run-2")

    assert lease.take(night.edges, model=MODEL, run="run-1") == "run-1"
    assert lease.take(night.edges, model="other", run="run-2") == "run-2"


def test_holder_is_a_run_that_is_going() -> None:
    night = outside()

    nobody = lease.holder(night.edges, model=MODEL)
    lease.take(night.edges, model=MODEL, run=going(night, "run-1"))
    somebody = lease.holder(night.edges, model=MODEL)
    night.executions.finish("run-1", "ABORTED")

    assert (nobody, somebody, lease.holder(night.edges, model=MODEL)) == (None, "run-1", None)


def test_holder_gives_its_lease_back_once() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run="run-1")

    assert lease.release(night.edges, model=MODEL, run="run-1")
    assert not lease.release(night.edges, model=MODEL, run="run-1")
    assert held_by(night) is None


def test_nobody_but_the_holder_gives_a_lease_back() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run="run-1")

    assert not lease.release(night.edges, model=MODEL, run="run-2")
    assert held_by(night) == "run-1"


def test_lease_that_was_taken_over_meanwhile_is_not_given_back() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run="dead")
    night.clock.sleep(60)
    raced = with_store(
        night.edges, "delete_if_match", before=lambda: lease.take(night.edges, model=MODEL, run="next")
    )

    assert not lease.release(raced, model=MODEL, run="dead")
    assert held_by(night) == "next"
