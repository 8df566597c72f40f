"""Who sets runs going, and who gets in their way: each is a process beside the executions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from chalicelib.approval.waiting import Approvals
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.errors import NightswapError, RequestError, TransientError
from chalicelib.interventions.move_decisions import PIN, PROMOTE, REJECT, ROLLBACK, UNPIN
from chalicelib.names import LIVE, TASKS, state_name
from chalicelib.pruning import pruning, pruning_plan
from chalicelib.pruning.retention import Policy
from chalicelib.registry.pin import Pin
from chalicelib.runs import approving, retraining
from chalicelib.runs.retraining import Started, Wish
from lambdas import move_alias
from tests.simulation import serving
from tests.simulation.world import MODEL, World
from workflows.importing import importing

TRIES = 3
"""A client, like Lambda with an event that nobody waits for, asks so often."""
GATEWAY_SECONDS = 29
"""API Gateway gives up on its function."""
UNAVAILABLE = 503
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


def bring(world: World, name: str, *, key: str, quality: int, word: str, delay_seconds: float) -> None:
    """nightswap import: somebody puts the file of a model into the bucket, and starts a run that takes it."""
    content = f"{quality} {word}".encode()

    def answer() -> Started:
        asked = importing.bring(world.edges, content, file="lab.onnx", model=MODEL, classes=["normal"])
        wish = Wish(model=MODEL, force=False, reason="brought along", imports=asked)
        return retraining.on_demand(world.edges, wish=wish, idempotency_key=key, attempt="0")

    _ask(world, name, answer, delay_seconds=delay_seconds, tries=TRIES)


def run_of_key(key: str) -> str:
    """The run of a request with this idempotency key."""
    digest = hashlib.sha256(f"{MODEL} {key}".encode()).hexdigest()[:20]
    return f"{MODEL}-key-{digest}"


def stop(world: World, *, random: Random, delay_seconds: float) -> None:
    """Somebody stops an execution just when one of the tasks writes something, or a little later."""

    def body() -> None:
        _wait_for_a_moment(world, random)
        running = world.executions.recent(running_only=True)
        if running:
            world.executions.stop(random.choice(running).run, cause="stopped by hand")

    world.scheduler.spawn("stop", body, delay_seconds=delay_seconds)


def _wait_for_a_moment(world: World, random: Random) -> None:
    """Until one of the tasks, whichever was drawn, writes something, or a little longer."""
    task = state_name(random.choice(TASKS))
    world.scheduler.wait_until(has_acted(world, f"/{task}#"), timeout_seconds=PATIENCE_SECONDS)
    world.scheduler.sleep(random.choice((0, 0, random.random())))


def end_all(world: World, *, followed: bool) -> None:
    """Whatever is going is stopped, nobody asks again, and perhaps the next run starts at once."""

    def body() -> None:
        world.is_given_up = True
        for execution in world.executions.recent(running_only=True):
            world.executions.stop(execution.run, cause="stopped by hand")
        if followed:
            nightly(world, event_time=world.clock.now + timedelta(hours=12), delay_seconds=0)

    world.scheduler.spawn("end", body)


def when(world: World, is_so: Callable[[], bool], act: Callable[[], None]) -> None:
    """Do it as soon as it is so; leave it when that takes too long."""

    def body() -> None:
        world.scheduler.wait_until(is_so, timeout_seconds=PATIENCE_SECONDS)
        if is_so():
            act()

    world.scheduler.spawn("when", body)


def has_acted(world: World, actor: str) -> Callable[[], bool]:
    """Whether a process whose name has this in it has done something since now."""
    known = len(world.history.effects)
    return lambda: any(actor in effect.actor for effect in world.history.effects[known:])


def lose(world: World, *, random: Random, delay_seconds: float) -> None:
    """The local state machine is killed between two checkpoints: it knows an execution no more."""

    def body() -> None:
        running = world.executions.recent(running_only=True)
        if running:
            world.executions.forget(random.choice(running).run)

    world.scheduler.spawn("loss", body, delay_seconds=delay_seconds)


def operate(
    world: World,
    name: str,
    *,
    action: str,
    model_version: int | None = None,
    lift_quarantine: bool = False,
    delay_seconds: float,
    tries: int = TRIES,
) -> None:
    """An operator asks for a move of the alias, and asks again, as the same request, while there is no answer."""
    wish = MoveAliasTask(
        name=name,
        action=action,
        model=MODEL,
        model_version=model_version,
        reason="the simulation wants it",
        who="an operator",
        lift_quarantine=lift_quarantine,
    )

    def answer() -> None:
        world.history.record("asked", name, action=action, model_version=model_version)
        told = move_alias.run(wish, world.edges)
        world.history.record("told", name, action=action, status=told.status, body=told.body)

    def is_told() -> bool:
        return any(each.subject == name and each.facts["status"] != UNAVAILABLE for each in world.history.of("told"))

    def body() -> None:
        for attempt in range(1, tries + 1):
            request = world.scheduler.spawn(f"{name}#{attempt}", answer)
            world.scheduler.wait_until(request.is_done, timeout_seconds=GATEWAY_SECONDS)
            if is_told() or world.is_given_up:
                return
            world.scheduler.sleep(5)

    world.scheduler.spawn(name, body, delay_seconds=delay_seconds)


def by_hand(world: World, name: str, *, random: Random, delay_seconds: float) -> None:
    """An operator who wants this or that: at any time, or just when a task writes something."""

    def body() -> None:
        if random.random() < 0.7:
            _wait_for_a_moment(world, random)
        action = random.choice((ROLLBACK, ROLLBACK, ROLLBACK, PROMOTE, PROMOTE, PIN, UNPIN))
        named = action == PROMOTE or (action != UNPIN and random.random() < 0.3)
        operate(
            world,
            name,
            action=action,
            model_version=random.choice((1, 1, 2, 2, 3)) if named else None,
            lift_quarantine=action == PROMOTE and random.random() < 0.5,
            delay_seconds=0,
        )

    world.scheduler.spawn(f"{name} wants", body, delay_seconds=delay_seconds)


def approve(world: World, name: str, *, run: str | None = None, delay_seconds: float) -> None:
    """Somebody approves the version of the run, or whatever waits then; asks again while there is no answer."""

    def answer() -> None:
        try:
            told = approving.approve(
                world.edges,
                run=run or _waiting_run(world),
                reason="the simulation wants it",
                who="an operator",
                idempotency_key=name,
                attempt="0" * 2 * approving.ATTEMPT_BYTES,
            )
            world.history.record("answer", name, run=told["run"], is_new=told["new"])
        except RequestError as refused:
            world.history.record("answer", name, run=None, refused=refused.message)
        except TransientError as error:
            world.history.record("answer", name, error=type(error).__name__)

    _again_and_again(world, name, answer, delay_seconds=delay_seconds, tries=TRIES)


def reject(world: World, name: str, *, delay_seconds: float) -> None:
    """Somebody rejects whatever waits then."""

    def body() -> None:
        waiting = None
        with suppress(TransientError):
            waiting = Approvals(world.edges, MODEL).find()
        if waiting is not None:
            operate(world, name, action=REJECT, model_version=waiting.model_version, delay_seconds=0)

    world.scheduler.spawn(f"{name} wants", body, delay_seconds=delay_seconds)


def _waiting_run(world: World) -> str:
    waiting = Approvals(world.edges, MODEL).find()
    return waiting.run if waiting else f"{MODEL}-nightly-19700101T0000Z"


def run_of_approval(run: str, *, key: str) -> str:
    """The run that takes the version of this run live."""
    return f"{MODEL}-approve-{hashlib.sha256(f'{run} {key}'.encode()).hexdigest()[:20]}"


def pin_half(world: World) -> None:
    """An operator pins version 1, and dies before the alias is moved."""
    with suppress(TransientError):
        Pin(world.edges, MODEL).claim(1, who="an operator", why="the simulation wants it")


def prune(world: World, *, delay_seconds: float) -> None:
    """Somebody prunes as hard as the command line lets one; a second try goes on where the first died."""

    def body() -> None:
        plan = pruning_plan.make(world.edges, model=MODEL, policy=Policy(keep=1, days=0), report=_silently)
        pruning.carry_out(world.edges, plan, who="an operator", report=_silently)

    def asked() -> None:
        with suppress(TransientError):
            body()

    for attempt in (1, 2):
        world.scheduler.spawn(f"prune#{attempt}", asked, delay_seconds=delay_seconds * attempt)


def _silently(doing: str, done: int, total: int) -> None:
    """No progress bar."""


def update_stack(world: World, *, memory_mb: int, delay_seconds: float) -> None:
    """A deployment changes the serving function's configuration."""

    def body() -> None:
        if not world.functions.busy(MODEL):
            world.functions.configure(MODEL, MemorySize=memory_mb)

    world.scheduler.spawn("stack", body, delay_seconds=delay_seconds)


