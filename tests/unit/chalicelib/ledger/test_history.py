from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import BadRequest, RegistryIncomplete
from chalicelib.ledger import history
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger
from chalicelib.ledger.rejections import Rejection, Rejections
from chalicelib.promotion import promotion
from tests.fakes.clock import START
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, outside, promote, register, shift
from tests.given.present import present

HOUR = 3600.0


def three_moves() -> FakeOutside:
    """03:00 version 1 is promoted, 04:00 version 2 gets a tenth, 05:00 version 3 is promoted."""
    night = outside()
    promote(night.edges, run="run-1")
    night.clock.sleep(HOUR)
    second = register(night.edges, run="run-2")
    promotion.move_alias(night.edges, shift(night.edges, second, run="run-2"))
    night.clock.sleep(HOUR)
    promote(night.edges, run="run-3")
    return night


def forget_author(night: FakeOutside, number: int, *, repaired_after: float) -> None:
    """The entry as it would be, had its author died and the next mover come so many seconds later."""
    key = layout.ledger_entry(MODEL, number)
    entry = documents.find(night.store, key)
    recorded_at = datetime.fromisoformat(entry["recorded_at"]) + timedelta(seconds=repaired_after)
    unknown = dict.fromkeys(("moved_at", "who", "why"))
    night.store.put(
        key,
        documents.encode({**entry, **unknown, "repaired": True, "recorded_at": documents.timestamp(recorded_at)}),
    )


def told(night: FakeOutside, *, limit: int) -> list[dict[str, Any]]:
    return [each.to_document() for each in history.latest(night.edges, model=MODEL, limit=limit)]


def served(night: FakeOutside, *, hours: float) -> history.WhatServed:
    """So long after the first promotion."""
    return history.what_served(night.edges, model=MODEL, at=START + timedelta(hours=hours))


def versions_of(entry: Entry | None) -> list[tuple[int | None, float]]:
    return [(each.model_version, each.share) for each in history.shares(present(entry))]


def reject(night: FakeOutside, number: int) -> None:
    at = documents.timestamp(night.clock())
    known = {"run": f"run-{number}", "by": f"reject-{number}", "who": "ada", "why": "not yet", "at": at}
    Rejections(night.edges, MODEL).put(Rejection(model=MODEL, model_version=number, **known))


def test_rejections_stand_among_the_moves_by_their_time() -> None:
    night = outside()
    reject(night, 8)
    night.clock.sleep(HOUR)
    promote(night.edges, run="run-1")
    night.clock.sleep(HOUR)
    reject(night, 2)
    night.clock.sleep(HOUR)
    promote(night.edges, run="run-2")
    night.clock.sleep(HOUR)
    reject(night, 3)

    found = told(night, limit=9)

    assert [(each["entry"], each["kind"], each["model_version"]) for each in found] == [
        (None, "rejected", 3),
        (2, "promoted", 2),
        (None, "rejected", 2),
        (1, "promoted", 1),
        (None, "rejected", 8),
    ]
    assert (found[0]["who"], found[0]["why"], found[0]["run"]) == ("ada", "not yet", "reject-3")
    assert (found[0]["serving"], found[0]["moved_at"]) == ([], None)
    assert [each["entry"] for each in told(night, limit=3)] == [None, 2, None]


def test_damaged_rejection_is_told_and_hides_no_move() -> None:
    night = three_moves()
    reject(night, 4)
    night.store.put(layout.rejection(MODEL, 4), b"{")

    first, *others = told(night, limit=9)

    assert (first["kind"], first["entry"]) == (None, None)
    assert "ledger/kdd99-http.rejected/0000000004.json is damaged" in first["damaged"]
    assert len(others) == 3


def test_first_rejection_of_a_version_stands() -> None:
    night = outside()
    reject(night, 2)
    night.clock.sleep(HOUR)
    reject(night, 2)

    assert present(Rejections(night.edges, MODEL).find(2)).at == documents.timestamp(START)


def test_moves_are_told_newest_first_with_the_version_before() -> None:
    night = three_moves()

    found = told(night, limit=10)

    assert [(each["entry"], each["from_model_version"], each["model_version"]) for each in found] == [
        (3, 1, 3),
        (2, 1, 1),
        (1, None, 1),
    ]
    assert found[1]["serving"] == [
        {"model_version": 1, "function_version": "1", "share": 0.9},
        {"model_version": 2, "function_version": "2", "share": 0.1},
    ]
    assert (found[0]["who"], found[0]["why"]) == ("run-3", "every rule passed")


@pytest.mark.parametrize(("limit", "numbers"), [(1, [3]), (2, [3, 2]), (3, [3, 2, 1])])
def test_as_many_moves_are_told_as_are_asked_for(limit: int, numbers: list[int]) -> None:
    found = told(three_moves(), limit=limit)

    assert [each["entry"] for each in found] == numbers
    assert found[0]["from_model_version"] == 1


def test_model_that_was_never_live_has_no_history() -> None:
    assert history.latest(outside().edges, model=MODEL, limit=10) == []
    assert served(outside(), hours=0) == history.WhatServed(entry=None)


def test_version_before_a_move_of_other_hands_is_not_known() -> None:
    night = three_moves()
    entry = documents.find(night.store, layout.ledger_entry(MODEL, 3))
    night.store.put(layout.ledger_entry(MODEL, 3), documents.encode({**entry, "from_function_version": "9"}))

    assert told(night, limit=1)[0]["from_model_version"] is None


