from __future__ import annotations

import pytest

from chalicelib import commitment, documents, layout, lease, ledger
from chalicelib.contracts import PROMOTED, SUPERSEDED, AliasSwapped, SwapAliasTask
from chalicelib.errors import FunctionUnavailable, VersionUnknown
from lambdas import swap_alias
from tests.fakes.edges import FakeOutside
from tests.unit.chalicelib.interference import raising, with_functions
from tests.unit.chalicelib.nights import MODEL, content, going, outside, promote, register, revision
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, whole_night

SWAPPED = AliasSwapped(decision=PROMOTED, reason="model version 1 is live as function version 1")


def ready_to_swap(*, champion: bool = False) -> tuple[FakeOutside, SwapAliasTask]:
    """The run holds the lease, and its version is registered and published."""
    night = outside()
    if champion:
        promote(night.edges, run="earlier")
    lease.take(night.edges, model=MODEL, run=going(night, RUN))
    registered = register(night.edges, run=RUN)
    task = SwapAliasTask(
        run=RUN,
        model=MODEL,
        model_version=registered.model_version,
        function_version=registered.function_version,
        champion_revision_id=revision(night.edges),
    )
    return night, task


def live(night: FakeOutside) -> str | None:
    alias = night.functions.alias(MODEL)
    return alias.function_version if alias else None


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

    last = ledger.last(night.edges, model=MODEL) or {}
    assert (last["kind"], last["run"], last["step"], last["who"], last["why"]) == (
        "promoted",
        RUN,
        50,
        RUN,
        "every rule passed",
    )


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
    assert len(ledger.entries(night.edges, model=MODEL)) == 2


def test_champion_that_changed_since_it_was_scored_stays() -> None:
    night, task = ready_to_swap(champion=True)
    promote(night.edges, run="rival")

    swapped = swap_alias.run(task, night.edges, SETTINGS)

    assert swapped.decision == SUPERSEDED
    assert "run rival moved the alias" in swapped.reason
    assert live(night) == "3"


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
    assert ledger.entries(night.edges, model=MODEL) == []


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


def test_nightly_batch_goes_all_the_way_and_the_next_night_too() -> None:
    night = night_with_data()
    first = whole_night(night.edges)
    again = "kdd99-http-nightly-20261122T0300Z"
    going(night, again)

    second = whole_night(night.edges, run=again, force=True)

    assert (first.decision, second.decision) == (PROMOTED, PROMOTED)
    assert live(night) == "2"
    assert [entry["run"] for entry in ledger.entries(night.edges, model=MODEL)] == [RUN, again]
