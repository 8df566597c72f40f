from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import commitment, documents, layout, lease, ledger, models, outcomes, promotion, restoring
from chalicelib.contracts import AliasRestored
from chalicelib.errors import RegistryIncomplete, RunUnknown, StoreUnavailable
from chalicelib.promotion import Move
from tests.fakes.edges import FakeOutside
from tests.unit.chalicelib.interference import raising, with_functions, with_store
from tests.unit.chalicelib.nights import (
    MODEL,
    content,
    going,
    ledger_of,
    outside,
    promote,
    register,
    revision,
    swap,
)

FAILURE = {"Error": "SingleClass", "Cause": '{"errorMessage": "one class only", "errorType": "SingleClass"}'}


def die_after_the_swap(night: FakeOutside, *, run: str) -> None:
    """The alias is moved, and its ledger entry is not written."""
    registered = register(night.edges, run=run)
    dying = with_store(night.edges, "put_if_absent", before=raising(StoreUnavailable("no answer")))
    move = swap(night.edges, registered, run=run, expected=revision(night.edges))
    commitment.commit(night.edges, move)
    with pytest.raises(StoreUnavailable):
        promotion.move_alias(dying, move)


def shift_traffic(night: FakeOutside, *, run: str) -> None:
    """A canary of the run: a tenth of the traffic goes to its own version."""
    champion = night.functions.alias(MODEL)
    assert champion is not None
    registered = register(night.edges, run=run)
    champions = replace(registered, function_version=champion.function_version, model_version=1)
    weights = {registered.function_version: 0.1}
    promotion.move_alias(
        night.edges,
        swap(night.edges, champions, run=run, step=1, kind="shifted", weights=weights, expected=champion.revision_id),
    )


def weights(night: FakeOutside) -> dict[str, float]:
    alias = night.functions.alias(MODEL)
    return dict(alias.weights) if alias else {}


def outcome_of(night: FakeOutside, run: str) -> tuple[str, str, str | None]:
    found = outcomes.find(night.edges, run=run) or {}
    return found["outcome"], found["reason"], found["error"]


def test_model_that_was_never_live_needs_no_repair() -> None:
    night = outside()

    assert restoring.before(night.edges, run="run-1", model=MODEL) == AliasRestored(function_version=None, repairs=[])


def test_sound_alias_needs_no_repair() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    before = content(night), night.functions.alias(MODEL)

    restored = restoring.before(night.edges, run="run-2", model=MODEL)

    assert restored == AliasRestored(function_version="1", repairs=[])
    assert (content(night), night.functions.alias(MODEL)) == before


def test_missing_ledger_entry_is_written_at_the_beginning_of_the_next_run() -> None:
    night = outside()
    die_after_the_swap(night, run="dead")

    restored = restoring.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == ["wrote the ledger entry of the alias's last move, whose author had died"]
    assert ledger_of(night) == [(1, "dead", None, "1", True)]


@pytest.mark.parametrize("status", ["ABORTED", None])
def test_weights_of_a_run_that_is_over_are_taken_off(status: str | None) -> None:
    night = outside()
    promote(night.edges, run="run-1")
    shift_traffic(night, run=going(night, "dead"))
    if status:
        night.executions.finish("dead", status)
    else:
        night.executions.forget("dead")
    night.clock.sleep(60)

    restored = restoring.before(night.edges, run="run-2", model=MODEL)

    assert restored == AliasRestored(function_version="1", repairs=["gave all traffic back to function version 1"])
    assert weights(night) == {}
    last = ledger.last(night.edges, model=MODEL) or {}
    assert (last["kind"], last["run"], last["model_version"]) == ("restored", "run-2", 1)


def test_weights_of_a_run_that_is_going_are_its_own() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    shift_traffic(night, run=going(night, "canary"))

    restored = restoring.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == []
    assert weights(night) == {"2": 0.1}


def test_weights_that_were_put_on_by_hand_are_taken_off_and_the_live_model_stays_known() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    night.functions.publish(MODEL, b"by hand")
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights={"2": 0.5},
        description="by hand",
        revision_id=revision(night.edges) or "",
    )

    restoring.before(night.edges, run="run-2", model=MODEL)

    alias = night.functions.alias(MODEL)
    assert alias is not None and alias.weights == {}
    assert models.live_version(night.edges, model=MODEL, alias=alias) == 1


