from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.edges.serving_functions import Alias, AliasMoved
from chalicelib.errors import FunctionUnavailable, StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.given.interference import raising, with_functions, with_store
from tests.given.moves import live
from tests.given.nights import MODEL, content, ledger_of, promote, register, revision, swap
from tests.given.present import present


class ForgettingStamps(InMemoryFunctions):
    """Answers a move with an alias that has no description."""

    def create_alias(self, model: str, *, function_version: str, description: str) -> Alias:
        alias = super().create_alias(model, function_version=function_version, description=description)
        return replace(alias, description="")


def test_first_promotion_creates_the_alias_and_the_ledger(night: FakeOutside) -> None:
    first = register(night.edges, run="run-1")

    promotion.move_alias(night.edges, swap(night.edges, first, run="run-1"))

    assert live(night) == "1"
    assert ledger_of(night) == [(1, "run-1", None, "1", False)]


def test_move_is_recorded_with_what_its_author_knew(night: FakeOutside) -> None:
    first = register(night.edges, run="run-1")
    night.clock.sleep(5)

    promotion.move_alias(night.edges, swap(night.edges, first, run="run-1", who="ada", why="it is better"))

    entry = present(Ledger(night.edges, MODEL).last())
    assert (entry.moved_at, entry.who, entry.why) == ("2026-11-21T03:00:05.000Z", "ada", "it is better")
    assert (entry.kind, entry.model_version) == ("promoted", 1)


