from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.runs import AliasRestored
from chalicelib.documents import documents
from chalicelib.errors import RegistryIncomplete, RunUnknown
from chalicelib.promotion import commitment
from chalicelib.promotion.lease import Lease
from chalicelib.runs import cleanup, outcomes
from tests.fakes.edges import FakeOutside
from tests.given.broken_runs import (
    FAILURE,
    decided,
    die_after_the_swap,
    outcome_of,
    shift_traffic,
    under_weights_on_code_that_nobody_registered,
    weights,
)
from tests.given.nights import (
    MODEL,
    content,
    going,
    ledger_of,
    outside,
    promote,
    register,
    swap,
)


def test_run_that_cannot_take_weights_off_is_recorded_and_gives_its_lease_back() -> None:
    night = under_weights_on_code_that_nobody_registered()
    Lease(night.edges, MODEL).take(going(night, "run-1"))

    with suppress(RegistryIncomplete):
        cleanup.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-1") == ("RetrainFailed", "one class only", "SingleClass")
    assert night.store.find(layout.lease(MODEL)) is None


@pytest.mark.parametrize(
    ("ended", "error", "reason"),
    [
        ({"status": "ABORTED", "error": "Stopped", "cause": "by ada"}, "Stopped", "by ada"),
        ({"status": "TIMED_OUT"}, "TIMED_OUT", "the run ended without a word"),
        ({"status": "FAILED", "error": "SingleClass", "cause": FAILURE["Cause"]}, "SingleClass", "one class only"),
        (None, "ExecutionUnknown", "the run ended without a word"),
    ],
)
def test_dead_holder_of_the_lease_is_buried(
    night: FakeOutside, ended: dict[str, Any] | None, error: str, reason: str
) -> None:
    Lease(night.edges, MODEL).take(going(night, "dead"))
    night.store.put(layout.work("dead", "train/labels.npy"), b"rows")
    if ended:
        night.executions.finish("dead", **ended)
    else:
        night.executions.forget("dead")
    night.clock.sleep(60)

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == ["recorded the end of run dead, which had died"]
    assert outcome_of(night, "dead") == ("RetrainFailed", reason, error)
    assert night.store.find(layout.lease(MODEL)) is None
    assert night.store.list(layout.WORK) == []


def test_holder_that_died_after_its_swap_is_buried_as_promoted(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "dead"))
    promote(night.edges, run="dead")
    night.executions.finish("dead", "ABORTED", error="Stopped", cause="by ada")

    cleanup.before(night.edges, run="run-2", model=MODEL)

    assert outcome_of(night, "dead") == (
        "Promoted",
        "the swap took effect; then Stopped: by ada",
        None,
    )


def test_holder_that_died_between_its_swap_and_its_ledger_entry_is_buried_as_promoted(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "dead"))
    die_after_the_swap(night, run="dead")
    night.executions.forget("dead")
    night.clock.sleep(60)

    cleanup.before(night.edges, run="run-2", model=MODEL)

    assert outcome_of(night, "dead")[0] == "Promoted"


def test_holder_whose_execution_is_not_visible_yet_is_not_buried(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take("just started")

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == []
    assert outcomes.find(night.edges, run="just started") is None


def test_holder_that_died_before_the_swap_that_it_had_decided_on_is_helped_to_its_end(night: FakeOutside) -> None:
    decided(night, run="dead")
    night.executions.finish("dead", "ABORTED", error="Stopped", cause="by ada")

    cleanup.before(night.edges, run="run-2", model=MODEL)

    assert outcome_of(night, "dead")[0] == "Promoted"
    assert ledger_of(night) == [(1, "dead", None, "1", False)]


def test_broken_run_whose_decided_swap_lost_its_race_failed(night: FakeOutside) -> None:
    decided(night, run="run-1")
    promote(night.edges, run="rival")

    cleanup.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-1") == ("RetrainFailed", "one class only", "SingleClass")
    assert [run for _, run, *_ in ledger_of(night)] == ["rival"]


def test_run_that_was_recorded_as_failed_can_no_longer_decide_to_swap(night: FakeOutside) -> None:
    going(night, "run-1")
    cleanup.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    late = swap(night.edges, register(night.edges, run="run-1"), run="run-1")

    assert not commitment.commit(night.edges, late, what=commitment.SWAP, judging=1)


@pytest.mark.parametrize("holder", ["run-2", "going"])
def test_nobody_is_buried_alive(night: FakeOutside, holder: str) -> None:
    going(night, "going")
    held = {"holder": holder, "taken_at": documents.timestamp(night.clock())}
    night.store.put(layout.lease(MODEL), documents.encode(held))

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == []
    assert documents.find(night.store, layout.lease(MODEL)) == held


def test_broken_run_is_recorded_as_failed_with_its_reason(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    Lease(night.edges, MODEL).take(going(night, "run-2"))

    restored = cleanup.after(night.edges, run="run-2", model=MODEL, failure=FAILURE)

    assert restored == AliasRestored(function_version="1", repairs=[])
    assert outcome_of(night, "run-2") == ("RetrainFailed", "one class only", "SingleClass")
    assert night.store.find(layout.lease(MODEL)) is None


def test_broken_runs_own_weights_are_taken_off_though_it_is_still_running(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    shift_traffic(night, run=going(night, "run-2"))

    restored = cleanup.after(night.edges, run="run-2", model=MODEL, failure=FAILURE)

    assert restored.repairs == ["gave all traffic back to function version 1"]
    assert weights(night) == {}


@pytest.mark.parametrize("recorded", [True, False])
def test_run_that_broke_after_its_swap_is_promoted(night: FakeOutside, recorded: bool) -> None:
    going(night, "run-1")
    if recorded:
        promote(night.edges, run="run-1")
    else:
        die_after_the_swap(night, run="run-1")

    cleanup.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-1") == (
        "Promoted",
        "the swap took effect; then SingleClass: one class only",
        None,
    )


def test_run_that_only_restored_something_is_not_promoted(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    shift_traffic(night, run="dead")
    cleanup.before(night.edges, run="run-2", model=MODEL)

    cleanup.after(night.edges, run="run-2", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-2")[0] == "RetrainFailed"


def test_rule_on_the_executions_status_learns_the_model_from_the_request(night: FakeOutside) -> None:
    Lease(night.edges, MODEL).take(going(night, "run-1"))

    cleanup.after(night.edges, run="run-1", model=None, failure={"Error": "ABORTED", "Cause": None})

    assert outcome_of(night, "run-1") == ("RetrainFailed", "no cause was given", "ABORTED")
    assert night.store.find(layout.lease(MODEL)) is None


def test_run_that_nobody_asked_for_cannot_be_restored() -> None:
    with pytest.raises(RunUnknown, match="run stranger left no request") as caught:
        cleanup.after(outside().edges, run="stranger", model=None, failure=FAILURE)

    assert caught.value.details == {"run": "stranger"}


def test_end_that_is_told_twice_is_recorded_once(night: FakeOutside) -> None:
    going(night, "run-1")
    cleanup.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)
    before = content(night)

    cleanup.after(night.edges, run="run-1", model=None, failure={"Error": "FAILED", "Cause": "the rule"})

    assert content(night) == before
