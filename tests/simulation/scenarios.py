"""Nights that go wrong: each fills a world with triggers, lets it settle, and ends with a night in calm weather."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from chalicelib import layout, promotion
from chalicelib.contracts import PROMOTED
from chalicelib.lease import VISIBLE_WITHIN
from chalicelib.promotion import Move
from tests.fakes.clock import START
from tests.simulation import triggers
from tests.simulation.faults import Fault, FaultAt, no_faults
from tests.simulation.invariants import ALWAYS, SETTLED, check
from tests.simulation.world import LONGEST_DELAY_SECONDS, MODEL, World

BUSY_SECONDS = 20
"""Within how long everything is triggered: a run without faults takes about as long."""
BEST = 1000
"""The quality of the calm night's data: no model before was as good."""


def busy_night(world: World) -> None:
    """Nightly twice, on demand, by key, forced, new data, stops, losses, a deployment: the seed draws."""
    random = world.random("scenario")
    world.add_data("night-1.csv", quality=random.randrange(10))
    if random.random() < 0.6:
        calmly(world, lambda: triggers.nightly(world, event_time=START - timedelta(days=1), delay_seconds=0))
        _leave_behind(world, random)
        world.add_data("night-2.csv", quality=random.randrange(10))
    triggers.predict(world, times=8, every_seconds=7)
    for number in range(random.randint(1, 5)):
        _something(world, random, number)
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        delay = random.random() * 2 * BUSY_SECONDS
        random.choice((triggers.stop, triggers.stop, triggers.lose))(world, random=random, delay_seconds=delay)
    world.settle()
    check(world, ALWAYS)


def calm_night(world: World) -> None:
    """The next night, in which nothing goes wrong, promotes the best model so far and leaves everything in order."""
    world.add_data("night-3.csv", quality=BEST)
    event_time = world.clock.now + timedelta(days=1)
    # Not at once: a lease that a run without an execution has just taken is respected for a moment.
    pause = VISIBLE_WITHIN.total_seconds()
    calmly(world, lambda: triggers.nightly(world, event_time=event_time, delay_seconds=pause))
    check(world, ALWAYS)
    run = f"{MODEL}-nightly-{event_time:%Y%m%dT%H%MZ}"
    outcome = world.store.find(layout.run_document(run, "outcome"))
    assert outcome and f'"{PROMOTED}"' in outcome.body.decode(), f"seed {world.seed}: {outcome}\n{world.history}"
    check(world, SETTLED)


def calmly(world: World, begin: Callable[[], None]) -> None:
    """Carry something out while no fault happens."""
    with world.calm():
        begin()
        world.settle()


def _something(world: World, random: Random, number: int) -> None:
    delay = random.random() * BUSY_SECONDS
    event_time = START + timedelta(minutes=random.randrange(2))
    kind = random.choice(
        ("nightly", "nightly twice", "keyless", "forced", "keyed", "keyed burst", "stack", "data", "rollback")
    )
    if kind.startswith("nightly"):
        for _ in range(1 + kind.endswith("twice")):
            triggers.nightly(world, event_time=event_time, delay_seconds=delay)
    elif kind.startswith("keyed"):
        for client in range(4 if kind.endswith("burst") else 1):
            name = f"post-{number}-{client}"
            triggers.on_demand(world, name, key=f"key-{number}", force=number % 2 == 0, delay_seconds=delay)
    elif kind in ("keyless", "forced"):
        triggers.on_demand(world, f"post-{number}", key=None, force=kind == "forced", delay_seconds=delay)
    elif kind == "rollback":
        triggers.roll_back(world, run=f"rollback-{number}", random=random, delay_seconds=delay)
    elif kind == "stack":
        triggers.update_stack(world, memory_mb=random.choice((256, 512)), delay_seconds=delay)
    else:
        quality = random.randrange(10)
        world.scheduler.spawn(
            "data", lambda: world.add_data(f"night-2-{number}.csv", quality=quality), delay_seconds=delay
        )


def _leave_behind(world: World, random: Random) -> None:
    """Now and then the world begins with what a dead run left: weights on the alias, its ledger entry missing."""
    if random.random() < 0.5:
        return
    dies = random.random() < 0.5

    def shift() -> None:
        alias = world.functions.alias(MODEL)
        assert alias is not None
        world.scheduler.sleep(LONGEST_DELAY_SECONDS)
        canary = world.functions.publish(MODEL, b"canary").function_version
        world.scheduler.sleep(LONGEST_DELAY_SECONDS)
        shifted = Move(
            model=MODEL,
            run="dead-run",
            step=promotion.SWAP - 1,
            kind="shifted",
            function_version=alias.function_version,
            model_version=1,
            expected=alias.revision_id,
            who="dead-run",
            why="a tenth of the traffic",
            weights={canary: 0.1},
        )
        promotion.move_alias(world.edges, shifted)

    plan = FaultAt("dead-run", "put_if_absent", Fault.KILLED_BEFORE) if dies else no_faults
    with world.calm(plan=plan):
        world.scheduler.spawn("dead-run", shift)
        world.settle()
