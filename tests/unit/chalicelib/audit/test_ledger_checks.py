from __future__ import annotations

from typing import Any

import pytest

from chalicelib import layout
from chalicelib.audit import ledger_checks
from chalicelib.audit.verification import verify
from chalicelib.documents import documents
from chalicelib.interventions import restoration
from chalicelib.ledger.ledger import Ledger
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_functions, with_store
from tests.given.moves import ask
from tests.given.nights import MODEL, content, promote
from tests.given.records import by_hand, problems, rewrite, silent, two_nights


def missing(number: int) -> str:
    return f"entry {number} of {MODEL}, {layout.ledger_entry(MODEL, number)}, is missing"


def test_missing_last_entry_is_told_with_who_writes_it() -> None:
    night = two_nights()
    night.store.delete(layout.ledger_entry(MODEL, 2))

    (problem,) = problems(night)

    assert problem.startswith(f"{missing(2)}, and the alias's stamp holds it: the next run or move")
    cleanup.before(night.edges, run="run-9", model=MODEL)
    assert problems(night) == ()


def test_missing_first_and_only_entry_is_told_too(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    night.store.delete(layout.ledger_entry(MODEL, 1))

    (problem,) = problems(night)
    assert problem.startswith(f"{missing(1)}, and the alias's stamp holds it")


@pytest.mark.parametrize("kind", ["promoted", "shifted", "rolled_back", "restored", "pinned", "unpinned"])
def test_move_of_every_kind_is_in_order_where_a_shift_alone_has_a_share(kind: str) -> None:
    first, last = Ledger(two_nights().edges, MODEL).entries()

    def found(weights: dict[str, float]) -> list[str]:
        return [*ledger_checks.problems([first, last.but(kind=kind, weights=weights)], model=MODEL)]

    shared, whole = found({"3": 0.1}), found({})
    assert (shared == [], whole == []) == ((True, False) if kind == "shifted" else (False, True))
    assert "a shift alone has one" in "".join(shared + whole)


def test_move_of_no_kind_is_a_problem() -> None:
    (entry, _) = Ledger(two_nights().edges, MODEL).entries()

    (problem,) = ledger_checks.problems([entry.but(kind="borrowed")], model=MODEL)

    assert "borrowed" in problem


def test_move_that_is_under_way_is_given_the_moment_that_its_entry_takes() -> None:
    night = two_nights()
    entry = content(night)[layout.ledger_entry(MODEL, 2)]
    night.store.delete(layout.ledger_entry(MODEL, 2))
    late = with_store(
        night.edges, "list", nth=2, before=lambda: night.store.put(layout.ledger_entry(MODEL, 2), entry)
    )

    assert verify(late, model=MODEL, report=silent).problems == ()


def test_move_between_two_looks_is_not_taken_for_a_difference() -> None:
    night = two_nights()
    moving = with_functions(night.edges, "alias", nth=2, before=lambda: promote(night.edges, run="run-3") and None)

    found = verify(moving, model=MODEL, report=silent)

    assert (found.entries, found.problems) == (3, ())


def test_gap_in_the_ledger_is_told_by_the_key_of_what_is_gone() -> None:
    night = two_nights()
    promote(night.edges, run="run-3")
    promote(night.edges, run="run-4")
    night.store.delete(layout.ledger_entry(MODEL, 2))
    assert problems(night) == (
        f"{missing(2)}: {documents.put_back(layout.ledger_entry(MODEL, 2))}; else no move between 1 and 3 is known",
    )

    night.store.delete(layout.ledger_entry(MODEL, 3))
    back = documents.put_back(layout.ledger_entry(MODEL, 2))
    two = f"entries 2 to 3 of {MODEL}, {layout.ledger_entry(MODEL, 2)} and on, are missing: {back}"
    assert problems(night) == (f"{two}; else no move between 1 and 4 is known",)

    night.store.delete(layout.ledger_entry(MODEL, 4))
    assert problems(night) == (
        two,
        f"{missing(4)}, and the alias's stamp holds it: the next run or move writes it, e.g. nightswap retrain"
        f" --model {MODEL}",
    )


def test_earlier_entry_that_names_another_version_is_told_by_the_code() -> None:
    night = two_nights()
    rewrite(night, layout.ledger_entry(MODEL, 1), model_version=2)

    (problem,) = problems(night)

    assert problem.startswith(
        f"entry 1 of {MODEL} names version 2, and function version 1 does not hold its code: put"
    )


def test_code_is_not_asked_of_entries_of_before_the_function_was_lost() -> None:
    first, last = Ledger(two_nights().edges, MODEL).entries()
    wrong, anew = first.but(model_version=2), last.but(kind="restored")

    assert [*ledger_checks.code_problems(two_nights().edges, [wrong, anew], model=MODEL)] == []
    assert len([*ledger_checks.code_problems(two_nights().edges, [wrong, last], model=MODEL)]) == 1


def test_move_from_where_no_entry_left_the_alias_is_told() -> None:
    night = two_nights()
    rewrite(night, layout.ledger_entry(MODEL, 2), from_function_version="7")

    (problem, differing) = problems(night)

    assert "entry 2 of kdd99-http moves the alias from function version 7, where entry 1 had left it at 1" in problem
    assert "entry 2 of kdd99-http and the alias's stamp differ in from_function_version" in differing


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"run": "other"}, "differ in run"),
        ({"model_version": 1, "step": 3}, "differ in step, model_version"),
        ({"kind": "guessed"}, "is of kind guessed, which no release of nightswap writes"),
        ({"weights": {"1": 0.5}}, "is promoted with 1 shares: a shift alone has one"),
    ],
)
def test_entry_that_somebody_wrote_anew_is_told(changes: dict[str, Any], told: str) -> None:
    night = two_nights()
    rewrite(night, layout.ledger_entry(MODEL, 2), **changes)

    assert any(told in problem for problem in problems(night))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_what_is_no_entry_is_told(body: bytes) -> None:
    night = two_nights()
    night.store.put(layout.ledger_entry(MODEL, 1), body)

    assert problems(night)[0].startswith(f"ledger/{MODEL}/0000000001.json is no entry of the ledger")