def predict(world: World, *, times: int, every_seconds: float) -> None:
    """A client that asks `live` again and again, from the first promotion on: one instance, or a batch."""

    def body() -> None:
        for number in range(times):
            world.scheduler.sleep(every_seconds)
            if world.functions.alias(MODEL):
                _predict(world, {"query": {"x": ["1"]}} if number % 2 else {"instances": [serving.INSTANCE] * 3})

    world.scheduler.spawn("client", body)


def _predict(world: World, event: dict[str, Any]) -> None:
    failure, said = None, None
    try:
        answer = world.functions.invoke(MODEL, json.dumps(event).encode(), qualifier=LIVE)
    except NightswapError as error:
        world.history.record("predict", MODEL, failure=repr(error), body=None, version=None, code_sha256=None)
        return
    if answer.function_error:
        failure = answer.payload.decode()
    else:
        said = json.loads(answer.payload)
        failure = None if said["status"] == 200 else f"status {said['status']}"
    version = world.functions.version(MODEL, answer.executed_version)
    world.history.record(
        "predict",
        MODEL,
        failure=failure,
        body=said and said["body"],
        version=answer.executed_version,
        code_sha256=version and version.code_sha256,
    )


def _ask(world: World, name: str, ask: Callable[[], Started], *, delay_seconds: float, tries: int) -> None:
    def answer() -> None:
        try:
            started = ask()
            world.history.record("answer", name, run=started.run, is_new=started.is_new)
        except TransientError as error:
            world.history.record("answer", name, error=type(error).__name__)

    _again_and_again(world, name, answer, delay_seconds=delay_seconds, tries=tries)


def _again_and_again(
    world: World, name: str, answer: Callable[[], None], *, delay_seconds: float, tries: int
) -> None:
    def body() -> None:
        for attempt in range(1, tries + 1):
            known = len(world.history.effects)
            request = world.scheduler.spawn(f"{name}#{attempt}", answer)
            world.scheduler.wait_until(request.is_done)
            is_told = any(each.subject == name and "run" in each.facts for each in world.history.effects[known:])
            if is_told or world.is_given_up:
                return
            world.scheduler.sleep(5)

    world.scheduler.spawn(name, body, delay_seconds=delay_seconds)
