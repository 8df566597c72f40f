from __future__ import annotations

import pytest

from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, StoreUnavailable
from chalicelib.promotion import commitment
from chalicelib.promotion.commitment import SHIFT, SWAP, Decided
from chalicelib.promotion.promotion import Move
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL, content

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
SHIFTED = MOVE.but(step=1, kind="shifted", function_version="1", weights={"2": 0.1}, candidate=2)
NOTHING = Decided(shifts=(), swaps=())
DECISIONS = [(what, judging) for what in (SHIFT, SWAP) for judging in commitment.JUDGINGS]


def commit(edges: Edges, move: Move = MOVE, *, what: str = SWAP, judging: int = 1) -> bool:
    return commitment.commit(edges, move, what=what, judging=judging)


def test_run_that_committed_first_swaps_and_whoever_gives_it_up_learns_the_move(night: FakeOutside) -> None:
    assert commit(night.edges)
    assert commitment.give_up(night.edges, run="run-1") == Decided(shifts=(), swaps=(MOVE,))


def test_shift_is_learned_with_its_shares(night: FakeOutside) -> None:
    assert commit(night.edges, SHIFTED, what=SHIFT)
    assert commitment.give_up(night.edges, run="run-1") == Decided(shifts=(SHIFTED,), swaps=())


def test_moves_of_both_judgings_are_learned_in_their_order(night: FakeOutside) -> None:
    again = MOVE.but(step=51, expected="revision-2")
    commit(night.edges, again, judging=2)
    commit(night.edges)

    assert commitment.give_up(night.edges, run="run-1").swaps == (MOVE, again)
    assert commitment.swaps(night.edges, run="run-1") == [MOVE, again]


@pytest.mark.parametrize(("what", "judging"), DECISIONS)
def test_run_that_was_given_up_first_may_not_move(night: FakeOutside, what: str, judging: int) -> None:
    assert commitment.give_up(night.edges, run="run-1") == NOTHING
    assert not commit(night.edges, what=what, judging=judging)


@pytest.mark.parametrize(("what", "judging"), DECISIONS)
def test_one_decision_says_nothing_of_the_others(night: FakeOutside, what: str, judging: int) -> None:
    commit(night.edges, what=what, judging=judging)

    commitment.give_up(night.edges, run="run-1")

    allowed = [other for other in DECISIONS if commit(night.edges, what=other[0], judging=other[1])]
    assert allowed == [(what, judging)]


def test_deciding_again_changes_nothing(night: FakeOutside) -> None:
    assert commit(night.edges)
    assert commit(night.edges)
    assert commitment.give_up(night.edges, run="run-2") == NOTHING
    assert commitment.give_up(night.edges, run="run-2") == NOTHING


def test_later_share_is_covered_by_the_decision_for_the_first(night: FakeOutside) -> None:
    commit(night.edges, SHIFTED, what=SHIFT)

    assert commit(night.edges, SHIFTED.but(step=2, weights={"2": 0.5}), what=SHIFT)
    assert commitment.give_up(night.edges, run="run-1").shifts == (SHIFTED,)


def test_decision_that_is_lost_before_it_is_read_lets_nobody_move(night: FakeOutside) -> None:
    key = "runs/run-1/decision_swap_1.json"
    edges = with_store(night.edges, "put_if_absent", after=lambda: night.store.delete(key))

    with pytest.raises(RegistryIncomplete, match=f"{key} is damaged: its 0 bytes"):
        commit(edges)


def test_decisions_of_an_earlier_release_are_read(night: FakeOutside) -> None:
    night.store.put("runs/run-1/decision_shift_1.json", b'{\n "move": null\n}')
    night.store.put(
        "runs/run-1/decision_swap_1.json",
        b'{\n "move": {\n  "candidate": null,\n  "expected": "revision-1",\n  "function_version": "2",\n'
        b'  "kind": "promoted",\n  "model": "kdd99-http",\n  "model_version": 2,\n  "next_entry": 1,\n'
        b'  "run": "run-1",\n  "step": 50,\n  "weights": {},\n  "who": "run-1",\n  "why": "all rules hold"\n }\n}',
    )

    decided = commitment.give_up(night.edges, run="run-1")

    assert decided == Decided(shifts=(), swaps=(MOVE.but(candidate=None, next_entry=1, weights={}),))


def test_swaps_are_looked_up_without_deciding_anything(night: FakeOutside) -> None:
    assert commitment.swaps(night.edges, run="run-1") == []
    assert content(night) == {}
    commitment.give_up(night.edges, run="run-1")
    assert commitment.swaps(night.edges, run="run-1") == []


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("lost", [False, True])
def test_giving_up_converges_wherever_it_was_interrupted(night: FakeOutside, nth: int, lost: bool) -> None:
    commit(night.edges)
    away = raising(StoreUnavailable("no answer"))
    edges = with_store(night.edges, "put_if_absent", nth=nth, **{"after" if lost else "before": away})
    with pytest.raises(StoreUnavailable):
        commitment.give_up(edges, run="run-1")

    assert commitment.give_up(edges, run="run-1") == Decided(shifts=(), swaps=(MOVE,))
    assert not commit(night.edges, SHIFTED, what=SHIFT)
