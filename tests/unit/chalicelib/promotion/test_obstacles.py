from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib import layout
from chalicelib.contracts import PROMOTED, SUPERSEDED, RunOutcome
from chalicelib.documents import documents
from chalicelib.edges import AliasMoved
from chalicelib.errors import FunctionUnavailable, StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import commitment, fencing, obstacles, promotion
from chalicelib.promotion.lease import Lease
from chalicelib.promotion.promotion import Move
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.given.broken_runs import decided, decided_to_shift, shift_traffic, weights
from tests.given.interference import raising, with_functions, with_store
from tests.given.nights import MODEL, content, going, ledger_of, outside, promote, register, revision, swap
from tests.given.present import present

RUN = "run-2"


def running() -> FakeOutside:
    """Version 1 is live, and RUN holds the lease."""
    night = outside()
    promote(night.edges, run="run-1")
    Lease(night.edges, MODEL).take(going(night, RUN))
    return night


def obstacle(night: FakeOutside) -> str | None:
    return obstacles.obstacle(night.edges, run=RUN, model=MODEL, model_version=2, fingerprint="data-2")


def step_back(night: FakeOutside, *, kind: str = promotion.RESTORED) -> None:
    fencing.stop(night.edges, model=MODEL, run=RUN, why="no more", finishing=False, kind=kind)


def test_nothing_stands_in_the_way_of_a_run_with_its_lease() -> None:
    night = running()
    before = content(night)

    assert obstacle(night) is None
    assert content(night) == before


@pytest.mark.parametrize(("holder", "words"), [(None, "nobody"), ("next", "next")])
def test_lost_lease_stands_in_the_way(holder: str | None, words: str) -> None:
    night = running()
    night.store.delete(layout.lease(MODEL))
    if holder:
        night.store.put(
            layout.lease(MODEL), documents.encode({"holder": holder, "taken_at": documents.timestamp(night.clock())})
        )

    assert obstacle(night) == f"the lease is no longer this run's but {words}'s"


def test_quarantine_of_the_fingerprint_stands_in_the_way() -> None:
    night = running()
    Quarantine(night.edges, MODEL).put("data-2", model_version=1, who="ada", why="it was ill")

    assert "quarantined since" in (obstacle(night) or "")


def test_quarantine_of_another_fingerprint_does_not() -> None:
    night = running()
    Quarantine(night.edges, MODEL).put("data-1", model_version=1, who="ada", why="it was ill")

    assert obstacle(night) is None


def test_pin_stands_in_the_way_and_the_version_is_kept_for_later() -> None:
    night = running()
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")

    assert obstacle(night) == (
        f'version 1 is pinned by ada: the audit; version 2 waits: nightswap unpin --model {MODEL} --reason "...",'
        f' then nightswap promote 2 --model {MODEL} --reason "..."'
    )
    assert documents.find(night.store, layout.judged(MODEL)) == {
        "run": RUN,
        "fingerprint": "data-2",
        "champion": 1,
        "waits_as": 2,
    }


def test_quarantined_version_does_not_wait_for_the_pin_to_go() -> None:
    night = running()
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")
    Quarantine(night.edges, MODEL).put("data-2", model_version=2, who="ada", why="it was ill")

    assert "quarantined" in (obstacle(night) or "")
    assert night.store.find(layout.judged(MODEL)) is None


@pytest.mark.parametrize(
    ("kind", "step"), [(promotion.RESTORED, promotion.AFTER), (promotion.ROLLED_BACK, promotion.ROLL_BACK)]
)
def test_run_steps_back_with_its_reason(kind: str, step: int) -> None:
    night = running()
    shift_traffic(night, run=RUN)

    step_back(night, kind=kind)

    assert weights(night) == {}
    entry = present(Ledger(night.edges, MODEL).last())
    assert (entry.kind, entry.step, entry.model_version, entry.why) == (kind, step, 1, "no more")


def test_stepping_back_again_changes_nothing() -> None:
    night = running()
    shift_traffic(night, run=RUN)
    step_back(night)
    before = content(night), night.functions.alias(MODEL)

    step_back(night)

    assert (content(night), night.functions.alias(MODEL)) == before


def test_step_back_whose_author_died_before_its_entry_is_repaired_when_it_is_repeated() -> None:
    night = running()
    shift_traffic(night, run=RUN)
    dying = with_store(night.edges, "put_if_absent", nth=5, before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):  # the first four give the run up
        fencing.stop(dying, model=MODEL, run=RUN, why="no more", finishing=False)

    step_back(night)

    assert [(entry.kind, entry.repaired) for entry in Ledger(night.edges, MODEL).entries()] == [
        ("promoted", False),
        ("shifted", False),
        ("restored", True),
    ]


