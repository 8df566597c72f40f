"""What may be interrupted: each story is a world in some state, and what is done in it; one for every way of a run,
and for every move by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from chalicelib import layout
from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
    WAITING,
)
from chalicelib.edges import serving_layers
from chalicelib.edges.serving_functions import LAYERS
from chalicelib.interventions.move_decisions import PIN, PROMOTE, REJECT, ROLLBACK, UNPIN
from chalicelib.registry import registry
from lambdas.model.recipe import Approval, Shift
from tests.fakes.clock import START
from tests.fakes.serving_function import Delays
from tests.simulation import hands, scenarios, serving, triggers
from tests.simulation.serving import ILL, LAYERED, RAISES, SOUND, TREES, WRONG
from tests.simulation.world import MODEL, Weather, World

NIGHT = START + timedelta(hours=1)
RUN = f"{MODEL}-nightly-{NIGHT:%Y%m%dT%H%MZ}"
CANARY = (Shift(0.25, seconds=240), Shift(0.5, seconds=240))
"""Long enough for CloudWatch's minutes to be counted."""
SECOND_RUN = f"{MODEL}-nightly-{NIGHT + timedelta(days=1):%Y%m%dT%H%MZ}"
OPERATION = "operation"
"""The name of a request by hand."""
APPROVING = triggers.run_of_approval(RUN, key=OPERATION)


@dataclass(frozen=True, kw_only=True)
class Story:
    """`past` are the qualities of the versions that were promoted before, `night` is the new object's, with its word.

    `arrange` goes on in calm weather from there; `tell` sets off what is to be interrupted.
    """

    name: str
    past: Sequence[int] = (1,)
    night: tuple[int, str] | None = (5, SOUND)
    rollout: Sequence[Shift] = ()
    approval: Approval | None = None
    """From the end of the past on."""
    arrange: Callable[[World], None] | None = None
    tell: Callable[[World], None]
    since: str = ""
    """What the name of the first process has in it whose calls are points: what comes before is another story's."""
    changes: bool = True
    """Whether there is anything to interrupt: what is refused changes nothing."""
    days: float = 2
    """Between two nights of the past."""
    run: str = RUN
    outcome: str | None = None
    """How the run ends; None where there is none."""
    or_else: str | None = None
    """How it may end too when somebody dies, where the story depends on who comes first."""

    def begin(self) -> World:
        """The world in which it is told."""
        world = World(
            f"story {self.name}",
            weather=Weather(
                delays=Delays(update=1, activation=1, propagation=1), republishes=True, rollout=self.rollout
            ),
        )
        for number, quality in enumerate(self.past):
            scenarios.past_night(world, number, quality=quality)
            world.clock.sleep(timedelta(days=self.days).total_seconds())
        if self.night is not None:
            quality, word = self.night
            world.add_data("night-2.csv", quality=quality, word=word)
        world.want_approval(self.approval)
        if self.arrange is not None:
            arrange = self.arrange
            scenarios.calmly(world, lambda: arrange(world))
        return world


def _night(world: World) -> None:
    triggers.nightly(world, event_time=NIGHT, delay_seconds=0)


def _night_with_clients(world: World) -> None:
    triggers.predict(world, times=150, every_seconds=2)
    _night(world)


def _night_with_many_clients(world: World) -> None:
    triggers.predict(world, times=150, every_seconds=0.5)
    _night(world)


def _by_hand(
    action: str, *, model_version: int | None = None, lift_quarantine: bool = False, name: str = OPERATION
) -> Callable[[World], None]:
    def tell(world: World) -> None:
        triggers.operate(
            world,
            name,
            action=action,
            model_version=model_version,
            lift_quarantine=lift_quarantine,
            delay_seconds=0,
        )

    return tell


def _beside(tell: Callable[[World], None], *, when: str) -> Callable[[World], None]:
    """The night, and something else as soon as a process of that name does something."""

    def both(world: World) -> None:
        _night(world)
        triggers.when(world, triggers.has_acted(world, when), lambda: tell(world))

    return both


