"""A task may outlive its run: once that run is recorded as failed, what the task was about to do must not happen."""

from __future__ import annotations

import pytest

from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import commitment, promotion
from chalicelib.promotion.promotion import Move
from chalicelib.registry.live import look
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.given.broken_runs import (
    FAILURE,
    decided,
    decided_to_shift,
    outcome_of,
    shift_traffic,
    weights,
)
from tests.given.interference import raising, with_functions, with_store
from tests.given.nights import (
    MODEL,
    content,
    going,
    ledger_of,
    outside,
    promote,
    register,
    revision,
    shift,
    swap,
)

DEAD = "dead"


def after_a_promotion() -> FakeOutside:
    night = outside()
    promote(night.edges, run="earlier")
    return night


def next_share(night: FakeOutside, first: Move) -> Move:
    """The second shift of the run, as its task wishes it."""
    return first.but(step=2, weights={"2": 0.5}, expected=revision(night.edges))


def end(night: FakeOutside, how: str) -> list[str]:
    """The dead run's end is recorded, by its own Catch or by the next run."""
    if how == "after":
        return cleanup.after(night.edges, run=DEAD, model=MODEL, failure=FAILURE).repairs
    night.executions.finish(DEAD, "ABORTED", error="Stopped", cause="by ada")
    return cleanup.before(night.edges, run="next", model=MODEL).repairs


@pytest.fixture
def night() -> FakeOutside:
    return after_a_promotion()


@pytest.mark.parametrize("how", ["before", "after"])
def test_shift_that_was_decided_before_the_end_comes_too_late_after_it(night: FakeOutside, how: str) -> None:
    zombie = decided_to_shift(night, run=DEAD)

    end(night, how)

    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, zombie)
    assert weights(night) == {}
    assert outcome_of(night, DEAD)[0] == "RetrainFailed"


@pytest.mark.parametrize("how", ["before", "after"])
def test_next_share_of_a_canary_comes_too_late_after_the_end(night: FakeOutside, how: str) -> None:
    going(night, DEAD)
    zombie = next_share(night, shift_traffic(night, run=DEAD))

    repairs = end(night, how)

    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, zombie)
    assert weights(night) == {}
    assert "gave all traffic back to function version 1" in repairs


def test_run_that_was_given_up_can_not_decide_on_a_shift_and_the_alias_is_left_alone(night: FakeOutside) -> None:
    going(night, DEAD)
    late = shift(night.edges, register(night.edges, run=DEAD), run=DEAD)
    alias = night.functions.alias(MODEL)

    end(night, "after")

    assert not commitment.commit(night.edges, late, what=commitment.SHIFT, judging=1)
    assert night.functions.alias(MODEL) == alias


def test_champion_without_a_stamp_is_fenced_too(night: FakeOutside) -> None:
    night.functions.update_alias(
        MODEL, function_version="1", weights={}, description="by hand", revision_id=revision(night.edges) or ""
    )
    going(night, DEAD)
    registered = register(night.edges, run=DEAD)
    zombie = swap(
        night.edges,
        registered,
        run=DEAD,
        kind=promotion.SHIFTED,
        step=1,
        function_version="1",
        model_version=1,
        weights={registered.function_version: 0.1},
        expected=revision(night.edges),
    )
    commitment.commit(night.edges, zombie, what=commitment.SHIFT, judging=1)

    end(night, "after")

    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, zombie)
    assert look(night.edges, model=MODEL).version() == 1


@pytest.mark.parametrize("how", ["before", "after"])
def test_task_that_is_quicker_than_its_fence_is_fenced_after_its_shift(night: FakeOutside, how: str) -> None:
    zombie = decided_to_shift(night, run=DEAD)
    night.edges = with_functions(
        night.edges, "update_alias", before=lambda: promotion.move_alias(night.edges, zombie)
    )

    end(night, how)

    assert weights(night) == {}
    assert [(run, to) for _, run, _, to, _ in ledger_of(night)] == [("earlier", "1"), (DEAD, "1"), (DEAD, "1")]


