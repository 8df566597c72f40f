"""A world is its seed, a calm one works, and what is broken in one is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts import MODEL_REJECTED, NOTHING_NEW, PROMOTED, RETRAIN_FAILED
from tests.fakes.clock import START
from tests.fakes.history import Effect
from tests.simulation import invariants, triggers
from tests.simulation.faults import Fault, FaultAt
from tests.simulation.invariants import ALWAYS, SETTLED, Invariant, check
from tests.simulation.scenarios import busy_night
from tests.simulation.world import MODEL, Weather, World


def retrained(world: World, *, day: int = 0) -> str:
    """The outcome of a nightly run."""
    event_time = START + timedelta(days=day)
    triggers.nightly(world, event_time=event_time, delay_seconds=0)
    world.settle()
    run = f"{MODEL}-nightly-{event_time:%Y%m%dT%H%MZ}"
    outcome = world.store.find(layout.run_document(run, "outcome"))
    return str(json.loads(outcome.body)["outcome"]) if outcome else "none"


def story(world: World) -> list[tuple[str, str, str]]:
    """The history without bodies, which hold measured durations."""
    return [(effect.actor, effect.operation, effect.subject) for effect in world.history.effects]


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_same_seed_is_the_same_night(seed: int) -> None:
    first, second = World(seed), World(seed)

    for world in (first, second):
        busy_night(world)

    assert story(first) == story(second)


def test_in_calm_weather_every_outcome_comes_as_it_should() -> None:
    world = World("calm", weather=Weather())
    world.add_data("1.csv", quality=5)

    outcomes = [retrained(world, day=0), retrained(world, day=1)]
    world.add_data("2.csv", quality=4)
    outcomes.append(retrained(world, day=2))
    world.add_data("3.csv", quality=6)
    outcomes.append(retrained(world, day=3))

    assert outcomes == [PROMOTED, NOTHING_NEW, MODEL_REJECTED, PROMOTED]
    check(world, ALWAYS)
    check(world, SETTLED)


@pytest.mark.parametrize("fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.LOST, Fault.REPEATED])
@pytest.mark.parametrize("operation", ["create_alias", "put_if_absent", "delete_if_match", "publish"])
def test_one_fault_at_any_decisive_call_is_survived(operation: str, fault: Fault) -> None:
    plan = FaultAt(f"{MODEL}-nightly", operation, fault)
    world = World(f"{operation} {fault}", weather=Weather(plan=plan))
    world.add_data("1.csv", quality=5)

    assert retrained(world) == PROMOTED
    assert plan.seen > 0
    check(world, ALWAYS)
    check(world, SETTLED)


def test_a_stopped_run_is_recorded_as_failed_by_the_rule() -> None:
    world = World("stopped", weather=Weather())
    world.add_data("1.csv", quality=5)
    run = f"{MODEL}-nightly-{START:%Y%m%dT%H%MZ}"
    holds_lease = layout.lease(MODEL)

    def stop() -> None:
        world.scheduler.wait_until(lambda: world.store.find(holds_lease) is not None)
        world.executions.stop(run, cause="by hand")

    world.scheduler.spawn("stop", stop)

    assert retrained(world) == RETRAIN_FAILED
    assert world.store.find(holds_lease) is None
    check(world, ALWAYS)


Change = Callable[[list[Effect]], None]
"""Forges a history."""


def _without(operation: str) -> Change:
    def change(effects: list[Effect]) -> None:
        effects[:] = [effect for effect in effects if effect.operation != operation]

    return change


def _twice(pattern: str) -> Change:
    def change(effects: list[Effect]) -> None:
        effects += [effect for effect in effects if pattern in effect.subject or pattern == effect.operation]

    return change


def _and(operation: str, subject: str, *, after: str | None = None, **facts: Any) -> Change:
    """With one more effect: behind the first on the subject `after`, or at the end."""

    def change(effects: list[Effect]) -> None:
        subjects = [effect.subject for effect in effects]
        index = subjects.index(after) + 1 if after else len(effects)
        effects.insert(index, Effect(index, START, "a hand", operation, subject, facts))

    return change


def _worse(effects: list[Effect]) -> None:
    """The second version is worse than the first."""
    for effect in effects:
        if effect.subject.endswith("2/manifest.json"):
            facts = {"body": effect.facts["body"].replace(b'"quality": 6', b'"quality": 1')}
            effects[effect.index] = replace(effect, facts=facts)


def _weighted(effects: list[Effect]) -> None:
    """The last move left weights, and another run ended after its author."""
    for effect in effects:
        if effect.operation == "update_alias":
            effects[effect.index] = replace(effect, facts={**effect.facts, "weights": {"1": 0.1}})
    _and("finish", "another", status="SUCCEEDED")(effects)


LEASE = layout.lease(MODEL)
STOLEN = _and("put", LEASE, after=LEASE, body=b'{"holder": "another"}')
PACKAGE = layout.version(MODEL, 1, "package.zip")

FORGERIES: list[tuple[Invariant, Change]] = [
    (invariants.alias_points_at_complete_gated_versions_only, _without("put")),
    (invariants.no_model_version_is_used_twice, _twice("claim.json")),
    (invariants.complete_versions_never_change, _and("put", PACKAGE, body=b"other")),
    (invariants.ledger_entries_are_the_moves_in_order, _twice("ledger/")),
    (invariants.ledger_entries_are_the_moves_in_order, _without("create_alias")),
    (invariants.an_execution_promotes_once_at_most, _twice("create_alias")),
    (invariants.no_promotion_replaces_an_alias_that_moved_after_judging, _without("put")),
    (invariants.no_promotion_makes_live_worse, _worse),
    (invariants.a_run_name_has_one_execution_and_one_winner, _twice("start")),
    (invariants.a_run_name_has_one_execution_and_one_winner, _twice("answer")),
    (invariants.the_lease_is_taken_from_the_dead_only, STOLEN),
    (invariants.a_run_that_ends_well_leaves_no_weights_of_the_dead, _weighted),
    (invariants.an_outcome_is_written_once, _twice("/outcome.json")),
    (invariants.an_execution_that_succeeded_tells_its_recorded_outcome, _without("put")),
    (invariants.outcomes_tell_who_was_promoted, _without("create_alias")),
    (invariants.tasks_fail_with_errors_of_the_contract_only, _and("failed", "r", error="KeyError")),
    (invariants.no_prediction_fails, _and("predict", MODEL, failure="Unhandled")),
]


@pytest.mark.parametrize(("invariant", "forge"), FORGERIES)
def test_an_invariant_finds_what_breaks_it(invariant: Invariant, forge: Change) -> None:
    world = World("forged", weather=Weather())
    world.add_data("1.csv", quality=5)
    assert retrained(world, day=0) == PROMOTED
    world.add_data("2.csv", quality=6)
    assert retrained(world, day=1) == PROMOTED
    check(world, ALWAYS)

    forge(world.history.effects)

    with pytest.raises(AssertionError, match=r"^seed forged breaks: "):
        check(world, (invariant,))


def test_every_invariant_is_tried_on_a_forged_history() -> None:
    assert {invariant for invariant, _ in FORGERIES} == set(ALWAYS)
