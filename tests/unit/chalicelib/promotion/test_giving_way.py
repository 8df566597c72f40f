"""A run gives way: to a pin, a quarantine, another holder of the lease, or the health of its own candidate."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.contracts.decisions import PROMOTED, SUPERSEDED
from chalicelib.contracts.runs import RunOutcome
from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import FunctionUnavailable, StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import commitment, fencing, promotion
from chalicelib.promotion.promotion import Move
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.given.broken_runs import decided, decided_to_shift, shift_traffic, weights
from tests.given.interference import raising, with_functions, with_store
from tests.given.moves import after_nights
from tests.given.nights import MODEL, content, ledger_of, promote, register, revision, swap
from tests.given.present import present

RUN = "run-2"


def step_back(night: FakeOutside, *, kind: str = promotion.RESTORED) -> None:
    fencing.stop(night.edges, model=MODEL, run=RUN, why="no more", finishing=False, kind=kind)


@pytest.mark.parametrize(
    ("kind", "step"), [(promotion.RESTORED, promotion.AFTER), (promotion.ROLLED_BACK, promotion.ROLL_BACK)]
)
def test_run_steps_back_with_its_reason(kind: str, step: int) -> None:
    night = after_nights(1)
    shift_traffic(night, run=RUN)

    step_back(night, kind=kind)

    assert weights(night) == {}
    entry = present(Ledger(night.edges, MODEL).last())
    assert (entry.kind, entry.step, entry.model_version, entry.why) == (kind, step, 1, "no more")


def test_stepping_back_again_changes_nothing() -> None:
    night = after_nights(1)
    shift_traffic(night, run=RUN)
    step_back(night)
    before = content(night), night.functions.alias(MODEL)

    step_back(night)

    assert (content(night), night.functions.alias(MODEL)) == before


def test_step_back_whose_author_died_before_its_entry_is_repaired_when_it_is_repeated() -> None:
    night = after_nights(1)
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
    night = after_nights(1)
    shift_traffic(night, run="another")

    step_back(night)

    assert weights(night) == {"2": 0.1}


def test_run_without_weights_has_nothing_to_step_back_from() -> None:
    night = after_nights(1)
    alias, moves = night.functions.alias(MODEL), ledger_of(night)

    step_back(night)

    assert (night.functions.alias(MODEL), ledger_of(night)) == (alias, moves)


def test_alias_that_is_gone_is_nothing_to_step_back_from() -> None:
    night = after_nights(1)
    night.functions.delete_alias(MODEL)

    step_back(night)

    assert night.functions.alias(MODEL) is None


def test_whoever_moves_the_alias_meanwhile_is_no_trouble() -> None:
    night = after_nights(1)
    shift_traffic(night, run=RUN)
    raced = with_functions(night.edges, "update_alias", before=lambda: promote(night.edges, run="rival"))

    fencing.stop(raced, model=MODEL, run=RUN, why="no more", finishing=False)

    assert weights(night) == {}
    assert ledger_of(night)[-1][1] == "rival"


def test_weights_are_taken_off_exactly_the_alias_that_was_seen() -> None:
    night = after_nights(1)
    shift_traffic(night, run=RUN)
    seen = night.functions.alias(MODEL)
    assert seen is not None
    promote(night.edges, run="rival")

    with pytest.raises(AliasMoved):
        fencing.take_weights_off(night.edges, seen, model=MODEL, run=RUN, step=99, kind="restored", why="no more")

    assert revision(night.edges) != seen.revision_id


@pytest.mark.parametrize("decide", [decided, decided_to_shift])
def test_what_an_earlier_try_was_about_to_do_comes_too_late(night: FakeOutside, decide: Callable[..., Move]) -> None:
    promote(night.edges, run="run-1")
    zombie = decide(night, run=RUN)

    step_back(night)

    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, zombie)
    assert [entry.kind for entry in Ledger(night.edges, MODEL).entries()] == ["promoted", "restored"]


def test_try_that_has_not_decided_yet_may_not_any_more() -> None:
    night = after_nights(1)

    step_back(night)

    late = swap(night.edges, register(night.edges, run=RUN), run=RUN, expected=revision(night.edges))
    assert not commitment.commit(night.edges, late, what=commitment.SWAP, judging=1)


def test_swap_of_a_try_that_was_quicker_and_died_is_what_the_outcome_tells(night: FakeOutside) -> None:
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
    night = after_nights(1)
    shift_traffic(night, run=RUN)
    edges = night.edges
    for _ in range(fencing.TRIES):
        edges = with_functions(edges, "update_alias", before=raising(AliasMoved("again")))

    with pytest.raises(FunctionUnavailable, match="moved 3 times"):
        fencing.stop(edges, model=MODEL, run=RUN, why="no more", finishing=False)
    fencing.stop(edges, model=MODEL, run=RUN, why="no more", finishing=False)

    assert weights(night) == {}


def test_first_promotion_that_an_earlier_try_is_about_to_make_is_made_for_nothing_can_stop_it(
    night: FakeOutside,
) -> None:
    zombie = decided(night, run=RUN)

    step_back(night)

    wanted = RunOutcome(run=RUN, model=MODEL, outcome=SUPERSEDED, reason="no more", error=None)
    assert outcomes.record(night.edges, wanted).outcome == PROMOTED
    promotion.move_alias(night.edges, zombie)
    assert ledger_of(night) == [(1, RUN, None, "1", False)]


def test_first_promotion_that_lost_its_race_leaves_the_alias_to_the_winner(night: FakeOutside) -> None:
    decided(night, run=RUN)
    promote(night.edges, run="rival")
    before = night.functions.alias(MODEL)

    step_back(night)

    assert night.functions.alias(MODEL) == before
