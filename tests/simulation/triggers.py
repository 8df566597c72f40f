"""Who sets runs going, and who gets in their way: each is a process beside the executions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random

from chalicelib import promotion, registry, retraining
from chalicelib.edges import AliasMoved
from chalicelib.errors import NightswapError, TransientError
from chalicelib.names import LIVE, TASKS
from chalicelib.promotion import Move
from chalicelib.retraining import Started, Wish
from tests.simulation.world import MODEL, World

TRIES = 3
"""A client, like Lambda with an event that nobody waits for, asks so often."""
PATIENCE_SECONDS = 60
"""How long somebody waits for the moment to stop an execution."""


def nightly(world: World, *, event_time: datetime, delay_seconds: float) -> None:
    """The rule fires; Lambda delivers."""
    _ask(
        world,
        f"nightly {event_time:%dT%H%M}",
        lambda: retraining.nightly(world.edges, model=MODEL, event_time=event_time),
        delay_seconds=delay_seconds,
        tries=TRIES,
    )


def on_demand(world: World, name: str, *, key: str | None, force: bool, delay_seconds: float) -> None:
    """POST /retrain; a client with an idempotency key asks again when it gets no answer."""
    attempt = f"{world.random(name).getrandbits(24):06x}"
    wish = Wish(model=MODEL, force=force, reason="on demand")
    _ask(
        world,
        name,
        lambda: retraining.on_demand(world.edges, wish=wish, idempotency_key=key, attempt=attempt),
        delay_seconds=delay_seconds,
        tries=TRIES if key else 1,
    )


def stop(world: World, *, random: Random, delay_seconds: float) -> None:
    """Somebody stops an execution just when one of the tasks writes something, or a little later."""
    task = random.choice(TASKS).title().replace("-", "")

    def body() -> None:
        acted = f"/{task}#"
        world.scheduler.wait_until(lambda: acted in world.history.effects[-1].actor, timeout_seconds=PATIENCE_SECONDS)
        world.scheduler.sleep(random.choice((0, 0, random.random())))
        running = world.executions.recent(running_only=True)
        if running:
            world.executions.stop(random.choice(running).run, cause="stopped by hand")

    world.scheduler.spawn("stop", body, delay_seconds=delay_seconds)


def lose(world: World, *, random: Random, delay_seconds: float) -> None:
    """The local state machine is killed between two checkpoints: it knows an execution no more."""

    def body() -> None:
        running = world.executions.recent(running_only=True)
        if running:
            world.executions.forget(random.choice(running).run)

    world.scheduler.spawn("loss", body, delay_seconds=delay_seconds)


def roll_back(world: World, *, run: str, random: Random, delay_seconds: float) -> None:
    """An operator puts an earlier complete version back, while runs go on."""

    def body() -> None:
        alias = world.edges.functions.alias(MODEL)
        numbers = registry.numbers(world.edges, model=MODEL, complete=True)
        if alias is None or alias.weights or not numbers:
            return
        number = random.choice(numbers)
        manifest = registry.manifest(world.edges, model=MODEL, model_version=number)
        move = Move(
            model=MODEL,
            run=run,
            step=1,
            kind="rolled_back",
            function_version=manifest["function_version"],
            model_version=number,
            expected=alias.revision_id,
            who="an operator",
            why="the simulation wants it",
        )
        promotion.move_alias(world.edges, move)

    def asked() -> None:
        with suppress(TransientError, AliasMoved):
            body()

    world.scheduler.spawn(run, asked, delay_seconds=delay_seconds)


def update_stack(world: World, *, memory_mb: int, delay_seconds: float) -> None:
    """A deployment changes the serving function's configuration."""

    def body() -> None:
        if not world.functions.busy(MODEL):
            world.functions.configure(MODEL, MemorySize=memory_mb)

    world.scheduler.spawn("stack", body, delay_seconds=delay_seconds)


def predict(world: World, *, times: int, every_seconds: float) -> None:
    """A client that asks `live` again and again, from the first promotion on; no prediction may fail."""

    def body() -> None:
        for _ in range(times):
            world.scheduler.sleep(every_seconds)
            if world.functions.alias(MODEL):
                try:
                    answer = world.functions.invoke(MODEL, b"{}", qualifier=LIVE)
                    failure = answer.function_error
                except NightswapError as error:
                    failure = repr(error)
                world.history.record("predict", MODEL, failure=failure)

    world.scheduler.spawn("client", body)


def _ask(world: World, name: str, ask: Callable[[], Started], *, delay_seconds: float, tries: int) -> None:
    def answer() -> None:
        try:
            started = ask()
            world.history.record("answer", name, run=started.run, is_new=started.is_new)
        except TransientError as error:
            world.history.record("answer", name, error=type(error).__name__)

    def body() -> None:
        for attempt in range(1, tries + 1):
            known = len(world.history.effects)
            request = world.scheduler.spawn(f"{name}#{attempt}", answer)
            world.scheduler.wait_until(request.is_done)
            if any(each.subject == name and "run" in each.facts for each in world.history.effects[known:]):
                return
            world.scheduler.sleep(5)

    world.scheduler.spawn(name, body, delay_seconds=delay_seconds)
