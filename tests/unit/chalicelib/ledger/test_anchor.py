from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.registry import models, registry
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.moves import after_nights, ask
from tests.given.nights import MODEL, promote, revision, swap


def anchor(night: FakeOutside) -> int | None:
    return models.anchor(night.edges, model=MODEL)


def three_nights(*, anchors: tuple[bool, bool, bool] = (False, False, False), night: FakeOutside) -> FakeOutside:
    """Three promotions; each becomes the anchor or does not."""
    for number, is_anchor in enumerate(anchors, start=1):
        promote(night.edges, run=f"run-{number}", fingerprint=f"data-{number}", is_anchor=is_anchor)
    return night


def test_model_that_was_never_live_has_no_anchor(night: FakeOutside) -> None:
    assert anchor(night) is None


def test_first_promoted_version_is_the_anchor_where_no_entry_names_one(night: FakeOutside) -> None:
    assert anchor(three_nights(night=night)) == 1


@pytest.mark.parametrize(("anchors", "found"), [((True, False, False), 1), ((True, True, False), 2)])
def test_anchor_is_what_the_latest_entry_says_that_says_anything(
    anchors: tuple[bool, bool, bool], found: int, night: FakeOutside
) -> None:
    assert anchor(three_nights(anchors=anchors, night=night)) == found


def test_pinned_version_is_the_anchor_and_stays_it_when_it_is_unpinned(night: FakeOutside) -> None:
    three_nights(night=night)

    ask(night.edges, "pin")

    last = Ledger(night.edges, MODEL).last()
    assert last is not None and (last.kind, last.anchor) == (promotion.PINNED, 3)
    ask(night.edges, "unpin")
    assert anchor(night) == 3


def test_quarantined_anchor_gives_way_to_the_one_before_it_until_the_quarantine_is_lifted() -> None:
    night = after_nights(3)
    quarantine = Quarantine(night.edges, MODEL)

    ask(night.edges, "rollback")

    assert quarantine.holds("data-3")
    assert anchor(night) == 2
    quarantine.lift("data-3")
    assert anchor(night) == 3


def test_version_before_is_the_anchor_although_the_document_of_the_quarantine_is_damaged() -> None:
    night = after_nights(2)
    Quarantine(night.edges, MODEL).put("data-2", model_version=2, who="ada", why="ill")
    night.store.put(layout.quarantined(MODEL, "data-2"), b"{")

    assert anchor(night) == 1


def test_version_whose_manifest_is_damaged_stays_the_anchor() -> None:
    night = after_nights(2)
    night.store.put(layout.version(MODEL, 2, registry.MANIFEST), b"{")

    assert anchor(night) == 2


def test_damaged_entry_is_passed_over() -> None:
    night = after_nights(3)
    night.store.uncover(layout.ledger_entry(MODEL, 3), b"{")

    assert anchor(night) == 2


def test_entry_that_had_to_be_repaired_leaves_the_anchor_as_it_was() -> None:
    night = after_nights(2)
    third = promote(night.edges, run="run-3", fingerprint="data-3")
    move = swap(
        night.edges,
        third,
        run="run-4",
        expected=revision(night.edges),
        function_version="1",
        model_version=1,
        anchor=1,
    )
    promotion.move_alias(night.edges, move)
    night.store.uncover(layout.ledger_entry(MODEL, 4), None)

    Ledger(night.edges, MODEL).repair(night.functions.alias(MODEL))

    last = Ledger(night.edges, MODEL).last()
    assert last is not None and (last.entry, last.repaired, last.anchor) == (4, True, None)
    assert anchor(night) == 3
