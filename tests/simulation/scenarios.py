"""Nights that go wrong: each fills a world with triggers, lets it settle, and ends with a night in calm weather."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED
from chalicelib.documents import documents
from chalicelib.interventions.move_decisions import UNPIN
from chalicelib.promotion import promotion
from chalicelib.promotion.lease import VISIBLE_WITHIN
from chalicelib.promotion.promotion import Move
from chalicelib.pruning.retention import LEFT_LIVE
from chalicelib.registry import registry
from chalicelib.registry.live import look
from chalicelib.registry.manifest import SCORECARD_FILE
from lambdas.model.formats.package import build_package
from lambdas.model.recipe import Approval
from tests.fakes.clock import START
from tests.simulation import hands, serving, triggers
from tests.simulation.faults import Fault, FaultAt, FaultPlan, no_faults
from tests.simulation.invariants import ALWAYS, SETTLED, check
from tests.simulation.serving import SOUND, WORDS
from tests.simulation.world import HAND, LONGEST_DELAY_SECONDS, MODEL, World

BUSY_SECONDS = 20
"""Within how long everything is triggered: a run without faults takes about as long."""
LOST_SHARE = 0.2
"""In so many of the busy nights a hand takes or forges something, for each of LOSSES."""
LOSSES: Mapping[str, Callable[[World, Random, float], None]] = {
    "alias": lambda world, _, delay: hands.lose_alias(world, delay_seconds=delay),
    "version": lambda world, _, delay: hands.lose_version(world, delay_seconds=delay),
    "part": lambda world, random, delay: hands.lose_any_part(world, random=random, delay_seconds=delay),
    "forgery": lambda world, random, delay: hands.forge_any_version(world, random=random, delay_seconds=delay),
}
APPROVAL_SHARE = 0.3
BEST = 1000
"""The quality of the calm night's data: no model before was as good."""


def busy_night(world: World) -> None:
    """Nightly twice, on demand, by key, forced, new data, stops, losses, a deployment: the seed draws."""
    random = world.random("scenario")
    _live_through_a_past(world, random)
    world.add_data("night-2.csv", quality=random.randrange(10), word=_word(random))
    triggers.predict(world, times=random.choice((8, 60)), every_seconds=random.choice((1, 4)))
    for number in range(random.randint(1, 6)):
        _something(world, random, number)
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        delay = random.random() * 2 * BUSY_SECONDS
        random.choice((triggers.stop, triggers.stop, triggers.lose))(world, random=random, delay_seconds=delay)
    _lose_something(world)
    _want_approval(world)
    world.settle()
    check(world, ALWAYS)


def _want_approval(world: World) -> None:
    """In some of the nights, whatever passes waits; and people approve and reject, as they please."""
    random = world.random("approval")
    if random.random() > APPROVAL_SHARE:
        return
    world.want_approval(Approval(otherwise=random.choice(("approve", "reject"))))
    for number in range(random.choice((1, 2, 3))):
        decide = random.choice((triggers.approve, triggers.approve, triggers.reject))
        decide(world, f"decision-{number}", delay_seconds=random.random() * 5 * BUSY_SECONDS)
    if random.random() < 0.3:
        late = timedelta(hours=Approval().within_hours).total_seconds()
        event_time = START + timedelta(days=40)
        triggers.nightly(world, event_time=event_time, delay_seconds=late)


def _lose_something(world: World) -> None:
    for what, lose in LOSSES.items():
        random = world.random(what)
        if random.random() < LOST_SHARE:
            lose(world, random, world.random(f"{what}'s end").random() * BUSY_SECONDS)


def _live_through_a_past(world: World, random: Random) -> None:
    """No night, one or two, days ago, each of which may have promoted; and what a dead run left."""
    for number in range(random.choice((0, 1, 2, 2))):
        past_night(world, number, quality=number + random.randrange(3), word=_word(random))
        world.clock.sleep(LEFT_LIVE.total_seconds() * random.random() * 2)
    if random.random() < 0.5 and world.functions.alias(MODEL):
        calmly(world, lambda: leave_weights(world), plan=random.choice((no_faults, dies_before_its_entry())))


def past_night(world: World, number: int, *, quality: int, word: str = SOUND) -> None:
    """A night in calm weather, before START by its name."""
    world.add_data(f"night-1-{number}.csv", quality=quality, word=word)
    event_time = START - timedelta(days=100 - number)
    calmly(world, lambda: triggers.nightly(world, event_time=event_time, delay_seconds=0))


