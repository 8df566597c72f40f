"""An erasure that is repeated, interrupted, or meets a run that goes on."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.errors import (
    CommandFailed,
    RequestConflict,
)
from chalicelib.registry import registry
from tests.fakes.stage import FakeStage
from tests.given.interference import Killed, interfered, raising, with_store
from tests.given.nights import MODEL, content, promote
from tests.given.records import problems, silent
from tests.unit.workflows.data_set.erasing import (
    DATA,
    EVEN,
    FIRST,
    LATE,
    ODD,
    RUNS,
    SECOND,
    csv,
    durations,
    erase,
    everything,
    lease_of,
    lines,
    listed,
    message,
    quoting,
    read_by,
    stage,
)
from workflows.data_set import erasing, erasing_plan
from workflows.data_set.quoting import Outside


@pytest.mark.parametrize("edge", ["store", "versions"])
@pytest.mark.parametrize("nth", range(1, 8))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_repeating_it_after_a_crash_ends_as_if_there_had_been_none(edge: str, nth: int, moment: str) -> None:
    whole = stage()
    erase(whole, FIRST, "--yes")
    on = stage()
    night = on.outside
    killed: dict[str, Any] = {moment: raising(Killed())}
    if edge == "store":
        for operation in ("put_if_absent", "put_if_match", "delete"):
            edges = with_store(night.edges, operation, nth=nth, **killed)
            _until_killed(Outside(edges, night.versions, night.transforms, "test"))
    else:
        _until_killed(
            Outside(night.edges, interfered(night.versions, "delete", nth=nth, **killed), night.transforms, "test")
        )

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [ODD, ODD]
    assert problems(night) == ()
    assert sorted(map(len, everything(night))) and b'"duration": 4.0' not in b"".join(everything(night))
    assert csv(EVEN) not in everything(night)


def _until_killed(outside: Outside) -> None:
    plan = erasing_plan.make(outside, [FIRST], model=MODEL, who="ada", progress=silent)
    with suppress(Killed):
        erasing.carry_out(outside, plan, progress=silent)


def test_run_that_is_going_is_waited_for(on: FakeStage) -> None:
    lease_of(on)
    before = content(on.outside)

    said = message(on, FIRST, "--yes", by=RequestConflict)

    assert f"stop it with nightswap stop {RUNS[1]}, or wait for its end" in said
    assert content(on.outside) == before


def test_run_that_began_meanwhile_is_told_and_the_rows_can_still_be_looked_up_afterwards(on: FakeStage) -> None:
    night = on.outside
    night.edges = with_store(night.edges, "put_if_absent", after=lambda: lease_of(on))

    message(on, FIRST, "--yes", by=RequestConflict)

    assert night.store.find(DATA) is None
    night.store.delete(layout.lease(MODEL))
    erase(on, FIRST, "--yes")
    assert durations(night, 1) == ODD


def test_run_that_ended_after_the_plan_was_made_keeps_no_rows(on: FakeStage) -> None:
    night = on.outside
    outside = Outside(night.edges, night.versions, night.transforms, "test")
    plan = erasing_plan.make(outside, [FIRST], model=MODEL, who="ada", progress=silent)
    read_by(night, LATE, FIRST, SECOND)
    promote(night.edges, run=LATE, fingerprint="data-3", data=listed(FIRST, SECOND), report=quoting(LATE, EVEN[2]))

    with pytest.raises(
        RequestConflict, match=f"run {LATE} of {MODEL} went on while this was prepared: repeat the command"
    ):
        erasing.carry_out(outside, plan, progress=silent)

    erase(on, FIRST, "--yes")
    assert [durations(night, number) for number in (1, 2, 3)] == [ODD, ODD, ODD]
    assert b'"duration": 4.0' not in b"".join(everything(night))


def test_document_that_changes_meanwhile_is_told(on: FakeStage) -> None:
    key = layout.version(MODEL, 1, registry.REPLAY)
    on.outside.edges = with_store(on.outside.edges, "put_if_match", before=lambda: on.outside.store.put(key, b"{}"))

    assert f"{key} changed in this moment: repeat the command" in message(on, FIRST, "--yes", by=CommandFailed)


def test_erasure_that_was_refused_half_way_looked_nothing_up(on: FakeStage) -> None:
    night = on.outside
    night.edges = with_store(night.edges, "put_if_absent", after=lambda: lease_of(on))
    message(on, FIRST, "--yes", by=RequestConflict)
    night.store.delete(layout.lease(MODEL))
    night.versions.delete(night.versions.list(DATA))

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [[], []]
    assert b'"duration": 4.0' not in b"".join(everything(night))


def test_file_that_came_again_and_was_trained_on_after_it_was_erased_costs_that_version_all_its_rows(
    on: FakeStage,
) -> None:
    night = on.outside
    erase(on, FIRST, "--yes")
    read_by(night, LATE, FIRST, SECOND)
    promote(night.edges, run=LATE, fingerprint="data-3", data=listed(FIRST, SECOND), report=quoting(LATE, EVEN[2]))

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2, 3)] == [ODD, ODD, []]
    assert b'"duration": 4.0' not in b"".join(everything(night))


def test_damaged_word_of_what_was_looked_up_is_as_good_as_none(on: FakeStage) -> None:
    night = on.outside
    erase(on, FIRST, "--yes")
    (told,) = night.store.list(layout.looked_up(MODEL))
    night.store.put(told.key, b"{")

    erase(on, FIRST, "--yes")

    assert [durations(night, number) for number in (1, 2)] == [[], []]


def test_repeating_it_finds_nothing_and_tells_nothing_more(on: FakeStage) -> None:
    erase(on, FIRST, "--yes")
    before = content(on.outside)

    said = lines(on, FIRST, "--yes")

    assert said[-1] == f"nothing is left of {FIRST}"
    assert content(on.outside) == before


def test_parts_that_later_runs_kept_of_other_files_are_nothing_of_the_erased_file(on: FakeStage) -> None:
    erase(on, FIRST, "--yes")
    on.outside.store.put(layout.part(MODEL, 64 * "b"), b"rows of other files")

    assert lines(on, FIRST, "--yes")[-1] == f"nothing is left of {FIRST}"
    assert on.outside.store.find(layout.part(MODEL, 64 * "b")) is not None