def test_weights_of_another_run_are_left_alone() -> None:
    night = running()
    shift_traffic(night, run="another")

    step_back(night)

    assert weights(night) == {"2": 0.1}


def test_run_without_weights_has_nothing_to_step_back_from() -> None:
    night = running()
    alias, moves = night.functions.alias(MODEL), ledger_of(night)

    step_back(night)

    assert (night.functions.alias(MODEL), ledger_of(night)) == (alias, moves)


def test_alias_that_is_gone_is_nothing_to_step_back_from() -> None:
    night = running()
    night.functions.delete_alias(MODEL)

    step_back(night)

    assert night.functions.alias(MODEL) is None


def test_whoever_moves_the_alias_meanwhile_is_no_trouble() -> None:
    night = running()
    shift_traffic(night, run=RUN)
    raced = with_functions(night.edges, "update_alias", before=lambda: promote(night.edges, run="rival"))

    fencing.stop(raced, model=MODEL, run=RUN, why="no more", finishing=False)

    assert weights(night) == {}
    assert ledger_of(night)[-1][1] == "rival"


def test_weights_are_taken_off_exactly_the_alias_that_was_seen() -> None:
    night = running()
    shift_traffic(night, run=RUN)
    seen = night.functions.alias(MODEL)
    assert seen is not None
    promote(night.edges, run="rival")

    with pytest.raises(AliasMoved):
        fencing.take_weights_off(night.edges, seen, model=MODEL, run=RUN, step=99, kind="restored", why="no more")

    assert revision(night.edges) != seen.revision_id


@pytest.mark.parametrize("decide", [decided, decided_to_shift])
def test_what_an_earlier_try_was_about_to_do_comes_too_late(decide: Callable[..., Move]) -> None:
    night = outside()
    promote(night.edges, run="run-1")
    zombie = decide(night, run=RUN)

    step_back(night)

    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, zombie)
    assert [entry.kind for entry in Ledger(night.edges, MODEL).entries()] == ["promoted", "restored"]


def test_try_that_has_not_decided_yet_may_not_any_more() -> None:
    night = running()

    step_back(night)

    late = swap(night.edges, register(night.edges, run=RUN), run=RUN, expected=revision(night.edges))
    assert not commitment.commit(night.edges, late, what=commitment.SWAP, judging=1)


def test_swap_of_a_try_that_was_quicker_and_died_is_what_the_outcome_tells() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    zombie = decided(night, run=RUN)
    dying = with_store(night.edges, "put_if_absent", before=raising(StoreUnavailable("no answer")))

    def swap_and_die() -> None:
        with pytest.raises(StoreUnavailable):
            promotion.move_alias(dying, zombie)

    raced = with_functions(night.edges, "update_alias", before=swap_and_die)
    fencing.stop(raced, model=MODEL, run=RUN, why="pinned", finishing=False)
    wanted = RunOutcome(run=RUN, model=MODEL, outcome=SUPERSEDED, reason="pinned", error=None)

    assert outcomes.record(night.edges, wanted).outcome == PROMOTED
    assert [entry.repaired for entry in Ledger(night.edges, MODEL).entries()] == [False, True]


def test_alias_that_others_keep_moving_is_fenced_at_the_next_try() -> None:
    night = running()
    shift_traffic(night, run=RUN)
    edges = night.edges
    for _ in range(fencing.TRIES):
        edges = with_functions(edges, "update_alias", before=raising(AliasMoved("again")))

    with pytest.raises(FunctionUnavailable, match="moved 3 times"):
        fencing.stop(edges, model=MODEL, run=RUN, why="no more", finishing=False)
    fencing.stop(edges, model=MODEL, run=RUN, why="no more", finishing=False)

    assert weights(night) == {}


def test_first_promotion_that_an_earlier_try_is_about_to_make_is_made_for_nothing_can_stop_it() -> None:
    night = outside()
    zombie = decided(night, run=RUN)

    step_back(night)

    wanted = RunOutcome(run=RUN, model=MODEL, outcome=SUPERSEDED, reason="no more", error=None)
    assert outcomes.record(night.edges, wanted).outcome == PROMOTED
    promotion.move_alias(night.edges, zombie)
    assert ledger_of(night) == [(1, RUN, None, "1", False)]


def test_first_promotion_that_lost_its_race_leaves_the_alias_to_the_winner() -> None:
    night = outside()
    decided(night, run=RUN)
    promote(night.edges, run="rival")
    before = night.functions.alias(MODEL)

    step_back(night)

    assert night.functions.alias(MODEL) == before