def under_weights_on_code_that_nobody_registered() -> FakeOutside:
    night = outside()
    for package in (b"by hand", b"by hand too"):
        night.functions.publish(MODEL, package)
    night.functions.create_alias(MODEL, function_version="1", description="by hand")
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights={"2": 0.5},
        description="by hand",
        revision_id=revision(night.edges) or "",
    )
    return night


def test_weights_on_code_that_nobody_registered_are_for_a_person_to_take_off() -> None:
    night = under_weights_on_code_that_nobody_registered()

    with pytest.raises(RegistryIncomplete, match="nightswap restore kdd99-http"):
        restoring.before(night.edges, run="run-1", model=MODEL)

    assert weights(night) == {"2": 0.5}


def test_run_that_cannot_take_weights_off_is_recorded_and_gives_its_lease_back() -> None:
    night = under_weights_on_code_that_nobody_registered()
    lease.take(night.edges, model=MODEL, run=going(night, "run-1"))

    with suppress(RegistryIncomplete):
        restoring.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-1") == ("RetrainFailed", "one class only", "SingleClass")
    assert night.store.find(layout.lease(MODEL)) is None


def test_whoever_restores_at_the_same_time_is_no_trouble() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    shift_traffic(night, run="dead")
    raced = with_functions(
        night.edges, "update_alias", before=lambda: restoring.before(night.edges, run="run-2", model=MODEL)
    )

    restoring.before(raced, run="run-3", model=MODEL)

    assert weights(night) == {}
    assert [run for _, run, *_ in ledger_of(night)] == ["run-1", "dead", "run-2"]


def test_repeated_restoring_changes_nothing() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    shift_traffic(night, run="dead")
    restoring.before(night.edges, run="run-2", model=MODEL)
    before = content(night), night.functions.alias(MODEL)

    again = restoring.before(night.edges, run="run-2", model=MODEL)

    assert again == AliasRestored(function_version="1", repairs=[])
    assert (content(night), night.functions.alias(MODEL)) == before


@pytest.mark.parametrize(
    ("ended", "error", "reason"),
    [
        ({"status": "ABORTED", "error": "Stopped", "cause": "by ada"}, "Stopped", "by ada"),
        ({"status": "TIMED_OUT"}, "TIMED_OUT", "the run ended without a word"),
        ({"status": "FAILED", "error": "SingleClass", "cause": FAILURE["Cause"]}, "SingleClass", "one class only"),
        (None, "ExecutionUnknown", "the run ended without a word"),
    ],
)
def test_dead_holder_of_the_lease_is_buried(ended: dict[str, Any] | None, error: str, reason: str) -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run=going(night, "dead"))
    night.store.put(layout.work("dead", "train/labels.npy"), b"rows")
    if ended:
        night.executions.finish("dead", **ended)
    else:
        night.executions.forget("dead")
    night.clock.sleep(60)

    restored = restoring.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == ["recorded the end of run dead, which had died"]
    assert outcome_of(night, "dead") == ("RetrainFailed", reason, error)
    assert night.store.find(layout.lease(MODEL)) is None
    assert night.store.list(layout.WORK) == []


def test_holder_that_died_after_its_swap_is_buried_as_promoted() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run=going(night, "dead"))
    promote(night.edges, run="dead")
    night.executions.finish("dead", "ABORTED", error="Stopped", cause="by ada")

    restoring.before(night.edges, run="run-2", model=MODEL)

    assert outcome_of(night, "dead") == (
        "Promoted",
        "the swap took effect; then Stopped: by ada",
        None,
    )


def test_holder_that_died_between_its_swap_and_its_ledger_entry_is_buried_as_promoted() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run=going(night, "dead"))
    die_after_the_swap(night, run="dead")
    night.executions.forget("dead")
    night.clock.sleep(60)

    restoring.before(night.edges, run="run-2", model=MODEL)

    assert outcome_of(night, "dead")[0] == "Promoted"


def test_holder_whose_execution_is_not_visible_yet_is_not_buried() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run="just started")

    restored = restoring.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == []
    assert outcomes.find(night.edges, run="just started") is None


def decided(night: FakeOutside, *, run: str) -> Move:
    """A run that holds the lease and decided to swap, and did not come to it."""
    lease.take(night.edges, model=MODEL, run=going(night, run))
    move = swap(night.edges, register(night.edges, run=run), run=run, expected=revision(night.edges))
    assert commitment.commit(night.edges, move)
    return move


