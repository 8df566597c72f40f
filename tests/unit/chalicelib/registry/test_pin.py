from __future__ import annotations

from typing import Any

import pytest

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.registry.pin import Pin, Pinned
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_store
from tests.given.nights import MODEL, outside
from tests.given.present import present


def put(night: FakeOutside, **changes: Any) -> Pinned:
    """Pin something, in place of what was pinned, and return the pin as it stands."""
    night.store.delete(layout.pin(MODEL))
    wanted: dict[str, Any] = {"model_version": 3, "who": "ada", "why": "the audit", **changes}
    Pin(night.edges, MODEL).claim(**wanted)
    return present(Pin(night.edges, MODEL).find())


def test_nothing_is_pinned_at_first() -> None:
    assert Pin(outside().edges, MODEL).find() is None


def test_pin_is_found_with_who_why_and_when(night: FakeOutside) -> None:
    Pin(night.edges, MODEL).claim(3, who="ada", why="the audit")

    found = present(Pin(night.edges, MODEL).find())
    assert found == Pinned(model_version=3, who="ada", why="the audit", at="2026-11-21T03:00:00.000Z")
    assert found.in_words() == "version 3 is pinned by ada: the audit"


@pytest.mark.parametrize("time", [b"", b' "at": "2026-11-21T03:00:00.000Z",\n'])
def test_pin_of_an_earlier_release_is_read(night: FakeOutside, time: bytes) -> None:
    night.store.put(
        layout.pin(MODEL), b"{\n" + time + b' "model_version": 3,\n "who": "ada",\n "why": "the audit"\n}'
    )

    found = present(Pin(night.edges, MODEL).find())

    assert (found.model_version, found.who, found.why) == (3, "ada", "the audit")


def test_pin_of_one_model_is_no_other_models() -> None:
    night = outside(MODEL, "other")
    put(night)

    assert Pin(night.edges, "other").find() is None


def test_removed_pin_is_gone_and_removing_it_again_is_harmless(night: FakeOutside) -> None:
    pinned = put(night)

    for _ in range(2):
        Pin(night.edges, MODEL).remove(pinned)

    assert Pin(night.edges, MODEL).find() is None


def test_pin_that_was_put_again_by_a_repeated_request_is_the_same_pin(night: FakeOutside) -> None:
    pinned = put(night)
    night.clock.sleep(60)
    put(night)

    Pin(night.edges, MODEL).remove(pinned)

    assert Pin(night.edges, MODEL).find() is None


@pytest.mark.parametrize("other", [{"model_version": 4}, {"who": "bob"}, {"why": "the fair"}])
def test_other_pin_than_the_one_that_is_to_go_stays(night: FakeOutside, other: dict[str, Any]) -> None:
    pinned = put(night)
    stands = put(night, **other)

    Pin(night.edges, MODEL).remove(pinned)

    assert Pin(night.edges, MODEL).find() == stands


def test_pin_that_changes_in_the_very_moment_of_its_removal_stays(night: FakeOutside) -> None:
    pinned = put(night)
    raced = with_store(night.edges, "delete_if_match", before=lambda: put(night, model_version=4))

    Pin(raced, MODEL).remove(pinned)

    assert present(Pin(night.edges, MODEL).find()).model_version == 4


def test_pin_follows_to_the_version_that_an_operator_made_live(night: FakeOutside) -> None:
    put(night)

    Pin(night.edges, MODEL).follow(2, who="bob", why="rolled back: ill")

    found = present(Pin(night.edges, MODEL).find())
    assert (found.model_version, found.who, found.why) == (2, "bob", "rolled back: ill")


def test_pin_that_is_not_there_does_not_follow(night: FakeOutside) -> None:
    Pin(night.edges, MODEL).follow(2, who="bob", why="rolled back: ill")

    assert Pin(night.edges, MODEL).find() is None


def test_pin_that_is_removed_in_the_very_moment_does_not_come_back(night: FakeOutside) -> None:
    pinned = put(night)
    raced = with_store(night.edges, "put_if_match", before=lambda: Pin(night.edges, MODEL).remove(pinned))

    Pin(raced, MODEL).follow(2, who="bob", why="rolled back: ill")

    assert Pin(night.edges, MODEL).find() is None


def claim(edges: Edges, *, model_version: int = 3, who: str = "ada") -> bool:
    return Pin(edges, MODEL).claim(model_version, who=who, why="the audit")


def test_what_is_not_pinned_can_be_claimed_again_and_again(night: FakeOutside) -> None:
    assert [claim(night.edges), claim(night.edges)] == [True, True]
    assert present(Pin(night.edges, MODEL).find()).model_version == 3


def test_claim_leaves_a_pin_as_it_is_and_says_whether_it_is_of_the_same_version(night: FakeOutside) -> None:
    stands = put(night)

    assert (claim(night.edges, who="bob"), claim(night.edges, model_version=4)) == (True, False)
    assert Pin(night.edges, MODEL).find() == stands


def test_of_two_claims_at_once_one_wins(night: FakeOutside) -> None:
    raced = with_store(night.edges, "put_if_absent", before=lambda: claim(night.edges, model_version=4))

    assert claim(raced) is False
    assert present(Pin(night.edges, MODEL).find()).model_version == 4


def test_claim_whose_pin_is_removed_at_once_has_failed(night: FakeOutside) -> None:
    raced = with_store(night.edges, "put_if_absent", after=lambda: night.store.delete(layout.pin(MODEL)))

    assert claim(raced) is False
