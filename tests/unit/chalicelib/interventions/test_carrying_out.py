"""A request of an operator is carried out, recorded and announced, or loses its race."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest, RequestConflict
from chalicelib.interventions import carrying_out, restoration
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.interference import interfered, with_functions
from tests.given.moves import after_nights, ask, request, serving
from tests.given.nights import MODEL, register, revision, swap
from tests.given.present import present
from tests.unit.chalicelib.interventions.arranged import CASES, canary_stage


@pytest.fixture
def night() -> FakeOutside:
    return after_nights(2)


def test_alias_that_came_and_went_while_a_request_looked_overtakes_it(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)

    def come_and_go() -> None:
        restoration.restore(night.edges, model=MODEL, attempt="a", who="ben")
        night.functions.delete_alias(MODEL)

    with pytest.raises(RequestConflict, match="was made and deleted since"):
        ask(with_functions(night.edges, "alias", after=come_and_go), "promote", model_version=1)

    assert night.functions.alias(MODEL) is None


@pytest.mark.parametrize("changes", [{"model_version": 1}, {"reason": "another"}, {"lift_quarantine": True}])
def test_name_of_another_request_is_a_conflict(night: FakeOutside, changes: dict[str, Any]) -> None:
    ask(night.edges, "rollback")

    with pytest.raises(RequestConflict, match="use a new Idempotency-Key"):
        ask(night.edges, "rollback", **changes)


def test_same_request_by_another_person_is_the_first_ones(night: FakeOutside) -> None:
    assert [ask(night.edges, "rollback", who=who)["who"] for who in ("ada", "bob")] == ["ada", "ada"]


def test_unknown_action_is_refused() -> None:
    with pytest.raises(BadRequest, match="action is not an action"):
        ask(after_nights(1).edges, "jump")


def rival_promotes(night: FakeOutside) -> Callable[[], object]:
    """A run's swap, which comes first."""
    rival = register(night.edges, run="rival", fingerprint="data-rival")
    move = swap(night.edges, rival, run="rival", expected=revision(night.edges))
    return lambda: promotion.move_alias(night.edges, move)


@pytest.mark.parametrize("case", ["rollback", "promote", "pin", "pin another"])
def test_lost_race_is_a_conflict_and_the_winners_move_stands(case: str) -> None:
    arrange, changes = CASES[case]
    night = arrange()
    raced = with_functions(night.edges, "update_alias", before=rival_promotes(night))

    with pytest.raises(RequestConflict, match=r"run rival moved the alias .* ask again, as a new request"):
        carrying_out.carry_out(raced, request(**changes))

    assert serving(night) == ("3", {})
    assert Pin(night.edges, MODEL).find() is None
    assert night.notices.sent == []


def test_lost_race_is_lost_for_good(night: FakeOutside) -> None:
    raced = with_functions(night.edges, "update_alias", before=rival_promotes(night))
    for edges in (raced, night.edges):
        with pytest.raises(RequestConflict):
            ask(edges, "pin")

    assert serving(night) == ("3", {})
    assert Pin(night.edges, MODEL).find() is None


def test_quarantine_stands_before_the_alias_moves(night: FakeOutside) -> None:
    seen: list[list[int]] = []

    def look() -> None:
        seen.append(sorted(Quarantine(night.edges, MODEL).model_versions()))

    ask(with_functions(night.edges, "update_alias", before=look), "rollback")

    assert seen == [[2]]


def test_move_is_recorded_with_who_and_why(night: FakeOutside) -> None:
    ask(night.edges, "rollback")

    last = present(Ledger(night.edges, MODEL).last())
    assert (last.kind, last.who, last.why) == ("rolled_back", "ada", "customers complain")
    assert (last.run, last.model_version) == ("rollback-0011223344556677", 1)


def test_answer_tells_all_that_came_of_a_request(night: FakeOutside) -> None:
    assert ask(night.edges, "rollback") == {
        "name": "rollback-0011223344556677",
        "action": "rollback",
        "model": MODEL,
        "moved": True,
        "from": {"model_version": 2, "function_version": "2"},
        "to": {"model_version": 1, "function_version": "1"},
        "quarantined": [2],
        "lifted": False,
        "pinned": None,
        "who": "ada",
        "reason": "customers complain",
        "remarks": [],
        "took_ms": 0,
    }


def test_decision_is_kept_with_its_answer(night: FakeOutside) -> None:
    body = ask(night.edges, "rollback")

    kept = documents.find(night.store, layout.requested_move("rollback-0011223344556677"))
    assert kept["answer"] == body
    assert kept["decided"]["move"]["function_version"] == "1"


@pytest.mark.parametrize(
    ("case", "kinds"),
    [("rollback", ["RolledBack"]), ("promote", ["Promoted"]), ("pin", []), ("unpin", [])],
)
def test_moves_that_change_what_is_served_are_announced(case: str, kinds: list[str]) -> None:
    arrange, changes = CASES[case]
    night = arrange()

    carrying_out.carry_out(night.edges, request(**changes))

    assert [each.kind for each in night.notices.sent] == kinds


def test_canary_that_is_taken_back_is_announced_by_its_candidate() -> None:
    night = canary_stage()

    ask(night.edges, "rollback")

    (sent,) = night.notices.sent
    assert "version 2" in sent.text


def test_answer_tells_how_long_it_took(night: FakeOutside) -> None:
    slow = interfered(night.edges.functions, "update_alias", before=lambda: night.clock.sleep(0.25))
    edges = Edges(**{**vars(night.edges), "functions": slow})

    assert ask(edges, "rollback")["took_ms"] == 250
