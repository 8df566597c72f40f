from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED, REJUDGE, SUPERSEDED
from chalicelib.contracts.rollout import AliasSwapped, SwapAliasTask
from chalicelib.documents import documents
from chalicelib.errors import FunctionUnavailable, VersionUnknown
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import commitment, fencing, promotion
from chalicelib.promotion.lease import Lease
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from lambdas import swap_alias
from lambdas.model.recipe import Shift
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_functions
from tests.given.moves import live
from tests.given.nights import (
    MODEL,
    Registered,
    content,
    going,
    outside,
    promote,
    register,
    report_of,
    revision,
    shift,
    swap,
)
from tests.given.present import present
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, whole_night

FINGERPRINT = "data-2"
SWAPPED = AliasSwapped(
    decision=PROMOTED,
    reason="version 1 is live as function version 1: 200 rows of the holdout were answered as judged",
)


def ready_to_swap(*, champion: bool = False) -> tuple[FakeOutside, SwapAliasTask]:
    """The run holds the lease, and its version is registered and published."""
    night = outside()
    if champion:
        promote(night.edges, run="earlier")
    Lease(night.edges, MODEL).take(going(night, RUN))
    registered = register(night.edges, run=RUN, fingerprint=FINGERPRINT)
    task = SwapAliasTask(
        run=RUN,
        model=MODEL,
        model_version=registered.model_version,
        function_version=registered.function_version,
        fingerprint=FINGERPRINT,
        judging=1,
        shift=0,
        revision_id=revision(night.edges),
        rollout="200 rows of the holdout were answered as judged",
        who=RUN,
        why="",
    )
    return night, task


def after_a_canary(*, judging: int = 1) -> tuple[FakeOutside, SwapAliasTask]:
    """The run has shifted a tenth of the traffic to its version, which was healthy."""
    night, task = ready_to_swap(champion=True)
    registered = Registered(task.model_version, task.function_version)
    move = shift(night.edges, registered, run=RUN, step=promotion.shift_step(1, judging=judging))
    commitment.commit(night.edges, move, what=commitment.SHIFT, judging=judging)
    promotion.move_alias(night.edges, move)
    return night, replace(task, shift=1, judging=judging, revision_id=revision(night.edges))


def test_new_version_becomes_live() -> None:
    night, task = ready_to_swap()

    assert swap_alias.run(task, night.edges, SETTINGS) == SWAPPED
    assert live(night) == "1"


def test_new_version_takes_the_champions_place() -> None:
    night, task = ready_to_swap(champion=True)

    assert swap_alias.run(task, night.edges, SETTINGS).decision == PROMOTED
    assert live(night) == "2"


def test_ledger_says_that_the_run_moved_it_and_why() -> None:
    night, task = ready_to_swap()

    swap_alias.run(task, night.edges, SETTINGS)

    last = present(Ledger(night.edges, MODEL).last())
    assert (last.kind, last.run, last.step, last.who, last.why) == (
        "promoted",
        RUN,
        50,
        RUN,
        "every rule passed",
    )


@pytest.mark.parametrize(
    ("anchor", "judging", "recorded"),
    [
        ({"model_version": 1, "advances": False}, 1, 1),
        ({"model_version": 1, "advances": True}, 1, 2),
        ({"model_version": None, "advances": True}, 1, 2),
        ({"model_version": 1, "advances": True}, 2, None),
        (None, 1, None),
    ],
)
def test_ledger_says_what_the_anchor_is_from_then_on(
    anchor: dict[str, object] | None, judging: int, recorded: int | None
) -> None:
    """By the report of the same judging; another's is no news of the anchor."""
    night, task = ready_to_swap(champion=True)
    report = {**report_of(RUN), "judging": judging, "anchor": anchor and {**anchor, "why": "so it is"}}
    night.store.put(layout.run_document(RUN, "report"), documents.encode(report))

    swap_alias.run(task, night.edges, SETTINGS)

    last = present(Ledger(night.edges, MODEL).last())
    assert (last.model_version, last.anchor) == (2, recorded)


