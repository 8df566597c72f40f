from __future__ import annotations

from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import RegistryIncomplete
from chalicelib.ledger import stamp
from chalicelib.ledger.ledger import LOOK_BACK, Ledger
from chalicelib.ledger.stamp import Stamp
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_store
from tests.given.nights import MODEL, content, ledger_of, outside, promote
from tests.given.present import present

KNOWN = {"moved_at": "2026-11-21T03:00:00.000Z", "who": "run-1", "why": "better"}


def a_move(**changes: Any) -> Stamp:
    first: dict[str, Any] = {
        "run": "run-1",
        "step": 50,
        "kind": "promoted",
        "origin": "3",
        "function_version": "4",
        "model_version": 2,
        "entry": 1,
    }
    return Stamp(**{**first, **changes})


def alias_of(move: Stamp) -> Alias:
    return Alias(move.function_version, "revision", str(move))


def test_empty_ledger_begins_with_entry_one(night: FakeOutside) -> None:
    assert Ledger(night.edges, MODEL).next_entry() == 1
    assert Ledger(night.edges, MODEL).entries() == []
    assert Ledger(night.edges, MODEL).last() is None


def test_entries_are_numbered_without_a_gap_and_in_order(night: FakeOutside) -> None:
    for number in range(1, 13):
        assert Ledger(night.edges, MODEL).next_entry() == number
        Ledger(night.edges, MODEL).append(a_move(run=f"run-{number}", entry=number), weights={}, known=KNOWN)

    assert [each.entry for each in Ledger(night.edges, MODEL).entries()] == list(range(1, 13))
    assert Ledger(night.edges, MODEL).last() == Ledger(night.edges, MODEL).entries()[-1]


def test_of_entries_that_are_gone_one_is_among_the_numbers_and_cannot_be_read(night: FakeOutside) -> None:
    ledger = Ledger(night.edges, MODEL)
    for number in (3, 4, 4_000_000_000):
        ledger.append(a_move(run=f"run-{number}", entry=number), weights={}, known=KNOWN)

    assert ledger.numbers() == [3, 4, 3_999_999_999, 4_000_000_000]
    assert ledger.numbers(alias=alias_of(a_move(entry=4_000_000_001))) == ledger.numbers()
    assert ledger.numbers(alias=alias_of(a_move(entry=4_000_000_009)))[-1] == 4_000_000_008
    with pytest.raises(RegistryIncomplete, match=r"ledger/.*/3999999999\.json is missing"):
        ledger.entries()


def test_models_have_ledgers_of_their_own() -> None:
    night = outside(MODEL, "kdd99")
    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)

    assert Ledger(night.edges, "kdd99").next_entry() == 1


def test_entry_says_who_moved_what_where_and_why(night: FakeOutside) -> None:
    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)

    assert present(Ledger(night.edges, MODEL).last()).document == {
        "entry": 1,
        "model": MODEL,
        "kind": "promoted",
        "run": "run-1",
        "step": 50,
        "from_function_version": "3",
        "to_function_version": "4",
        "model_version": 2,
        "candidate_model_version": None,
        "weights": {},
        "anchor": None,
        **KNOWN,
        "recorded_at": "2026-11-21T03:00:00.000Z",
        "repaired": False,
    }


@pytest.mark.parametrize(
    "beside",
    [
        b"",
        b' "candidate_model_version": null,\n "repaired": false,\n "weights": {},\n "who": "run-1",\n'
        b' "why": "better",\n',
    ],
    ids=["of the first", "of the last"],
)
def test_entry_of_an_earlier_release_is_read(night: FakeOutside, beside: bytes) -> None:
    night.store.put(
        f"ledger/{MODEL}/0000000001.json",
        b'{\n "entry": 1,\n "from_function_version": null,\n "kind": "promoted",\n "model": "kdd99-http",\n'
        b' "model_version": 2,\n "moved_at": "2026-11-21T03:00:00.000Z",\n'
        + beside
        + b' "recorded_at": "2026-11-21T03:00:01.000Z",\n "run": "run-1",\n "step": 50,\n'
        b' "to_function_version": "4"\n}',
    )

    entry = present(Ledger(night.edges, MODEL).last())

    assert (entry.kind, entry.from_function_version, entry.to_function_version) == ("promoted", None, "4")
    assert (entry.weights, entry.candidate_model_version, entry.repaired) == ({}, None, False)
    assert (entry.who, entry.why) == (("run-1", "better") if beside else (None, None))
    assert entry.known_since == "2026-11-21T03:00:00.000Z"


def test_appending_a_move_again_changes_nothing(night: FakeOutside) -> None:
    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)
    before = content(night)
    night.clock.sleep(60)

    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)

    assert content(night) == before