def calm_night(world: World) -> None:
    """The next night, in which nothing goes wrong, promotes the best model so far and leaves everything in order."""
    world.want_approval(None)
    world.add_data("night-3.csv", quality=BEST)
    event_time = world.clock.now + timedelta(days=1)
    calmly(world, lambda: hands.put_back(world))
    if _needs_a_restore(world):
        calmly(world, lambda: hands.restore(world))
    if world.store.find(layout.pin(MODEL)):
        calmly(world, lambda: triggers.operate(world, "the-last-unpin", action=UNPIN, delay_seconds=0))
    # Not at once: a lease that a run without an execution has just taken is respected for a moment.
    pause = VISIBLE_WITHIN.total_seconds()
    calmly(world, lambda: triggers.nightly(world, event_time=event_time, delay_seconds=pause))
    check(world, ALWAYS)
    run = f"{MODEL}-nightly-{event_time:%Y%m%dT%H%MZ}"
    outcome = world.store.find(layout.run_document(run, "outcome"))
    assert outcome and f'"{PROMOTED}"' in outcome.body.decode(), f"{world.name}: {outcome}\n{world.told()}"
    check(world, SETTLED)


def _needs_a_restore(world: World) -> bool:
    """Whether the next run cannot put the alias back by itself, or has to wait for an unpin, which needs one too."""
    is_gone = world.functions.alias(MODEL) is None and world.store.list(layout.ledger(MODEL))
    has_lost_versions = any(effect.actor == HAND for effect in world.history.of("delete_version"))
    return bool(is_gone and (has_lost_versions or world.store.find(layout.pin(MODEL))))


def calmly(world: World, begin: Callable[[], None], *, plan: FaultPlan = no_faults) -> None:
    """Carry something out while no fault happens, but for what the plan says."""
    with world.calm(plan=plan):
        begin()
        world.settle()


def _something(world: World, random: Random, number: int) -> None:
    delay = random.random() * BUSY_SECONDS
    event_time = START + timedelta(minutes=random.randrange(2))
    kind = random.choice(
        (
            *("nightly", "nightly twice", "keyless", "forced", "keyed", "keyed burst"),
            *("by hand", "by hand", "by hand", "stack", "data", "prune"),
        )
    )
    if kind.startswith("nightly"):
        for _ in range(1 + kind.endswith("twice")):
            triggers.nightly(world, event_time=event_time, delay_seconds=delay)
    elif kind.startswith("keyed"):
        _same_key(world, number, clients=4 if kind.endswith("burst") else 1, delay_seconds=delay)
    elif kind in ("keyless", "forced"):
        triggers.on_demand(world, f"post-{number}", key=None, force=kind == "forced", delay_seconds=delay)
    elif kind == "by hand":
        triggers.by_hand(world, f"operation-{number}", random=random, delay_seconds=delay)
    elif kind == "prune":
        triggers.prune(world, delay_seconds=delay)
    elif kind == "stack":
        triggers.update_stack(world, memory_mb=random.choice((256, 512)), delay_seconds=delay)
    else:
        _more_data(world, random, number, delay_seconds=delay)


def _same_key(world: World, number: int, *, clients: int, delay_seconds: float) -> None:
    """Clients that ask for the same."""
    for client in range(clients):
        name = f"post-{number}-{client}"
        triggers.on_demand(world, name, key=f"key-{number}", force=number % 2 == 0, delay_seconds=delay_seconds)


def _more_data(world: World, random: Random, number: int, *, delay_seconds: float) -> None:
    quality, word = random.randrange(10), _word(random)
    name = f"night-2-{number}.csv"
    world.scheduler.spawn(
        "data", lambda: world.add_data(name, quality=quality, word=word), delay_seconds=delay_seconds
    )


def _word(random: Random) -> str:
    """Two of three versions are sound."""
    return random.choice((*[SOUND] * 2 * len(WORDS), *WORDS))


def leave_weights(world: World) -> None:
    """A run shifts a tenth of the traffic, and is heard of no more."""

    def shift() -> None:
        seen = look(world.edges, model=MODEL)
        alias, live = seen.alias, seen.version()
        assert alias is not None and live is not None
        package = _another_package(world, live)
        world.scheduler.sleep(LONGEST_DELAY_SECONDS)
        canary = world.functions.publish(MODEL, package).function_version
        world.scheduler.sleep(LONGEST_DELAY_SECONDS)
        shifted = Move(
            model=MODEL,
            run="dead-run",
            step=promotion.SWAP - 1,
            kind=promotion.SHIFTED,
            function_version=alias.function_version,
            model_version=live,
            expected=alias.revision_id,
            who="dead-run",
            why="a tenth of the traffic",
            weights={canary: 0.1},
        )
        promotion.move_alias(world.edges, shifted)

    world.scheduler.spawn("dead-run", shift)


def dies_before_its_entry() -> FaultPlan:
    """The run that leaves its weights leaves no ledger entry of it either."""
    return FaultAt("dead-run", "put_if_absent", Fault.KILLED_BEFORE)


def _another_package(world: World, live: int) -> bytes:
    """Of the live model, but sound in any case, as a run of its own would have built it."""
    model = documents.decode(registry.part(world.edges, model=MODEL, model_version=live, name=SCORECARD_FILE))
    artifact = serving.artifact(quality=model["quality"], word=SOUND)
    identity = {
        "model": MODEL,
        "model_version": live,
        "artifact_sha256": hashlib.sha256(artifact).hexdigest(),
        "format": serving.FORMAT,
    }
    return build_package(artifact=artifact, manifest={**identity, "run": "dead-run"})
