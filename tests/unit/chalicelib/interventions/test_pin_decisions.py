"""Pin and unpin: what is decided, and who wins when several want it at once."""

from __future__ import annotations

import pytest

from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import NoLiveModel, RequestConflict, VersionUnfit
from chalicelib.registry.pin import Pin
from tests.fakes.edges import FakeOutside
from tests.given.interference import Killed, raising, with_functions, with_store
from tests.given.moves import after_nights, ask, canary, serving
from tests.given.nights import MODEL, revision
from tests.given.present import present


@pytest.mark.parametrize("action", ["promote", "pin"])
def test_pin_stands_in_the_way_of_other_versions(action: str) -> None:
    night = after_nights(2)
    ask(night.edges, "pin", name="pin-1")

    with pytest.raises(RequestConflict, match=r"version 2 is pinned by ada: .*: first nightswap unpin --model"):
        ask(night.edges, action, model_version=1)


def test_live_version_is_pinned_with_a_new_revision() -> None:
    night = after_nights(2)
    before = night.functions.alias(MODEL)

    body = ask(night.edges, "pin")

    after = night.functions.alias(MODEL)
    assert before is not None and after is not None
    assert (after.function_version, after.revision_id != before.revision_id) == ("2", True)
    assert present(Pin(night.edges, MODEL).find()).model_version == 2
    assert (body["moved"], body["pinned"]) == (True, 2)


def test_another_version_is_pinned_and_made_live() -> None:
    night = after_nights(3)

    ask(night.edges, "pin", model_version=1)

    assert serving(night) == ("1", {})
    assert present(Pin(night.edges, MODEL).find()).model_version == 1


def test_quarantined_version_is_not_pinned() -> None:
    night = after_nights(2)
    ask(night.edges, "rollback")

    with pytest.raises(VersionUnfit):
        ask(night.edges, "pin", model_version=2)

    assert Pin(night.edges, MODEL).find() is None


def test_pinning_ends_a_canary() -> None:
    night = after_nights(1)
    canary(night.edges)

    ask(night.edges, "pin")

    assert serving(night) == ("1", {})


def test_pinning_twice_moves_once() -> None:
    night = after_nights(1)

    moved = [ask(night.edges, "pin", name=name)["moved"] for name in ("pin-1", "pin-2")]

    assert moved == [True, False]


def test_unpinned_model_has_a_new_revision_and_no_pin() -> None:
    night = after_nights(2)
    ask(night.edges, "pin")
    before = night.functions.alias(MODEL)

    body = ask(night.edges, "unpin")

    after = night.functions.alias(MODEL)
    assert before is not None and after is not None
    assert after.revision_id != before.revision_id
    assert serving(night) == ("2", {})
    assert Pin(night.edges, MODEL).find() is None
    assert (body["moved"], body["pinned"]) == (True, None)


def test_model_that_is_not_pinned_is_not_unpinned() -> None:
    assert ask(after_nights(1).edges, "unpin")["remarks"] == ["nothing is pinned"]


def test_pin_of_a_lost_alias_waits_for_its_restoration() -> None:
    night = after_nights(1)
    ask(night.edges, "pin")
    night.functions.delete_alias(MODEL)

    with pytest.raises(NoLiveModel):
        ask(night.edges, "unpin")


def test_rollback_takes_the_pin_along() -> None:
    night = after_nights(2)
    ask(night.edges, "pin")

    body = ask(night.edges, "rollback")

    assert serving(night) == ("1", {})
    assert present(Pin(night.edges, MODEL).find()).model_version == 1
    assert body["remarks"] == [
        'the pin moved along; so that runs promote again: nightswap unpin --model kdd99-http --reason "..."'
    ]


def half_pin(night: FakeOutside) -> None:
    """A pin is put, and the function that puts it dies before it moves the alias."""
    with pytest.raises(Killed):
        ask(with_functions(night.edges, "update_alias", before=raising(Killed())), "pin", name="half")


def test_unpinning_a_half_pin_takes_a_canary_back_because_its_run_would_not_know_its_alias_again() -> None:
    night = after_nights(1)
    canary(night.edges)
    half_pin(night)

    assert ask(night.edges, "unpin")["moved"] is True
    assert serving(night) == ("1", {})
    assert Pin(night.edges, MODEL).find() is None


def test_pin_beside_a_half_pin_moves_the_alias_so_that_no_run_can_overlook_it() -> None:
    night = after_nights(1)
    half_pin(night)
    before = revision(night.edges)

    body = ask(night.edges, "pin")

    assert (body["moved"], body["pinned"]) == (True, 1)
    assert revision(night.edges) != before


def test_pin_beside_a_half_pin_stays_when_the_request_of_that_comes_again_and_is_refused() -> None:
    night = after_nights(1)
    half_pin(night)
    ask(night.edges, "pin")

    with pytest.raises(RequestConflict, match="ask again, as a new request"):
        ask(night.edges, "pin", name="half")

    assert present(Pin(night.edges, MODEL).find()).model_version == 1


def test_pin_that_another_operator_puts_between_decision_and_pin_is_left_to_him() -> None:
    night = after_nights(2)
    raced = with_store(
        night.edges, "put_if_absent", after=lambda: ask(night.edges, "pin", name="bobs", model_version=1, who="bob")
    )

    with pytest.raises(RequestConflict):
        ask(raced, "pin")

    found = present(Pin(night.edges, MODEL).find())
    assert (found.model_version, found.who) == (1, "bob")
    assert serving(night) == ("1", {})


def test_pin_is_not_taken_away_by_a_request_that_was_decided_before_it() -> None:
    night = after_nights(2)
    with pytest.raises(Killed):  # decided, and no pin put
        ask(
            with_store(night.edges, "put_if_absent", nth=2, before=raising(Killed())),
            "pin",
            name="bobs",
            model_version=1,
        )

    def bob_goes_on() -> None:
        lost = with_functions(night.edges, "update_alias", before=raising(AliasMoved("ada was quicker")))
        with pytest.raises(RequestConflict, match="pinned another version"):
            ask(lost, "pin", name="bobs", model_version=1)

    body = ask(with_functions(night.edges, "update_alias", before=bob_goes_on), "pin", name="adas")

    assert body["pinned"] == 2
    assert present(Pin(night.edges, MODEL).find()).model_version == 2