def test_later_promotion_swaps_what_it_saw(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    second = register(night.edges, run="run-2")

    promotion.move_alias(night.edges, swap(night.edges, second, run="run-2", expected=revision(night.edges)))

    assert live(night) == "2"
    assert ledger_of(night) == [(1, "run-1", None, "1", False), (2, "run-2", "1", "2", False)]


def test_stamp_names_the_move_in_the_alias(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    promote(night.edges, run="run-2")

    alias = night.functions.alias(MODEL)

    assert alias is not None
    assert alias.description == "run=run-2 step=50 promoted from=1 to=2 model_version=2 entry=2"


def test_move_of_an_alias_that_changed_since_is_refused_and_writes_nothing(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    seen = revision(night.edges)
    second, third = register(night.edges, run="run-2"), register(night.edges, run="run-3")
    promotion.move_alias(night.edges, swap(night.edges, second, run="run-2", expected=seen))
    before = content(night), night.functions.alias(MODEL)

    with pytest.raises(AliasMoved, match="run run-2 moved the alias of kdd99-http to function version 2"):
        promotion.move_alias(night.edges, swap(night.edges, third, run="run-3", expected=seen))

    assert (content(night), night.functions.alias(MODEL)) == before


def test_first_promotion_is_refused_when_there_is_an_alias_by_now(night: FakeOutside) -> None:
    second = register(night.edges, run="run-2")
    promote(night.edges, run="run-1")

    with pytest.raises(AliasMoved, match="run run-1 moved"):
        promotion.move_alias(night.edges, swap(night.edges, second, run="run-2", expected=None))


def test_move_of_an_alias_that_is_gone_is_refused(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    seen = revision(night.edges)
    second = register(night.edges, run="run-2")
    night.functions.delete_alias(MODEL)

    with pytest.raises(AliasMoved, match="the alias of kdd99-http is gone since run run-2 looked at it"):
        promotion.move_alias(night.edges, swap(night.edges, second, run="run-2", expected=seen))


def test_move_of_other_hands_is_called_that(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    seen = revision(night.edges)
    second = register(night.edges, run="run-2")
    by_hand(night, "2")

    with pytest.raises(AliasMoved, match="somebody by hand moved"):
        promotion.move_alias(night.edges, swap(night.edges, second, run="run-3", expected=seen))


def by_hand(night: FakeOutside, function_version: str) -> None:
    night.functions.update_alias(
        MODEL,
        function_version=function_version,
        weights={},
        description="by hand",
        revision_id=revision(night.edges) or "",
    )


@pytest.mark.parametrize("operation", ["create_alias", "update_alias"])
def test_race_that_is_lost_in_the_very_call_writes_nothing_of_the_loser(night: FakeOutside, operation: str) -> None:
    if operation == "update_alias":
        promote(night.edges, run="run-1")
    seen = revision(night.edges)
    rival, loser = register(night.edges, run="rival"), register(night.edges, run="loser")
    raced = with_functions(
        night.edges,
        operation,
        before=lambda: promotion.move_alias(night.edges, swap(night.edges, rival, run="rival", expected=seen)),
    )

    with pytest.raises(AliasMoved, match="run rival moved"):
        promotion.move_alias(raced, swap(night.edges, loser, run="loser", expected=seen))

    assert live(night) == rival.function_version
    assert "loser" not in {run for _, run, *_ in ledger_of(night)}


def test_repeating_a_move_changes_nothing(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    second = register(night.edges, run="run-2")
    move = swap(night.edges, second, run="run-2", expected=revision(night.edges))
    promotion.move_alias(night.edges, move)
    before = content(night), night.functions.alias(MODEL)

    promotion.move_alias(night.edges, move)

    assert (content(night), night.functions.alias(MODEL)) == before


def test_repeating_a_move_after_others_moved_on_changes_nothing_and_is_no_error(night: FakeOutside) -> None:
    first = register(night.edges, run="run-1")
    move = swap(night.edges, first, run="run-1")
    promotion.move_alias(night.edges, move)
    promote(night.edges, run="run-2")
    before = content(night), night.functions.alias(MODEL)

    promotion.move_alias(night.edges, move)

    assert (content(night), night.functions.alias(MODEL)) == before


def test_first_promotion_that_comes_again_does_not_make_an_alias_anew_that_was_deleted_since(
    night: FakeOutside,
) -> None:
    first = swap(night.edges, register(night.edges, run="run-1"), run="run-1")
    promotion.move_alias(night.edges, first)
    night.functions.delete_alias(MODEL)
    before = content(night)

    assert promotion.move_alias(night.edges, first) is None

    assert (content(night), night.functions.alias(MODEL)) == (before, None)


def test_move_that_found_no_alias_is_refused_when_there_was_one_since(night: FakeOutside) -> None:
    late = swap(night.edges, register(night.edges, run="late"), run="late")
    promote(night.edges, run="run-1")
    night.functions.delete_alias(MODEL)

    with pytest.raises(AliasMoved, match="the alias of kdd99-http was made and deleted since run late looked at it"):
        promotion.move_alias(night.edges, late)

    assert night.functions.alias(MODEL) is None


@pytest.mark.parametrize("earlier", [(), ("run-1",)], ids=["create", "update"])
def test_lost_answer_is_told_from_a_lost_race_when_the_task_is_repeated(
    night: FakeOutside, earlier: tuple[str, ...]
) -> None:
    for run in earlier:
        promote(night.edges, run=run)
    move = swap(night.edges, register(night.edges, run="run-2"), run="run-2", expected=revision(night.edges))
    operation = "update_alias" if earlier else "create_alias"
    edges = with_functions(night.edges, operation, after=raising(FunctionUnavailable("no answer")))

    with pytest.raises(FunctionUnavailable):
        promotion.move_alias(edges, move)
    promotion.move_alias(edges, move)

    moves = [each for each in Ledger(edges, MODEL).entries() if each.run == "run-2"]
    assert [(each.kind, each.repaired) for each in moves] == [("promoted", False)]
    assert revision(edges) == f"revision-{len(earlier) + 1}"


@pytest.mark.parametrize("operation", ["create_alias", "update_alias"])
def test_move_that_the_sdk_repeated_by_itself_is_done(night: FakeOutside, operation: str) -> None:
    if operation == "update_alias":
        promote(night.edges, run="run-1")
    second = register(night.edges, run="run-2")
    repeated = with_functions(night.edges, operation, after=raising(AliasMoved("PreconditionFailed")))

    promotion.move_alias(repeated, swap(night.edges, second, run="run-2", expected=revision(night.edges)))

    assert live(night) == second.function_version
    assert ledger_of(night)[-1][1] == "run-2"


def test_next_mover_writes_the_entry_of_one_that_died_before_its_own(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    second = register(night.edges, run="dead")
    dying = with_store(night.edges, "put_if_absent", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        promotion.move_alias(dying, swap(night.edges, second, run="dead", expected=revision(night.edges)))
    assert live(night) == second.function_version

    promote(night.edges, run="run-3")

    assert ledger_of(night) == [
        (1, "run-1", None, "1", False),
        (2, "dead", "1", "2", True),
        (3, "run-3", "2", "3", False),
    ]


def test_mover_that_died_before_its_entry_and_comes_back_too_late_is_done(night: FakeOutside) -> None:
    move = swap(night.edges, register(night.edges, run="slow"), run="slow")
    dying = with_store(night.edges, "put_if_absent", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        promotion.move_alias(dying, move)
    promote(night.edges, run="run-2")
    before = content(night), night.functions.alias(MODEL)

    promotion.move_alias(night.edges, move)

    assert (content(night), night.functions.alias(MODEL)) == before


def test_refused_mover_repairs_nothing_either(night: FakeOutside) -> None:
    first, second = register(night.edges, run="dead"), register(night.edges, run="run-2")
    dying = with_store(night.edges, "put_if_absent", before=raising(StoreUnavailable("no answer")))
    with pytest.raises(StoreUnavailable):
        promotion.move_alias(dying, swap(night.edges, first, run="dead"))

    with pytest.raises(AliasMoved):
        promotion.move_alias(night.edges, swap(night.edges, second, run="run-2", expected="long ago"))

    assert ledger_of(night) == []


def test_alias_that_lost_its_stamp_in_the_move_is_not_recorded(night: FakeOutside) -> None:
    functions = ForgettingStamps(MODEL, clock=night.clock)
    edges = replace(night.edges, functions=functions)
    first = register(edges, run="run-1")

    with pytest.raises(AliasMoved):
        promotion.move_alias(edges, swap(edges, first, run="run-1"))

    assert ledger_of(night) == []