def _beside_the_canary(tell: Callable[[World], None]) -> Callable[[World], None]:
    """The night, and something else as soon as there is a canary."""

    def is_going(world: World) -> bool:
        alias = world.functions.alias(MODEL)
        return alias is not None and bool(alias.weights)

    def both(world: World) -> None:
        _night(world)
        triggers.when(world, lambda: is_going(world), lambda: tell(world))

    return both


def _all(*tells: Callable[[World], None]) -> Callable[[World], None]:
    def tell(world: World) -> None:
        for each in tells:
            each(world)

    return tell


def _stack(world: World) -> None:
    triggers.update_stack(world, memory_mb=512, delay_seconds=0)


def _stop(world: World) -> None:
    world.executions.stop(RUN, cause="by hand")


def _at_the_swap(tell: Callable[[World], None]) -> Callable[[World], None]:
    """The night, and something else as soon as it is committed to its swap."""

    def both(world: World) -> None:
        _night(world)
        decision = layout.run_document(RUN, "decision_swap_1")
        triggers.when(world, lambda: world.store.find(decision) is not None, lambda: tell(world))

    return both


def _after_the_first_promotion(tell: Callable[[World], None]) -> Callable[[World], None]:
    """The night, and something else as soon as the ledger tells of its swap."""

    def both(world: World) -> None:
        _night(world)
        entry = layout.ledger_entry(MODEL, 1)
        triggers.when(world, lambda: world.store.find(entry) is not None, lambda: tell(world))

    return both


def _pin_half_and_unpin(world: World) -> None:
    triggers.pin_half(world)
    _by_hand(UNPIN)(world)


def _two_pins(world: World) -> None:
    """Two operators at once: the second decides when the first has put the pin, and has not moved the alias yet."""
    _by_hand(PIN, model_version=1)(world)
    _by_hand(PIN, model_version=2, name=f"{OPERATION}-2")(world)


def _without_evidence(world: World) -> None:
    """Of version 1."""
    hands.lose_part(world, model_version=1, name=None)


def _twin_without_rows(world: World) -> None:
    """Somebody forces a run on the data of the live version, and what it makes cannot be asked."""
    triggers.on_demand(world, "post", key="a key", force=True, delay_seconds=0)
    _lose_the_rows(world)


def _without_rows(world: World) -> None:
    """The night, and its version has no rows of the holdout as soon as it is complete."""
    _night(world)
    _lose_the_rows(world)


def _lose_the_rows(world: World) -> None:
    manifest = layout.version(MODEL, 2, registry.MANIFEST)
    triggers.when(
        world,
        lambda: world.store.find(manifest) is not None,
        lambda: hands.lose_part(world, model_version=2, name=registry.REPLAY),
    )


def _post(world: World) -> None:
    triggers.on_demand(world, "post", key="a key", force=False, delay_seconds=0)


def _approve(world: World) -> None:
    triggers.approve(world, OPERATION, run=RUN, delay_seconds=0)


def _waits_and_a_better_one_goes_live(world: World) -> None:
    """Version 2 is rolled back, so the night is judged against version 1; then version 2 is promoted again."""
    _by_hand(ROLLBACK, name="rollback")(world)
    world.settle()
    _night(world)
    world.settle()
    _by_hand(PROMOTE, model_version=2, lift_quarantine=True, name="promotion")(world)


def _second_night(world: World) -> None:
    triggers.nightly(world, event_time=NIGHT + timedelta(days=1), delay_seconds=0)


def _second_night_with_data(world: World) -> None:
    world.add_data("night-2-b.csv", quality=6)
    _second_night(world)


def _too_late(world: World) -> None:
    """The night's version waits, and the time to decide passes."""
    _night(world)
    world.settle()
    hours = timedelta(hours=Approval().within_hours)
    world.scheduler.spawn("time", lambda: world.scheduler.sleep(hours.total_seconds()))


