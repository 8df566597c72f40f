from __future__ import annotations

from chalicelib import commitment
from chalicelib.promotion import Move
from tests.unit.chalicelib.nights import MODEL, outside

MOVE = Move(
    model=MODEL,
    run="run-1",
    step=50,
    kind="promoted",
    function_version="2",
    model_version=2,
    expected="revision-1",
    who="run-1",
    why="all rules hold",
)


def test_run_that_committed_first_swaps_and_whoever_gives_it_up_learns_the_move() -> None:
    night = outside()

    assert commitment.commit(night.edges, MOVE)
    assert commitment.give_up(night.edges, run="run-1") == MOVE


def test_run_that_was_given_up_first_may_not_swap() -> None:
    night = outside()

    assert commitment.give_up(night.edges, run="run-1") is None
    assert not commitment.commit(night.edges, MOVE)


def test_deciding_again_changes_nothing() -> None:
    night = outside()

    assert commitment.commit(night.edges, MOVE)
    assert commitment.commit(night.edges, MOVE)
    assert commitment.give_up(night.edges, run="run-2") is None
    assert commitment.give_up(night.edges, run="run-2") is None
