"""A world is its seed, and a calm one works."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, NOTHING_NEW, PROMOTED, RETRAIN_FAILED
from tests.fakes.clock import START
from tests.simulation import triggers
from tests.simulation.faults import Fault, FaultAt
from tests.simulation.invariants import ALWAYS, SETTLED, check
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