def _promoted_by_hand_and_too_late(world: World) -> None:
    """Somebody promotes what waits, and the time to decide about it passes."""
    _night(world)
    world.settle()
    _by_hand(PROMOTE, model_version=2, name="promotion")(world)
    world.settle()
    hours = timedelta(hours=Approval().within_hours)
    world.scheduler.spawn("time", lambda: world.scheduler.sleep(hours.total_seconds()))


def _layers(world: World, *names: str) -> None:
    """A deployment gives the serving function these."""
    world.functions.configure(MODEL, Environment={LAYERS: serving_layers.named(names)})


def _promoted_with_layers_and_deployed_without(world: World) -> None:
    """And then the alias is lost, and the published version, which would have kept its layers."""
    _layers(world, *serving.LAYERS[LAYERED])
    world.clock.sleep(60)
    _night(world)
    world.settle()
    _layers(world)
    hands.lose_alias(world)
    world.settle()
    hands.lose_version(world)


def _fails_until_layers_are_deployed(world: World) -> None:
    """The night cannot restore the alias (LayersMissing), and moves nothing; after a deployment one can."""
    _second_night(world)

    def deploy() -> None:
        world.scheduler.sleep(timedelta(hours=2).total_seconds())
        _layers(world, *serving.LAYERS[LAYERED])

    world.scheduler.spawn("deployment", deploy)