@pytest.mark.parametrize(
    ("hours", "wanted"),
    [(0, [(1, 1.0)]), (0.99, [(1, 1.0)]), (1, [(1, 0.9), (2, 0.1)]), (1.5, [(1, 0.9), (2, 0.1)]), (2, [(3, 1.0)])],
)
def test_what_served_is_what_the_last_move_before_left(hours: float, wanted: list[tuple[int, float]]) -> None:
    found = served(three_moves(), hours=hours)

    assert versions_of(found.entry) == wanted
    assert found.perhaps is None


def test_nothing_served_before_the_first_promotion() -> None:
    assert served(three_moves(), hours=-0.01) == history.WhatServed(entry=None)


def test_move_whose_author_died_is_certain_only_outside_the_time_in_which_it_was_made() -> None:
    night = three_moves()
    forget_author(night, 2, repaired_after=600)

    assert versions_of(served(night, hours=1.5).entry) == [(1, 0.9), (2, 0.1)]
    in_between = served(night, hours=1)
    assert versions_of(in_between.entry) == [(1, 1.0)]
    assert versions_of(in_between.perhaps) == [(1, 0.9), (2, 0.1)]
    assert (in_between.not_before, in_between.not_after) == ("2026-11-21T03:00:00.000Z", "2026-11-21T04:10:00.000Z")
    assert served(night, hours=2).perhaps is None


def test_first_move_whose_author_died_may_have_been_made_at_any_time_before() -> None:
    night = three_moves()
    forget_author(night, 1, repaired_after=600)

    found = served(night, hours=0)

    assert (found.entry, found.not_before, found.not_after) == (None, None, "2026-11-21T03:10:00.000Z")
    assert versions_of(found.perhaps) == [(1, 1.0)]


def test_later_move_did_not_happen_before_the_one_before_it_was_recorded() -> None:
    night = three_moves()
    forget_author(night, 3, repaired_after=0)
    second = documents.find(night.store, layout.ledger_entry(MODEL, 2))
    late = {**second, "recorded_at": "2026-11-21T04:30:00.000Z"}
    night.store.put(layout.ledger_entry(MODEL, 2), documents.encode(late))

    assert served(night, hours=1.4).perhaps is None
    assert versions_of(served(night, hours=1.6).perhaps) == [(3, 1.0)]


def test_move_without_an_entry_yet_is_told_from_the_alias() -> None:
    night = three_moves()
    night.store.delete(layout.ledger_entry(MODEL, 3))
    night.clock.sleep(HOUR)

    found = served(night, hours=2.5)

    assert versions_of(found.entry) == [(1, 0.9), (2, 0.1)]
    assert versions_of(found.perhaps) == [(3, 1.0)]
    assert (found.not_before, found.not_after) == ("2026-11-21T04:00:00.000Z", None)


@pytest.mark.parametrize("gone", [(2,), (2, 3), (1, 2, 3)])
def test_what_served_is_not_guessed_where_the_entry_that_tells_is_gone(gone: tuple[int, ...]) -> None:
    night = three_moves()
    for number in gone:
        night.store.delete(layout.ledger_entry(MODEL, number))
    night.clock.sleep(HOUR)

    with pytest.raises(RegistryIncomplete, match=f"{layout.ledger_entry(MODEL, 2)} is missing"):
        served(night, hours=1.5)


def test_what_served_before_an_entry_that_is_gone_is_known() -> None:
    night = three_moves()
    night.store.delete(layout.ledger_entry(MODEL, 1))

    assert versions_of(served(night, hours=1.5).entry) == [(1, 0.9), (2, 0.1)]


def test_moves_tell_of_an_entry_that_is_gone() -> None:
    night = three_moves()
    night.store.delete(layout.ledger_entry(MODEL, 2))

    assert [each["entry"] for each in told(night, limit=9)] == [3, 2, 1]
    assert [bool(each["damaged"]) for each in told(night, limit=9)] == [False, True, False]


def test_time_to_come_is_refused() -> None:
    with pytest.raises(BadRequest, match=r"2026-11-21T06:00:00\.000Z is yet to come"):
        served(three_moves(), hours=3)


def test_version_left_when_its_last_share_went() -> None:
    entries = Ledger(three_moves().edges, MODEL).entries()

    assert history.left_at(entries) == {1: START + timedelta(hours=2), 2: START + timedelta(hours=2)}
    assert history.left_at(entries[:2]) == {}
    assert history.serving_last(entries[:2]) == {1, 2}
    assert history.serving_last([]) == set()


def test_version_that_came_back_has_not_left(night: FakeOutside) -> None:
    first = promote(night.edges, run="run-1")
    promote(night.edges, run="run-2")
    back = promotion.Move(
        model=MODEL,
        run="rollback-1",
        step=promotion.SWAP,
        kind=promotion.ROLLED_BACK,
        function_version=first.function_version,
        model_version=1,
        expected=alias_revision(night),
        who="ops",
        why="worse",
    )
    promotion.move_alias(night.edges, back)

    assert list(history.left_at(Ledger(night.edges, MODEL).entries())) == [2]


def alias_revision(night: FakeOutside) -> str | None:
    alias = night.functions.alias(MODEL)
    return alias.revision_id if alias else None


def test_version_before_is_the_last_that_is_not_left_out() -> None:
    entries = Ledger(three_moves().edges, MODEL).entries()

    assert history.previous(entries, but={3}) == 1
    assert history.previous(entries, but={1, 3}) is None