def test_holder_that_died_before_the_swap_that_it_had_decided_on_is_helped_to_its_end() -> None:
    night = outside()
    decided(night, run="dead")
    night.executions.finish("dead", "ABORTED", error="Stopped", cause="by ada")

    restoring.before(night.edges, run="run-2", model=MODEL)

    assert outcome_of(night, "dead")[0] == "Promoted"
    assert ledger_of(night) == [(1, "dead", None, "1", False)]


def test_broken_run_whose_decided_swap_lost_its_race_failed() -> None:
    night = outside()
    decided(night, run="run-1")
    promote(night.edges, run="rival")

    restoring.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-1") == ("RetrainFailed", "one class only", "SingleClass")
    assert [run for _, run, *_ in ledger_of(night)] == ["rival"]


def test_run_that_was_recorded_as_failed_can_no_longer_decide_to_swap() -> None:
    night = outside()
    going(night, "run-1")
    restoring.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    late = swap(night.edges, register(night.edges, run="run-1"), run="run-1")

    assert not commitment.commit(night.edges, late)


@pytest.mark.parametrize("holder", ["run-2", "going"])
def test_nobody_is_buried_alive(holder: str) -> None:
    night = outside()
    going(night, "going")
    night.store.put(layout.lease(MODEL), documents.encode({"holder": holder}))

    restored = restoring.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == []
    assert documents.find(night.store, layout.lease(MODEL)) == {"holder": holder}


def test_broken_run_is_recorded_as_failed_with_its_reason() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    lease.take(night.edges, model=MODEL, run=going(night, "run-2"))

    restored = restoring.after(night.edges, run="run-2", model=MODEL, failure=FAILURE)

    assert restored == AliasRestored(function_version="1", repairs=[])
    assert outcome_of(night, "run-2") == ("RetrainFailed", "one class only", "SingleClass")
    assert night.store.find(layout.lease(MODEL)) is None


def test_broken_runs_own_weights_are_taken_off_though_it_is_still_running() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    shift_traffic(night, run=going(night, "run-2"))

    restored = restoring.after(night.edges, run="run-2", model=MODEL, failure=FAILURE)

    assert restored.repairs == ["gave all traffic back to function version 1"]
    assert weights(night) == {}


@pytest.mark.parametrize("recorded", [True, False])
def test_run_that_broke_after_its_swap_is_promoted(recorded: bool) -> None:
    night = outside()
    going(night, "run-1")
    if recorded:
        promote(night.edges, run="run-1")
    else:
        die_after_the_swap(night, run="run-1")

    restoring.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-1") == (
        "Promoted",
        "the swap took effect; then SingleClass: one class only",
        None,
    )


def test_run_that_only_restored_something_is_not_promoted() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    shift_traffic(night, run="dead")
    restoring.before(night.edges, run="run-2", model=MODEL)

    restoring.after(night.edges, run="run-2", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-2")[0] == "RetrainFailed"


def test_rule_on_the_executions_status_learns_the_model_from_the_request() -> None:
    night = outside()
    lease.take(night.edges, model=MODEL, run=going(night, "run-1"))

    restoring.after(night.edges, run="run-1", model=None, failure={"Error": "ABORTED", "Cause": None})

    assert outcome_of(night, "run-1") == ("RetrainFailed", "no cause was given", "ABORTED")
    assert night.store.find(layout.lease(MODEL)) is None


def test_run_that_nobody_asked_for_cannot_be_restored() -> None:
    with pytest.raises(RunUnknown, match="run stranger left no request") as caught:
        restoring.after(outside().edges, run="stranger", model=None, failure=FAILURE)

    assert caught.value.details == {"run": "stranger"}


def test_end_that_is_told_twice_is_recorded_once() -> None:
    night = outside()
    going(night, "run-1")
    restoring.after(night.edges, run="run-1", model=MODEL, failure=FAILURE)
    before = content(night)

    restoring.after(night.edges, run="run-1", model=None, failure={"Error": "FAILED", "Cause": "the rule"})

    assert content(night) == before


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ('{"errorMessage": "one class only", "errorType": "SingleClass"}', "one class only"),
        ("by ada", "by ada"),
        ('{"message": "no errorMessage"}', '{"message": "no errorMessage"}'),
        ("[1, 2]", "[1, 2]"),
        ("7", "7"),
        ('"text"', '"text"'),
        ("", "no cause was given"),
        (None, "no cause was given"),
    ],
)
def test_failure_is_put_in_words(cause: str | None, words: str) -> None:
    assert restoring.in_words({"Error": "E", "Cause": cause}) == words


def test_failure_without_a_cause_is_put_in_words() -> None:
    assert restoring.in_words({}) == "no cause was given"