@pytest.mark.parametrize("name", ["notes.txt", "3.json", "0000000000.json"])
def test_object_that_does_not_belong_in_the_ledger_is_told(name: str) -> None:
    night = two_nights()
    night.store.put(layout.ledger(MODEL) + name, content(night)[layout.ledger_entry(MODEL, 2)])

    assert [problem.split(" is ")[0] for problem in problems(night)] == [f"ledger/{MODEL}/{name}"]


def test_alias_that_other_hands_moved_is_told() -> None:
    night = two_nights()
    by_hand(night, "1")

    assert problems(night) == (
        f"somebody moved the alias of {MODEL} by hand to function version 1, which no entry records: put it back with"
        f" nightswap restore {MODEL}",
    )


def test_alias_that_is_gone_is_told_and_restoring_puts_it_right() -> None:
    night = two_nights()
    night.functions.delete_alias(MODEL)
    assert problems(night) == (
        f"{MODEL} has no alias, and by entry 2 version 2 is live: put it back with nightswap restore {MODEL}",
    )

    restoration.restore(night.edges, model=MODEL, attempt="1", who="ada")
    assert problems(night) == ()


def test_ledger_that_is_ahead_of_the_alias_is_told() -> None:
    night = two_nights()
    lost = night.functions.alias(MODEL)
    assert lost is not None
    promote(night.edges, run="run-3")
    by_hand(night, lost.function_version, description=lost.description)

    assert f"the alias of {MODEL} is at entry 2, the ledger at 3: Lambda lost its side" in problems(night)[0]


@pytest.mark.parametrize("action", ["promote", "pin"])
def test_move_by_hand_that_found_no_alias_is_no_trace_of_other_hands(action: str) -> None:
    night = two_nights()
    night.functions.delete_alias(MODEL)

    ask(night.edges, action, model_version=1)

    assert problems(night) == ()
    assert Ledger(night.edges, MODEL).entry(3).from_function_version is None


@pytest.mark.parametrize("number", [1, 2, 3])
def test_damaged_entry_is_told_once_and_not_as_missing(number: int) -> None:
    night = two_nights()
    promote(night.edges, run="run-3")
    night.store.put(layout.ledger_entry(MODEL, number), b"[]")

    (problem,) = problems(night)

    assert problem.startswith(f"{layout.ledger_entry(MODEL, number)} is no entry")


def test_alias_is_not_held_against_an_entry_that_is_not_its_own_where_several_are_damaged() -> None:
    night = two_nights()
    promote(night.edges, run="run-3")
    damaged = [layout.ledger_entry(MODEL, number) for number in (1, 3)]
    for key in damaged:
        night.store.put(key, b"[]")

    told = problems(night)

    assert [each.partition(" ")[0] for each in told] == damaged


def test_alias_that_is_gone_is_told_beside_a_damaged_last_entry() -> None:
    night = two_nights()
    night.store.put(layout.ledger_entry(MODEL, 2), b"[]")
    night.functions.delete_alias(MODEL)

    (_, gone) = problems(night)

    assert gone.startswith(f"{MODEL} has no alias")
