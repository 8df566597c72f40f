"""A request that comes again, late or after a death, ends as if it had come once."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.errors import FunctionUnavailable, RegistryIncomplete
from chalicelib.interventions import carrying_out
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.interference import Killed, raising, with_functions, with_store
from tests.given.moves import after_nights, ask, request, serving
from tests.given.nights import MODEL, revision
from tests.given.present import present
from tests.unit.chalicelib.interventions.arranged import CASES, pinned_stage

WRITING = ("put", "put_if_absent", "put_if_match", "delete", "delete_if_match")


def state(night: FakeOutside) -> dict[str, Any]:
    """What counts of a stage: what serves, what is in quarantine, what is pinned, and how the alias came there."""
    pinned = Pin(night.edges, MODEL).find()
    return {
        "serving": serving(night),
        "quarantined": sorted(Quarantine(night.edges, MODEL).model_versions()),
        "pinned": pinned and pinned.model_version,
        "moves": [(each.kind, each.run, each.why) for each in Ledger(night.edges, MODEL).entries()],
        "told": {(each.kind, each.detail["run"]) for each in night.notices.sent},  # at least once
    }


def interrupted(night: FakeOutside, operation: str, nth: int, *, late: bool) -> Edges:
    """The worker dies at the nth such call: before its effect, or right after."""
    happening = {"after": raising(Killed())} if late else {"before": raising(Killed())}
    if operation in WRITING:
        return with_store(night.edges, operation, nth=nth, **happening)
    return with_functions(night.edges, operation, nth=nth, **happening)


@pytest.fixture
def night() -> FakeOutside:
    return after_nights(2)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("operation", [*WRITING, "update_alias"])
@pytest.mark.parametrize("case", CASES)
def test_request_that_is_repeated_after_a_death_anywhere_ends_as_if_nothing_had_happened(
    case: str, operation: str, late: bool
) -> None:
    arrange, changes = CASES[case]
    undisturbed = arrange()
    carrying_out.carry_out(undisturbed.edges, request(**changes))

    for nth in range(1, 6):
        night = arrange()
        try:
            carrying_out.carry_out(interrupted(night, operation, nth, late=late), request(**changes))
        except Killed:
            carrying_out.carry_out(night.edges, request(**changes))
        assert state(night) == state(undisturbed)


@pytest.mark.parametrize("case", CASES)
def test_repeated_request_is_answered_as_the_first_was_and_moves_nothing(case: str) -> None:
    arrange, changes = CASES[case]
    night = arrange()
    first = carrying_out.carry_out(night.edges, request(**changes))
    before = len(night.history.effects)

    again = carrying_out.carry_out(night.edges, request(**changes))

    assert again == first
    assert len(night.history.effects) == before


OF_AN_EARLIER_RELEASE = b"""{
 "answer": null,
 "asked": {
  "action": "rollback",
  "lift_quarantine": false,
  "model": "kdd99-http",
  "model_version": null,
  "reason": "customers complain"
 },
 "decided": {
  "lifted": null,
  "move": {
   "candidate": null,
   "expected": "REVISION",
   "function_version": "1",
   "kind": "rolled_back",
   "model": "kdd99-http",
   "model_version": 1,
   "next_entry": 3,
   "run": "rollback-0011223344556677",
   "step": 50,
   "weights": {},
   "who": "ada",
   "why": "customers complain"
  },
  "origin": 2,
  "origin_function_version": "2",
  "pinned": null,
  "remarks": [],
  "rolled_back": {
   "2": "data-2"
  }
 }
}"""
"""What that had decided before it was killed."""


def test_request_that_an_earlier_release_decided_is_carried_out_as_it_was_decided() -> None:
    night, undisturbed = after_nights(2), after_nights(2)
    decided = OF_AN_EARLIER_RELEASE.replace(b"REVISION", present(revision(night.edges)).encode())
    night.store.put("moves/rollback-0011223344556677.json", decided)

    assert ask(night.edges, "rollback") == ask(undisturbed.edges, "rollback")
    assert state(night) == state(undisturbed)


def test_request_that_comes_again_days_later_does_not_undo_what_was_done_since(night: FakeOutside) -> None:
    first = ask(night.edges, "rollback")
    ask(night.edges, "promote", model_version=2, lift_quarantine=True)

    assert ask(night.edges, "rollback") == first
    assert serving(night) == ("2", {})
    assert Quarantine(night.edges, MODEL).model_versions() == {}


def test_request_that_found_no_alias_does_not_make_it_anew_when_it_was_deleted_since(night: FakeOutside) -> None:
    night.functions.delete_alias(MODEL)
    dying = with_functions(night.edges, "create_alias", after=raising(Killed()))
    with pytest.raises(Killed):
        ask(dying, "pin", model_version=1)
    Ledger(night.edges, MODEL).repair(night.functions.alias(MODEL))
    night.functions.delete_alias(MODEL)
    night.store.delete(layout.pin(MODEL))

    body = ask(night.edges, "pin", model_version=1)

    assert body["remarks"] == ["it took effect, and somebody has moved the alias on since"]
    assert (night.functions.alias(MODEL), Pin(night.edges, MODEL).find()) == (None, None)


def test_request_that_had_nothing_to_do_has_nothing_to_do_later_either(night: FakeOutside) -> None:
    ask(night.edges, "promote", name="late", model_version=2)
    ask(night.edges, "rollback")

    assert ask(night.edges, "promote", name="late", model_version=2)["moved"] is False
    assert serving(night) == ("1", {})


def test_request_that_is_finished_late_does_not_quarantine_what_is_live_again(night: FakeOutside) -> None:
    with pytest.raises(Killed):
        ask(with_functions(night.edges, "update_alias", after=raising(Killed())), "rollback")
    ask(night.edges, "promote", model_version=2, lift_quarantine=True)

    body = ask(night.edges, "rollback")

    assert body["remarks"] == ["it took effect, and somebody has moved the alias on since"]
    assert serving(night) == ("2", {})
    assert Quarantine(night.edges, MODEL).model_versions() == {}


def test_unpinning_that_is_finished_late_leaves_another_pin() -> None:
    night = pinned_stage()
    with pytest.raises(Killed):
        ask(with_functions(night.edges, "update_alias", after=raising(Killed())), "unpin")
    ask(night.edges, "rollback", model_version=1)

    ask(night.edges, "unpin")

    assert present(Pin(night.edges, MODEL).find()).model_version == 1


def test_lost_answer_is_raised_and_the_repetition_finishes_it(night: FakeOutside) -> None:
    lost = with_functions(night.edges, "update_alias", after=raising(FunctionUnavailable("no answer")))

    with pytest.raises(FunctionUnavailable):
        ask(lost, "rollback")

    assert ask(night.edges, "rollback")["moved"] is True
    assert [each.kind for each in Ledger(night.edges, MODEL).entries()][-1] == "rolled_back"


def test_request_whose_decision_is_lost_before_it_is_read_moves_nothing(night: FakeOutside) -> None:
    before, key = revision(night.edges), layout.requested_move(request(action="rollback").name)
    edges = with_store(night.edges, "put_if_absent", after=lambda: night.store.delete(key))

    with pytest.raises(RegistryIncomplete, match=f"{key} is damaged"):
        carrying_out.carry_out(edges, request(action="rollback"))
    assert revision(night.edges) == before
