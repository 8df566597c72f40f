"""Moves of a canary: shares of the traffic go to a candidate, step by step, and come back."""

from __future__ import annotations

import pytest

from chalicelib.edges.serving_functions import Alias, AliasMoved
from chalicelib.errors import FunctionUnavailable, StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.promotion.promotion import Move
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_functions, with_store
from tests.given.nights import (
    MODEL,
    Registered,
    content,
    ledger_of,
    outside,
    promote,
    register,
    revision,
    shift,
    swap,
)
from tests.given.present import present

RUN = "run-2"


def canary() -> tuple[FakeOutside, Registered]:
    """One version is live, and RUN's is ready."""
    night = outside()
    promote(night.edges, run="run-1")
    return night, register(night.edges, run=RUN)


def alias_of(night: FakeOutside) -> Alias:
    alias = night.functions.alias(MODEL)
    assert alias is not None
    return alias


def next_share(night: FakeOutside, first: Move) -> Move:
    return first.but(step=2, weights={"2": 0.5}, expected=revision(night.edges))


def test_move_returns_the_alias_as_it_left_it() -> None:
    night, candidate = canary()

    left = promotion.move_alias(night.edges, shift(night.edges, candidate, run=RUN))

    assert left == alias_of(night)
    assert (left.function_version, dict(left.weights)) == ("1", {"2": 0.1})


def test_repeated_move_returns_the_same_alias() -> None:
    night, candidate = canary()
    move = shift(night.edges, candidate, run=RUN)

    assert promotion.move_alias(night.edges, move) == promotion.move_alias(night.edges, move)


def test_move_that_others_have_moved_on_from_returns_none() -> None:
    night, candidate = canary()
    move = shift(night.edges, candidate, run=RUN)
    promotion.move_alias(night.edges, move)
    promote(night.edges, run="rival")

    assert promotion.move_alias(night.edges, move) is None


def test_first_promotion_returns_the_alias_that_it_created(night: FakeOutside) -> None:
    first = register(night.edges, run="run-1")

    assert promotion.move_alias(night.edges, swap(night.edges, first, run="run-1")) == alias_of(night)


def test_shift_names_the_candidate_in_stamp_and_ledger() -> None:
    night, candidate = canary()

    promotion.move_alias(night.edges, shift(night.edges, candidate, run=RUN))

    assert alias_of(night).description == ("run=run-2 step=1 shifted from=1 to=1 model_version=1 candidate=2 entry=2")
    entry = present(Ledger(night.edges, MODEL).last())
    assert (entry.model_version, entry.candidate_model_version, entry.weights) == (1, 2, {"2": 0.1})


def test_weights_are_set_raised_and_taken_off_step_by_step() -> None:
    night, candidate = canary()
    first = shift(night.edges, candidate, run=RUN)

    promotion.move_alias(night.edges, first)
    promotion.move_alias(night.edges, next_share(night, first))
    shared = alias_of(night)
    promotion.move_alias(night.edges, swap(night.edges, candidate, run=RUN, expected=revision(night.edges)))

    assert (shared.function_version, dict(shared.weights)) == ("1", {"2": 0.5})
    assert (alias_of(night).function_version, dict(alias_of(night).weights)) == ("2", {})
    assert [entry.weights for entry in Ledger(night.edges, MODEL).entries()] == [
        {},
        {"2": 0.1},
        {"2": 0.5},
        {},
    ]


def test_share_is_shifted_from_exactly_the_share_before() -> None:
    night, candidate = canary()
    first = shift(night.edges, candidate, run=RUN)
    promotion.move_alias(night.edges, first)
    second = next_share(night, first)
    by_an_operator = swap(
        night.edges, Registered(1, "1"), run="rollback-1", kind="rolled_back", expected=revision(night.edges)
    )
    promotion.move_alias(night.edges, by_an_operator)

    with pytest.raises(AliasMoved, match="run rollback-1 moved the alias"):
        promotion.move_alias(night.edges, second)

    assert dict(alias_of(night).weights) == {}


def test_lost_answer_of_a_shift_is_told_from_a_lost_race() -> None:
    night, candidate = canary()
    lossy = with_functions(night.edges, "update_alias", after=raising(FunctionUnavailable("no answer")))
    move = shift(night.edges, candidate, run=RUN)
    with pytest.raises(FunctionUnavailable):
        promotion.move_alias(lossy, move)

    left = promotion.move_alias(lossy, move)

    assert left == alias_of(night)
    assert ledger_of(night)[-1] == (2, RUN, "1", "1", False)


def test_shift_whose_author_died_before_its_entry_is_written_by_the_next_mover_with_its_shares() -> None:
    night, candidate = canary()
    dying = with_store(night.edges, "put_if_absent", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        promotion.move_alias(dying, shift(night.edges, candidate, run=RUN))

    promotion.move_alias(night.edges, swap(night.edges, candidate, run=RUN, expected=revision(night.edges)))

    repaired = Ledger(night.edges, MODEL).entries()[1]
    assert (repaired.kind, repaired.weights, repaired.repaired) == ("shifted", {"2": 0.1}, True)


def test_move_onto_the_same_version_gives_a_new_revision() -> None:
    night, _ = canary()
    before = alias_of(night)
    pinned = swap(night.edges, Registered(1, "1"), run="pin-1", kind="pinned", expected=before.revision_id)

    promotion.move_alias(night.edges, pinned)

    assert alias_of(night).function_version == before.function_version
    assert alias_of(night).revision_id != before.revision_id


def test_weights_that_other_hands_changed_under_our_stamp_are_not_ours() -> None:
    night, candidate = canary()
    move = shift(night.edges, candidate, run=RUN)
    promotion.move_alias(night.edges, move)
    ours = alias_of(night)
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights={"2": 0.9},
        description=ours.description,
        revision_id=ours.revision_id,
    )
    before = content(night)

    assert promotion.move_alias(night.edges, move) is None
    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, move.but(step=2, weights={"2": 0.5}, expected=ours.revision_id))

    assert content(night) == before
    assert dict(alias_of(night).weights) == {"2": 0.9}


def test_steps_of_a_run_never_meet() -> None:
    shifts = [
        promotion.shift_step(number, judging=judging)
        for judging in (1, 2)
        for number in range(1, promotion.SHIFTS_MAX + 1)
    ]
    others = [promotion.BEFORE, promotion.ROLL_BACK, promotion.AFTER]
    swaps = [promotion.swap_step(judging=judging) for judging in (1, 2)]

    assert len({*shifts, *swaps, *others}) == len(shifts) + len(swaps) + len(others)