def test_task_that_shifts_just_after_its_fence_looked_is_fenced_too(night: FakeOutside) -> None:
    zombie = decided_to_shift(night, run=DEAD)
    night.edges = with_store(night.edges, "list", before=lambda: promotion.move_alias(night.edges, zombie))

    end(night, "after")

    assert weights(night) == {}
    assert [(run, to) for _, run, _, to, _ in ledger_of(night)] == [("earlier", "1"), (DEAD, "1"), (DEAD, "1")]


def test_alias_that_others_moved_on_needs_no_fence(night: FakeOutside) -> None:
    zombie = decided_to_shift(night, run=DEAD)
    promote(night.edges, run="rival")
    alias = night.functions.alias(MODEL)

    assert end(night, "after") == []

    assert night.functions.alias(MODEL) == alias
    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, zombie)


def test_alias_that_is_gone_needs_no_fence(night: FakeOutside) -> None:
    decided_to_shift(night, run=DEAD)
    night.functions.delete_alias(MODEL)

    assert end(night, "after") == ["the alias of kdd99-http is gone: put back version 1, as function version 1"]
    assert outcome_of(night, DEAD)[0] == "RetrainFailed"


def test_shift_of_the_second_judging_is_fenced_too(night: FakeOutside) -> None:
    lost = decided_to_shift(night, run=DEAD)
    promote(night.edges, run="rival")
    registered = register(night.edges, run="the same version")
    step = promotion.shift_step(1, judging=2)
    zombie = shift(night.edges, registered, run=DEAD, step=step)
    commitment.commit(night.edges, zombie, what=commitment.SHIFT, judging=2)

    end(night, "after")

    for late in (lost, zombie):
        with pytest.raises(AliasMoved):
            promotion.move_alias(night.edges, late)
    assert weights(night) == {}


def test_swap_of_the_second_judging_is_finished_and_the_lost_one_is_not(night: FakeOutside) -> None:
    lost = decided(night, run=DEAD)
    promote(night.edges, run="rival")
    again = lost.but(step=promotion.swap_step(judging=2), expected=revision(night.edges))
    assert commitment.commit(night.edges, again, what=commitment.SWAP, judging=2)

    end(night, "before")

    assert outcome_of(night, DEAD)[0] == "Promoted"
    assert [(entry.run, entry.step) for entry in Ledger(night.edges, MODEL).entries()] == [
        ("earlier", 50),
        ("rival", 50),
        (DEAD, 51),
    ]


def test_swap_that_was_decided_after_the_canary_is_finished_and_takes_the_weights_off(night: FakeOutside) -> None:
    going(night, DEAD)
    first = shift_traffic(night, run=DEAD)
    wanted = first.but(step=50, kind="promoted", function_version="2", model_version=2, weights={})
    wanted = wanted.but(candidate=None, expected=revision(night.edges))
    commitment.commit(night.edges, wanted, what=commitment.SWAP, judging=1)

    assert end(night, "after") == []

    alias = night.functions.alias(MODEL)
    assert alias is not None
    assert (alias.function_version, dict(alias.weights)) == ("2", {})
    assert outcome_of(night, DEAD)[0] == "Promoted"
    assert len(ledger_of(night)) == 3


@pytest.mark.parametrize("operation", ["put_if_absent", "put", "delete", "delete_if_match"])
@pytest.mark.parametrize("nth", range(1, 9))
@pytest.mark.parametrize("lost", [False, True])
def test_end_of_a_canary_converges_wherever_it_was_interrupted(operation: str, nth: int, lost: bool) -> None:
    whole, broken = after_a_promotion(), after_a_promotion()
    for night in (whole, broken):
        going(night, DEAD)
        shift_traffic(night, run=DEAD)
    end(whole, "after")
    away = raising(StoreUnavailable("no answer"))
    edges = with_store(broken.edges, operation, nth=nth, **{"after" if lost else "before": away})

    try:
        cleanup.after(edges, run=DEAD, model=MODEL, failure=FAILURE)
    except StoreUnavailable:
        cleanup.after(edges, run=DEAD, model=MODEL, failure=FAILURE)

    assert content(broken).keys() == content(whole).keys()
    assert weights(broken) == {}
    assert outcome_of(broken, DEAD) == outcome_of(whole, DEAD)