def test_anchor_of_a_swap_that_another_carries_out_is_recorded_too() -> None:
    night, task = ready_to_swap(champion=True)
    report = {**report_of(RUN), "anchor": {"model_version": 1, "advances": True, "why": "so it is"}}
    night.store.put(layout.run_document(RUN, "report"), documents.encode(report))
    broken = with_functions(night.edges, "update_alias", before=raising(FunctionUnavailable("busy")))
    with pytest.raises(FunctionUnavailable):
        swap_alias.run(task, broken, SETTINGS)

    fencing.stop(night.edges, model=MODEL, run=RUN, why="it died", finishing=True)

    promoted = present(Ledger(night.edges, MODEL).newest(promotion.PROMOTED))
    assert (promoted.run, promoted.anchor) == (RUN, 2)


def test_repeated_task_moves_once() -> None:
    night, task = ready_to_swap()
    swap_alias.run(task, night.edges, SETTINGS)
    before = content(night), night.functions.alias(MODEL)

    assert swap_alias.run(task, night.edges, SETTINGS) == SWAPPED
    assert (content(night), night.functions.alias(MODEL)) == before


def test_lost_answer_is_promoted_when_the_task_is_repeated() -> None:
    night, task = ready_to_swap(champion=True)
    lossy = with_functions(night.edges, "update_alias", after=raising(FunctionUnavailable("no answer")))
    with pytest.raises(FunctionUnavailable):
        swap_alias.run(task, lossy, SETTINGS)

    assert swap_alias.run(task, lossy, SETTINGS).decision == PROMOTED
    assert len(Ledger(night.edges, MODEL).entries()) == 2


def test_champion_that_changed_since_it_was_scored_stays_and_the_run_judges_again() -> None:
    night, task = ready_to_swap(champion=True)
    promote(night.edges, run="rival")

    swapped = swap_alias.run(task, night.edges, SETTINGS)

    assert swapped.decision == REJUDGE
    assert "run rival moved the alias" in swapped.reason
    assert live(night) == "3"


def test_champion_that_changed_again_supersedes_the_run() -> None:
    night, task = ready_to_swap(champion=True)
    promote(night.edges, run="rival")
    assert swap_alias.run(task, night.edges, SETTINGS).decision == REJUDGE
    again = replace(task, judging=2, revision_id=revision(night.edges))
    promote(night.edges, run="second-rival")

    swapped = swap_alias.run(again, night.edges, SETTINGS)

    assert swapped.decision == SUPERSEDED
    assert "run second-rival moved the alias" in swapped.reason
    assert live(night) == "4"


def test_second_judging_swaps_what_it_was_judged_against() -> None:
    night, task = ready_to_swap(champion=True)
    promote(night.edges, run="rival")
    swap_alias.run(task, night.edges, SETTINGS)

    swapped = swap_alias.run(replace(task, judging=2, revision_id=revision(night.edges)), night.edges, SETTINGS)

    assert swapped.decision == PROMOTED
    assert present(Ledger(night.edges, MODEL).last()).step == promotion.swap_step(judging=2)


def test_swap_of_the_first_judging_that_comes_late_moves_nothing_after_the_second() -> None:
    night, task = ready_to_swap(champion=True)
    promote(night.edges, run="rival")
    swap_alias.run(task, night.edges, SETTINGS)
    swap_alias.run(replace(task, judging=2, revision_id=revision(night.edges)), night.edges, SETTINGS)
    before = content(night), night.functions.alias(MODEL)

    assert swap_alias.run(task, night.edges, SETTINGS).decision == REJUDGE
    assert (content(night), night.functions.alias(MODEL)) == before


def test_swap_takes_the_weights_of_the_canary_off() -> None:
    night, task = after_a_canary()

    assert swap_alias.run(task, night.edges, SETTINGS).decision == PROMOTED

    alias = night.functions.alias(MODEL)
    assert alias is not None
    assert (alias.function_version, dict(alias.weights)) == ("2", {})


@pytest.mark.parametrize("judging", [1, 2])
def test_alias_that_others_took_after_the_canary_supersedes_the_run(judging: int) -> None:
    night, task = after_a_canary(judging=judging)
    promote(night.edges, run="rival")

    assert swap_alias.run(task, night.edges, SETTINGS).decision == SUPERSEDED
    assert live(night) == "3"