STORIES = (
    Story(name="canary", rollout=CANARY, tell=_night_with_clients, outcome=PROMOTED),
    Story(name="to-trees", night=(5, TREES), tell=_night, since="/SwapAlias", outcome=PROMOTED),
    Story(name="back-from-trees", night=(5, TREES), arrange=_night, tell=_by_hand(ROLLBACK), outcome=PROMOTED),
    Story(
        name="trees-whose-layers-are-gone",
        night=(5, LAYERED),
        arrange=_promoted_with_layers_and_deployed_without,
        tell=_fails_until_layers_are_deployed,
        run=SECOND_RUN,
        outcome=RETRAIN_FAILED,
    ),
    Story(name="first-promotion", past=(), tell=_night, since="/Evaluate", outcome=PROMOTED),
    Story(name="nothing-new", night=None, tell=_night, outcome=NOTHING_NEW),
    Story(name="rejected", past=(9,), tell=_night, since="/Evaluate", outcome=MODEL_REJECTED),
    Story(name="replay-fails", night=(5, WRONG), tell=_night, since="/Replay", outcome=ROLLED_BACK),
    Story(
        name="canary-fails",
        night=(5, ILL),
        rollout=CANARY,
        tell=_night_with_clients,
        since="/Replay",
        outcome=ROLLED_BACK,
    ),
    Story(
        name="short-canary-fails",
        night=(5, ILL),
        rollout=(Shift(0.25, seconds=30),),
        tell=_night_with_many_clients,
        since="/Replay",
        outcome=ROLLED_BACK,
    ),
    Story(
        name="rejudged",
        past=(1, 2),
        tell=_beside(_by_hand(PROMOTE, model_version=1), when="/VersionModel"),
        since=OPERATION,
        outcome=PROMOTED,
    ),
    Story(
        name="moved-twice",
        past=(1, 2),
        tell=_all(
            _beside(_by_hand(PROMOTE, model_version=1), when="/VersionModel"),
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, "/Rejudge"),
                lambda: _by_hand(PROMOTE, model_version=2, name="operation-2")(world),
            ),
        ),
        since="operation-2",
        outcome=SUPERSEDED,
        or_else=PROMOTED,
    ),
    Story(name="after-the-dead", arrange=scenarios.leave_weights, tell=_night, outcome=PROMOTED),
    Story(
        name="stopped-canary",
        rollout=CANARY,
        tell=_beside_the_canary(_stop),
        since="/ShiftTraffic",
        outcome=RETRAIN_FAILED,
    ),
    Story(name="reconfigured", tell=_beside(_stack, when="/Evaluate"), since="/VersionModel", outcome=RETRAIN_FAILED),
    Story(
        name="rollback-of-a-canary",
        rollout=CANARY,
        tell=_beside_the_canary(_by_hand(ROLLBACK)),
        since=OPERATION,
        outcome=SUPERSEDED,
    ),
    Story(
        name="pinned-night",
        arrange=_by_hand(PIN, name="before"),
        rollout=CANARY,
        tell=_night,
        since="/Replay",
        outcome=SUPERSEDED,
    ),
    Story(
        name="half-pinned-at-the-swap",
        tell=_at_the_swap(triggers.pin_half),
        since="/SwapAlias",
        outcome=PROMOTED,
        or_else=SUPERSEDED,
    ),
    Story(
        name="lost-at-the-swap",
        tell=_at_the_swap(hands.lose_version),
        since="/SwapAlias",
        outcome=RETRAIN_FAILED,
        or_else=PROMOTED,
    ),
    Story(name="no-rows", tell=_without_rows, since="/Replay", outcome=ROLLED_BACK, or_else=PROMOTED),
    Story(name="alias-gone", arrange=hands.lose_alias, tell=_night, outcome=PROMOTED),
    Story(
        name="alias-gone-in-the-canary",
        rollout=CANARY,
        tell=_beside_the_canary(hands.lose_alias),
        since="/ShiftTraffic",
        outcome=SUPERSEDED,
        or_else=RETRAIN_FAILED,
    ),
    Story(
        name="alias-gone-at-the-swap",
        tell=_at_the_swap(hands.lose_alias),
        since="/SwapAlias",
        outcome=RETRAIN_FAILED,
        or_else=PROMOTED,
    ),
    Story(
        name="alias-gone-after-the-first-promotion",
        past=(),
        tell=_after_the_first_promotion(_all(hands.lose_alias, _stop)),
        since="/SwapAlias",
        outcome=PROMOTED,
    ),
    Story(
        name="promote-without-alias",
        past=(1, 2),
        arrange=hands.lose_alias,
        tell=_by_hand(PROMOTE, model_version=1),
    ),
    Story(
        name="promote-without-evidence",
        past=(1, 2),
        arrange=_without_evidence,
        tell=_by_hand(PROMOTE, model_version=1),
        changes=False,
    ),
    Story(
        name="half-pinned-canary",
        rollout=CANARY,
        tell=_beside_the_canary(_pin_half_and_unpin),
        since=OPERATION,
        outcome=SUPERSEDED,
    ),
    Story(name="rollback", past=(1, 2), tell=_by_hand(ROLLBACK)),
    Story(name="rollback-to", past=(1, 2, 3), tell=_by_hand(ROLLBACK, model_version=1)),
    Story(
        name="promote-and-lift",
        past=(1, 2),
        arrange=_by_hand(ROLLBACK, name="before"),
        tell=_by_hand(PROMOTE, model_version=2, lift_quarantine=True),
    ),
    Story(
        name="promote-the-broken",
        night=(5, RAISES),
        arrange=lambda world: triggers.nightly(world, event_time=NIGHT, delay_seconds=0),
        tell=_by_hand(PROMOTE, model_version=2, lift_quarantine=True),
        changes=False,
        outcome=ROLLED_BACK,
    ),
    Story(name="pin", past=(1, 2), tell=_by_hand(PIN, model_version=1)),
    Story(name="two-pins", past=(1, 2), tell=_two_pins),
    Story(name="unpin", arrange=_by_hand(PIN, name="before"), tell=_by_hand(UNPIN)),
    Story(name="prune", past=(1, 2, 3, 4, 5), tell=lambda world: triggers.prune(world, delay_seconds=60)),
    Story(
        name="prune-soon",
        past=(1, 2, 3, 4, 5),
        days=0.2,
        tell=lambda world: triggers.prune(world, delay_seconds=60),
        changes=False,
    ),
    Story(name="waits", approval=Approval(), tell=_night, since="/Replay", outcome=WAITING),
    Story(
        name="approved",
        approval=Approval(),
        rollout=CANARY,
        arrange=_night,
        tell=_approve,
        run=APPROVING,
        outcome=PROMOTED,
    ),
    Story(
        name="approved-and-ill",
        approval=Approval(),
        night=(5, ILL),
        rollout=CANARY,
        arrange=_night,
        tell=_all(lambda world: triggers.predict(world, times=150, every_seconds=2), _approve),
        since="/Replay",
        run=APPROVING,
        outcome=ROLLED_BACK,
    ),
    Story(
        name="approved-though-a-better-one-is-live",
        past=(1, 9),
        approval=Approval(),
        arrange=_waits_and_a_better_one_goes_live,
        tell=_approve,
        run=APPROVING,
        changes=False,
    ),
    Story(
        name="approved-beside-a-promotion",
        past=(1, 2),
        approval=Approval(),
        rollout=CANARY,
        arrange=_night,
        tell=_all(
            _approve,
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, f"{APPROVING}/Replay"),
                lambda: _by_hand(PROMOTE, model_version=1, name="promotion")(world),
            ),
        ),
        since="promotion",
        run=APPROVING,
        outcome=SUPERSEDED,
        or_else=PROMOTED,
    ),
    Story(
        name="rejected-by-hand",
        approval=Approval(),
        arrange=_night,
        tell=_by_hand(REJECT, model_version=2),
        outcome=WAITING,
    ),
    Story(
        name="approved-and-rejected",
        approval=Approval(),
        arrange=_night,
        tell=_all(
            _approve,
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, APPROVING),
                lambda: _by_hand(REJECT, model_version=2, name="rejection")(world),
            ),
        ),
        since="rejection",
        run=APPROVING,
        outcome=SUPERSEDED,
        or_else=PROMOTED,
    ),
    Story(
        name="two-who-decide",
        approval=Approval(),
        arrange=_night,
        tell=_all(
            _approve,
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, f"{APPROVING}/Preprocess"),
                lambda: _by_hand(REJECT, model_version=2, name="rejection")(world),
            ),
        ),
        since="rejection",
        run=APPROVING,
        outcome=SUPERSEDED,
        or_else=PROMOTED,
    ),
    Story(
        name="nobody-approved",
        approval=Approval(),
        arrange=_too_late,
        tell=_second_night,
        since="/RestoreAlias",
        run=SECOND_RUN,
        outcome=NOTHING_NEW,
    ),
    Story(
        name="nobody-approved-but-somebody-promoted",
        approval=Approval(),
        arrange=_promoted_by_hand_and_too_late,
        tell=_second_night,
        since="/RestoreAlias",
        run=SECOND_RUN,
        outcome=NOTHING_NEW,
    ),
    Story(
        name="nobody-rejected",
        approval=Approval(otherwise="approve"),
        arrange=_too_late,
        tell=_second_night,
        since="/Preprocess",
        run=SECOND_RUN,
        outcome=PROMOTED,
    ),
    Story(
        name="nothing-new-while-one-waits",
        approval=Approval(),
        arrange=_night,
        tell=_second_night,
        since="/Preprocess",
        run=SECOND_RUN,
        outcome=NOTHING_NEW,
    ),
    Story(
        name="waits-in-its-place",
        approval=Approval(),
        arrange=_night,
        tell=_second_night_with_data,
        since="/Replay",
        run=SECOND_RUN,
        outcome=WAITING,
    ),
    Story(
        name="twin-fails-its-replay",
        night=None,
        tell=_twin_without_rows,
        since="/Replay",
        run=triggers.run_of_key("a key"),
        outcome=ROLLED_BACK,
        or_else=PROMOTED,
    ),
    Story(name="request", tell=_post, since="post", run=triggers.run_of_key("a key"), outcome=PROMOTED),
)
