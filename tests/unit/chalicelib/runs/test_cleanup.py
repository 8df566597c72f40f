from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.contracts.runs import AliasRestored
from chalicelib.documents import documents
from chalicelib.errors import RegistryIncomplete
from chalicelib.ledger.ledger import Ledger
from chalicelib.registry.live import look
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.given.broken_runs import (
    die_after_the_swap,
    shift_traffic,
    under_weights_on_code_that_nobody_registered,
    weights,
)
from tests.given.interference import with_functions
from tests.given.nights import (
    MODEL,
    content,
    going,
    ledger_of,
    promote,
    revision,
)
from tests.given.present import present


def test_model_that_was_never_live_needs_no_repair(night: FakeOutside) -> None:
    assert cleanup.before(night.edges, run="run-1", model=MODEL) == AliasRestored(function_version=None, repairs=[])


def test_sound_alias_needs_no_repair(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    before = content(night), night.functions.alias(MODEL)

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored == AliasRestored(function_version="1", repairs=[])
    assert (content(night), night.functions.alias(MODEL)) == before


def test_missing_ledger_entry_is_written_at_the_beginning_of_the_next_run(night: FakeOutside) -> None:
    die_after_the_swap(night, run="dead")

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == ["wrote the ledger entry of the alias's last move, whose author had died"]
    assert ledger_of(night) == [(1, "dead", None, "1", True)]


def test_every_run_begins_with_clearing_what_ended_runs_left(night: FakeOutside) -> None:
    night.store.put(layout.run_document("stopped", "outcome"), documents.encode({"outcome": "RetrainFailed"}))
    night.store.put(layout.work("stopped", "answers/late.npy"), b"rows")

    cleanup.before(night.edges, run="run-1", model=MODEL)

    assert night.store.list(layout.WORK) == []


@pytest.mark.parametrize("status", ["ABORTED", None])
def test_weights_of_a_run_that_is_over_are_taken_off(night: FakeOutside, status: str | None) -> None:
    promote(night.edges, run="run-1")
    shift_traffic(night, run=going(night, "dead"))
    if status:
        night.executions.finish("dead", status)
    else:
        night.executions.forget("dead")
    night.clock.sleep(60)

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored == AliasRestored(function_version="1", repairs=["gave all traffic back to function version 1"])
    assert weights(night) == {}
    last = present(Ledger(night.edges, MODEL).last())
    assert (last.kind, last.run, last.model_version) == ("restored", "run-2", 1)


def test_weights_of_a_run_that_is_going_are_its_own(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    shift_traffic(night, run=going(night, "canary"))

    restored = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert restored.repairs == []
    assert weights(night) == {"2": 0.1}


def test_weights_that_were_put_on_by_hand_are_taken_off_and_the_live_model_stays_known(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    night.functions.publish(MODEL, b"by hand")
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights={"2": 0.5},
        description="by hand",
        revision_id=revision(night.edges) or "",
    )

    cleanup.before(night.edges, run="run-2", model=MODEL)

    seen = look(night.edges, model=MODEL)
    assert seen.alias is not None and seen.alias.weights == {}
    assert seen.version() == 1


def test_weights_on_code_that_nobody_registered_are_for_a_person_to_take_off() -> None:
    night = under_weights_on_code_that_nobody_registered()

    with pytest.raises(RegistryIncomplete, match="nightswap restore kdd99-http"):
        cleanup.before(night.edges, run="run-1", model=MODEL)

    assert weights(night) == {"2": 0.5}


def test_whoever_restores_at_the_same_time_is_no_trouble(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    shift_traffic(night, run="dead")
    raced = with_functions(
        night.edges, "update_alias", before=lambda: cleanup.before(night.edges, run="run-2", model=MODEL)
    )

    cleanup.before(raced, run="run-3", model=MODEL)

    assert weights(night) == {}
    assert [run for _, run, *_ in ledger_of(night)] == ["run-1", "dead", "run-2"]


def test_repeated_restoring_changes_nothing(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    shift_traffic(night, run="dead")
    cleanup.before(night.edges, run="run-2", model=MODEL)
    before = content(night), night.functions.alias(MODEL)

    again = cleanup.before(night.edges, run="run-2", model=MODEL)

    assert again == AliasRestored(function_version="1", repairs=[])
    assert (content(night), night.functions.alias(MODEL)) == before


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
    assert cleanup.in_words({"Error": "E", "Cause": cause}) == words


def test_failure_without_a_cause_is_put_in_words() -> None:
    assert cleanup.in_words({}) == "no cause was given"