def test_pinned_version_stays_and_the_new_one_waits() -> None:
    night, task = ready_to_swap(champion=True)
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")

    swapped = swap_alias.run(task, night.edges, SETTINGS)

    assert swapped == AliasSwapped(
        decision=SUPERSEDED,
        reason=(
            f'version 1 is pinned by ada: the audit; version 2 waits: nightswap unpin --model {MODEL} --reason "...",'
            f' then nightswap promote 2 --model {MODEL} --reason "..."'
        ),
    )
    assert live(night) == "1"


def test_pin_that_comes_between_look_and_swap_is_not_run_over() -> None:
    night, task = ready_to_swap(champion=True)

    def pinned_by_ada() -> None:
        Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")
        move = swap(night.edges, Registered(1, "1"), run="pin-1", kind="pinned", expected=revision(night.edges))
        promotion.move_alias(night.edges, move)

    raced = with_functions(night.edges, "alias", before=pinned_by_ada)

    assert swap_alias.run(task, raced, SETTINGS).decision == REJUDGE
    assert swap_alias.run(task, night.edges, SETTINGS).decision == SUPERSEDED
    assert live(night) == "1"


def test_quarantined_fingerprint_never_becomes_live() -> None:
    night, task = ready_to_swap(champion=True)
    Quarantine(night.edges, MODEL).put(FINGERPRINT, model_version=2, who="ada", why="it was ill")

    swapped = swap_alias.run(task, night.edges, SETTINGS)

    assert swapped.decision == SUPERSEDED
    assert "quarantined since" in swapped.reason
    assert live(night) == "1"


@pytest.mark.parametrize("obstacle", ["pin", "quarantine", "lease"])
def test_weights_of_the_run_come_off_when_it_may_not_go_on(obstacle: str) -> None:
    night, task = after_a_canary()
    if obstacle == "pin":
        Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")
    elif obstacle == "quarantine":
        Quarantine(night.edges, MODEL).put(FINGERPRINT, model_version=2, who="ada", why="ill")
    else:
        night.store.delete(layout.lease(MODEL))

    assert swap_alias.run(task, night.edges, SETTINGS).decision == SUPERSEDED

    alias = night.functions.alias(MODEL)
    assert alias is not None
    assert (alias.function_version, dict(alias.weights)) == ("1", {})


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        (None, "the lease is no longer this run's but nobody's"),
        ("next", "the lease is no longer this run's but next's"),
    ],
)
def test_run_without_the_lease_moves_nothing(holder: str | None, words: str) -> None:
    night, task = ready_to_swap()
    night.store.delete(layout.lease(MODEL))
    if holder:
        night.store.put(layout.lease(MODEL), documents.encode({"holder": holder}))

    assert swap_alias.run(task, night.edges, SETTINGS) == AliasSwapped(decision=SUPERSEDED, reason=words)
    assert live(night) is None
    assert Ledger(night.edges, MODEL).entries() == []


def test_run_that_was_given_up_moves_nothing() -> None:
    night, task = ready_to_swap()
    commitment.give_up(night.edges, run=RUN)

    swapped = swap_alias.run(task, night.edges, SETTINGS)

    assert swapped.decision == SUPERSEDED
    assert live(night) is None


def test_version_that_is_not_complete_never_becomes_live() -> None:
    night, task = ready_to_swap()
    night.store.delete(layout.version(MODEL, 1, "manifest.json"))

    with pytest.raises(VersionUnknown):
        swap_alias.run(task, night.edges, SETTINGS)

    assert live(night) is None


@pytest.mark.parametrize("steps", [(), (Shift(share=0.1, seconds=60), Shift(share=0.5, seconds=60))])
def test_nightly_batch_goes_all_the_way_and_the_next_night_too(steps: tuple[Shift, ...]) -> None:
    night = night_with_data()
    first = whole_night(night.edges, rollout=steps)
    again = "kdd99-http-nightly-20261122T0300Z"
    going(night, again)

    second = whole_night(night.edges, run=again, force=True, rollout=steps)

    assert (first.decision, second.decision) == (PROMOTED, PROMOTED)
    assert live(night) == "2"
    moves = Ledger(night.edges, MODEL).entries()
    assert [entry.run for entry in moves] == [RUN, *[again for _ in steps], again]
    assert [entry.candidate_model_version for entry in moves] == [None, *[2 for _ in steps], None]
