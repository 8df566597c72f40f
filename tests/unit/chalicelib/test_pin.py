from __future__ import annotations

from typing import Any

import pytest

from chalicelib import layout, pin
from chalicelib.edges import Edges
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_store
from tests.given.nights import MODEL, outside


def put(night: FakeOutside, **changes: Any) -> dict[str, Any]:
    """Pin something, in place of what was pinned, and return the pin as it stands."""
    night.store.delete(layout.pin(MODEL))
    wanted: dict[str, Any] = {"model_version": 3, "who": "ada", "why": "the audit", **changes}
    pin.claim(night.edges, model=MODEL, **wanted)
    return pin.find(night.edges, model=MODEL) or {}


def test_nothing_is_pinned_at_first() -> None:
    assert pin.find(outside().edges, model=MODEL) is None


def test_pin_is_found_with_who_why_and_when() -> None:
    night = outside()

    pin.claim(night.edges, model=MODEL, model_version=3, who="ada", why="the audit")

    found = pin.find(night.edges, model=MODEL) or {}
    assert found == {"model_version": 3, "who": "ada", "why": "the audit", "at": "2026-11-21T03:00:00.000Z"}
    assert pin.in_words(found) == "version 3 is pinned by ada: the audit"


def test_pin_of_one_model_is_no_other_models() -> None:
    night = outside(MODEL, "other")
    put(night)

    assert pin.find(night.edges, model="other") is None


def test_removed_pin_is_gone_and_removing_it_again_is_harmless() -> None:
    night = outside()
    pinned = put(night)

    for _ in range(2):
        pin.remove(night.edges, model=MODEL, pinned=pinned)

    assert pin.find(night.edges, model=MODEL) is None


def test_pin_that_was_put_again_by_a_repeated_request_is_the_same_pin() -> None:
    night = outside()
    pinned = put(night)
    night.clock.sleep(60)
    put(night)

    pin.remove(night.edges, model=MODEL, pinned=pinned)

    assert pin.find(night.edges, model=MODEL) is None


@pytest.mark.parametrize("other", [{"model_version": 4}, {"who": "bob"}, {"why": "the fair"}])
def test_other_pin_than_the_one_that_is_to_go_stays(other: dict[str, Any]) -> None:
    night = outside()
    pinned = put(night)
    stands = put(night, **other)

    pin.remove(night.edges, model=MODEL, pinned=pinned)

    assert pin.find(night.edges, model=MODEL) == stands


def test_pin_that_changes_in_the_very_moment_of_its_removal_stays() -> None:
    night = outside()
    pinned = put(night)
    raced = with_store(night.edges, "delete_if_match", before=lambda: put(night, model_version=4))

    pin.remove(raced, model=MODEL, pinned=pinned)

    assert (pin.find(night.edges, model=MODEL) or {})["model_version"] == 4


def test_pin_follows_to_the_version_that_an_operator_made_live() -> None:
    night = outside()
    put(night)

    pin.follow(night.edges, model=MODEL, model_version=2, who="bob", why="rolled back: ill")

    found = pin.find(night.edges, model=MODEL) or {}
    assert (found["model_version"], found["who"], found["why"]) == (2, "bob", "rolled back: ill")


def test_pin_that_is_not_there_does_not_follow() -> None:
    night = outside()

    pin.follow(night.edges, model=MODEL, model_version=2, who="bob", why="rolled back: ill")

    assert pin.find(night.edges, model=MODEL) is None


def test_pin_that_is_removed_in_the_very_moment_does_not_come_back() -> None:
    night = outside()
    pinned = put(night)
    raced = with_store(
        night.edges, "put_if_match", before=lambda: pin.remove(night.edges, model=MODEL, pinned=pinned)
    )

    pin.follow(raced, model=MODEL, model_version=2, who="bob", why="rolled back: ill")

    assert pin.find(night.edges, model=MODEL) is None


def claim(edges: Edges, *, model_version: int = 3, who: str = "ada") -> bool:
    return pin.claim(edges, model=MODEL, model_version=model_version, who=who, why="the audit")


def test_what_is_not_pinned_can_be_claimed_again_and_again() -> None:
    night = outside()

    assert [claim(night.edges), claim(night.edges)] == [True, True]
    assert (pin.find(night.edges, model=MODEL) or {})["model_version"] == 3


def test_claim_leaves_a_pin_as_it_is_and_says_whether_it_is_of_the_same_version() -> None:
    night = outside()
    stands = put(night)

    assert (claim(night.edges, who="bob"), claim(night.edges, model_version=4)) == (True, False)
    assert pin.find(night.edges, model=MODEL) == stands


def test_of_two_claims_at_once_one_wins() -> None:
    night = outside()
    raced = with_store(night.edges, "put_if_absent", before=lambda: claim(night.edges, model_version=4))

    assert claim(raced) is False
    assert (pin.find(night.edges, model=MODEL) or {})["model_version"] == 4


def test_claim_whose_pin_is_removed_at_once_has_failed() -> None:
    night = outside()
    raced = with_store(night.edges, "put_if_absent", after=lambda: night.store.delete(layout.pin(MODEL)))

    assert claim(raced) is False
