"""Invariants of runs: one at a time, one outcome, one announcement."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, PROMOTED, RETRAIN_FAILED, ROLLED_BACK, WAITING
from chalicelib.errors import leaves
from tests.fakes.history import Effect
from tests.simulation.machine import ABANDONED_AS
from tests.simulation.readings import documents_at, lasting, outcomes, promotions, with_running
from tests.simulation.world import HAND, MODEL, World

MACHINE_ERRORS = {*ABANDONED_AS, "Runtime.ExitError"}
"""What a task may fail with beside the leaves of chalicelib.errors."""
ANNOUNCED = {PROMOTED, MODEL_REJECTED, ROLLED_BACK, WAITING, RETRAIN_FAILED}


def a_run_name_has_one_execution_and_one_winner(world: World) -> None:
    started = Counter(effect.subject for effect in world.history.of("start"))
    started.subtract(effect.subject for effect in world.history.of("forget"))  # what is lost may be started anew
    assert all(count <= 1 for count in started.values()), f"started twice: {started}"
    winners = Counter(effect.facts["run"] for effect in world.history.of("answer") if effect.facts.get("is_new"))
    assert all(count == 1 for count in winners.values()), f"called new to more than one client: {winners}"


def the_lease_is_taken_from_the_dead_only(world: World) -> None:
    holder: str | None = None
    for effect, running in with_running(world):
        if effect.subject == layout.lease(MODEL) and effect.operation in {"put", "delete"}:
            own = effect.actor.startswith(f"{holder}/")
            assert own or holder not in running, f"{holder} is still running: {effect}"
            holder = json.loads(effect.facts["body"])["holder"] if effect.operation == "put" else None


def a_run_judges_twice_at_most(world: World) -> None:
    entered: Counter[tuple[str, str]] = Counter()
    for effect in world.history.of("enter", "start"):
        if effect.operation == "start":  # for the first time, or anew after its execution was lost
            entered = Counter({key: count for key, count in entered.items() if key[0] != effect.subject})
        else:
            entered[effect.subject, effect.facts["state"]] += 1
            judged = [entered[effect.subject, state] for state in ("Evaluate", "Rejudge")]
            assert max(judged) <= 1, f"judged {sum(judged)} times: {effect}"


def an_outcome_is_written_once(world: World) -> None:
    written = Counter(match[1] for _, match, _ in documents_at(world, r"runs/([^/]+)/outcome\.json"))
    assert all(count == 1 for count in written.values()), f"more than one outcome: {written}"


def an_execution_that_succeeded_tells_its_recorded_outcome(world: World) -> None:
    recorded = outcomes(world)
    for effect in world.history.of("finish"):
        if effect.facts["status"] == "SUCCEEDED":
            told = json.loads(effect.facts["output"])["outcome"]
            assert told == recorded.get(effect.subject), f"recorded {recorded.get(effect.subject)}: {effect}"


def outcomes_tell_who_was_promoted(world: World) -> None:
    known = {(stamp.run, stamp.step) for _, stamp in lasting(world)}
    promoted = {stamp.run for _, stamp in promotions(world) if (stamp.run, stamp.step) in known}
    for run, outcome in outcomes(world).items():
        assert (outcome == PROMOTED) == (run in promoted), f"{run} ended {outcome}, promoted were {promoted}"


def what_ended_was_announced(world: World) -> None:
    """At least once; unless whoever recorded it met a fault then, and had no cause to come back."""
    for effect, run, outcome in _unannounced(world):
        assert met_a_fault(world, effect), f"nobody was told that {run} ended {outcome}: {effect}"


def all_that_ended_was_announced(world: World) -> None:
    """For a world in which whoever dies is followed by another."""
    for effect, run, outcome in _unannounced(world):
        raise AssertionError(f"nobody was told that {run} ended {outcome}: {effect}")


def _unannounced(world: World) -> Iterator[tuple[Effect, str, str]]:
    told = {(effect.facts["detail"]["run"], effect.facts["kind"]) for effect in world.history.of("notice")}
    for effect, match, document in documents_at(world, r"runs/([^/]+)/outcome\.json"):
        outcome = document["outcome"]
        if outcome in ANNOUNCED and (match[1], outcome) not in told:
            yield effect, match[1], outcome


def met_a_fault(world: World, recording: Effect) -> bool:
    """Whether anything went wrong, from the record of an outcome on, with the run that recorded it."""
    whose = recording.actor.partition("/")[0]
    later = world.history.effects[recording.index - 1 :]  # a fault is recorded before what it lets through
    return any(effect.operation.startswith("fault:") and effect.actor.startswith(whose) for effect in later)


def tasks_fail_with_errors_of_the_contract_only(world: World) -> None:
    """RegistryIncomplete is one of them where a hand took something away."""
    allowed = {*leaves(), *MACHINE_ERRORS} - {"ContractBroken"}
    if not any(effect.actor == HAND for effect in world.history.effects):
        allowed -= {"RegistryIncomplete"}
    for effect in world.history.of("failed"):
        assert effect.facts["error"] in allowed, f"an error that nobody foresaw: {effect}"
