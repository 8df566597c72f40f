"""Rejections lie beside the moves: the first one of a version stands, and a damaged one is told."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.errors import RegistryIncomplete
from chalicelib.ledger.rejections import Rejection, Rejections
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, outside


def rejection(number: int, *, at: str = "03", who: str = "ada") -> Rejection:
    moment = f"2026-11-21T{at}:00:00.000Z"
    return Rejection(model=MODEL, model_version=number, run="run-1", by="hand", who=who, why="old", at=moment)


@pytest.fixture
def night() -> FakeOutside:
    return outside()


def test_first_rejection_of_a_version_stands(night: FakeOutside) -> None:
    rejections = Rejections(night.edges, MODEL)
    for who in ("ada", "bob"):
        rejections.put(rejection(2, who=who))

    assert rejections.find(2) == rejection(2)
    assert rejections.find(3) is None
    assert (rejections.holds(2), rejections.holds(3)) == (True, False)


def test_rejections_are_listed_by_their_time(night: FakeOutside) -> None:
    rejections, told = Rejections(night.edges, MODEL), list[str]()
    for each in (rejection(2, at="04"), rejection(3, at="05"), rejection(4, at="03")):
        rejections.put(each)
    night.store.put(f"{layout.rejections(MODEL)}notes.txt", b"")

    assert [each.model_version for each in rejections.newest_first(told=told)] == [3, 2, 4]
    assert told == []


def test_damaged_rejection_is_told_and_counts_as_done(night: FakeOutside) -> None:
    rejections, told = Rejections(night.edges, MODEL), list[str]()
    rejections.put(rejection(2))
    night.store.put(layout.rejection(MODEL, 3), b"{")

    assert [each.model_version for each in rejections.newest_first(told=told)] == [2]
    assert len(told) == 1
    assert rejections.holds(3)
    with pytest.raises(RegistryIncomplete):
        rejections.find(3)