@pytest.mark.parametrize("other", [a_move(run="run-2"), a_move(step=99)])
def test_entry_of_another_move_is_never_written_over(night: FakeOutside, other: Stamp) -> None:
    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)
    before = content(night)

    with pytest.raises(RegistryIncomplete, match="two moves claim one ledger entry"):
        Ledger(night.edges, MODEL).append(other, weights={}, known=KNOWN)

    assert content(night) == before


def test_repair_writes_the_missing_entry_and_invents_nothing(night: FakeOutside) -> None:
    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)
    unwritten = a_move(run="run-2", origin="4", function_version="5", model_version=3, entry=2)

    repaired = Ledger(night.edges, MODEL).repair(alias_of(unwritten))

    assert repaired
    assert present(Ledger(night.edges, MODEL).last()).document == {
        "entry": 2,
        "model": MODEL,
        "kind": "promoted",
        "run": "run-2",
        "step": 50,
        "from_function_version": "4",
        "to_function_version": "5",
        "model_version": 3,
        "candidate_model_version": None,
        "weights": {},
        "anchor": None,
        "moved_at": None,
        "who": None,
        "why": None,
        "recorded_at": "2026-11-21T03:00:00.000Z",
        "repaired": True,
    }


@pytest.mark.parametrize(
    "alias",
    [None, Alias("4", "revision", "made by hand"), Alias("9", "revision", str(a_move())), alias_of(a_move())],
    ids=["no alias", "no stamp", "moved by hand since", "written already"],
)
def test_nothing_is_repaired_where_nothing_is_missing(night: FakeOutside, alias: Alias | None) -> None:
    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)
    before = content(night)

    repaired = Ledger(night.edges, MODEL).repair(alias)

    assert not repaired
    assert content(night) == before


def test_repaired_entry_of_a_shift_tells_the_shares_and_the_candidate(night: FakeOutside) -> None:
    shifted = a_move(kind="shifted", step=1, candidate=3)
    alias = Alias(shifted.function_version, "revision", str(shifted), {"5": 0.1})

    Ledger(night.edges, MODEL).repair(alias)

    entry = present(Ledger(night.edges, MODEL).last())
    assert (entry.kind, entry.model_version, entry.candidate_model_version, entry.weights) == (
        "shifted",
        2,
        3,
        {"5": 0.1},
    )


def test_two_repairs_at_once_write_one_entry(night: FakeOutside) -> None:
    alias = alias_of(a_move())
    raced = with_store(night.edges, "put_if_absent", before=lambda: Ledger(night.edges, MODEL).repair(alias))

    Ledger(raced, MODEL).repair(alias)

    assert ledger_of(night) == [(1, "run-1", "3", "4", True)]
    assert len(list(night.history.of("put"))) == 1


def test_mover_that_comes_late_finds_its_entry_repaired(night: FakeOutside) -> None:
    Ledger(night.edges, MODEL).repair(alias_of(a_move()))
    before = content(night)

    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)

    assert content(night) == before


def test_ledger_holds_a_move_by_its_run_and_step(night: FakeOutside) -> None:
    Ledger(night.edges, MODEL).append(a_move(), weights={}, known=KNOWN)
    Ledger(night.edges, MODEL).append(a_move(run="run-2", entry=2), weights={}, known=KNOWN)

    assert Ledger(night.edges, MODEL).holds(run="run-1", step=50)
    assert not Ledger(night.edges, MODEL).holds(run="run-1", step=99)
    assert not Ledger(night.edges, MODEL).holds(run="run-3", step=50)


def test_ledger_is_searched_a_little_way_back(night: FakeOutside) -> None:
    for number in range(1, LOOK_BACK + 2):
        Ledger(night.edges, MODEL).append(a_move(run=f"run-{number}", entry=number), weights={}, known=KNOWN)

    assert not Ledger(night.edges, MODEL).holds(run="run-1", step=50)
    assert Ledger(night.edges, MODEL).holds(run="run-2", step=50)


def test_entry_lies_where_the_layout_says(night: FakeOutside) -> None:
    Ledger(night.edges, MODEL).append(a_move(entry=42), weights={}, known=KNOWN)

    assert documents.find(night.store, f"ledger/{MODEL}/0000000042.json")["entry"] == 42
    assert layout.ledger_entry(MODEL, 42) == f"ledger/{MODEL}/0000000042.json"


def test_ledger_goes_on_where_it_was_when_the_alias_is_created_anew(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    promote(night.edges, run="run-2")
    night.functions.delete_alias(MODEL)

    promote(night.edges, run="run-3")

    assert [(number, run) for number, run, *_ in ledger_of(night)] == [(1, "run-1"), (2, "run-2"), (3, "run-3")]
    alias = night.functions.alias(MODEL)
    left = stamp.of(alias)
    assert left is not None and left.entry == 3 and left.origin is None


def test_entry_is_one_spelling_of_json(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")

    body = content(night)[f"ledger/{MODEL}/0000000001.json"]

    assert documents.encode(documents.decode(body)) == body
