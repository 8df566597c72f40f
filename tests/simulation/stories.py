"""What may be interrupted: each story is a world in some state, and what is done in it; one for every way of a run,
and for every move by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
    WAITING,
)
from chalicelib.interventions.move_decisions import PIN, PROMOTE, REJECT, ROLLBACK, UNPIN
from lambdas.model.recipe import Approval, Shift
from tests.fakes.serving_function import Delays
from tests.simulation import acts, hands, scenarios, triggers
from tests.simulation.acts import NIGHT, OPERATION, RUN
from tests.simulation.serving import ILL, ONNX, RAISES, SOUND, TREES, WRONG
from tests.simulation.world import MODEL, Weather, World

CANARY = (Shift(0.25, seconds=240), Shift(0.5, seconds=240))
"""Long enough for CloudWatch's minutes to be counted."""
SECOND_RUN = f"{MODEL}-nightly-{NIGHT + timedelta(days=1):%Y%m%dT%H%MZ}"
BROUGHT = triggers.run_of_key(acts.IMPORT)
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


STORIES = (
    Story(name="canary", rollout=CANARY, tell=acts.night_with_clients, outcome=PROMOTED),
    Story(name="to-trees", night=(5, TREES), tell=acts.night, since="/SwapAlias", outcome=PROMOTED),
    Story(
        name="back-from-trees", night=(5, TREES), arrange=acts.night, tell=acts.by_hand(ROLLBACK), outcome=PROMOTED
    ),
    Story(
        name="to-onnx",
        night=(5, ONNX),
        rollout=CANARY,
        arrange=acts.layers_of_graphs,
        tell=acts.night_with_clients,
        since="/SwapAlias",
        outcome=PROMOTED,
    ),
    Story(
        name="to-onnx-before-its-layers-are-deployed",
        night=(5, ONNX),
        tell=acts.night,
        since="/Evaluate",
        outcome=RETRAIN_FAILED,
    ),
    Story(
        name="back-from-an-imported-graph",
        night=None,
        arrange=acts.brought,
        tell=acts.by_hand(ROLLBACK),
        run=BROUGHT,
        outcome=PROMOTED,
    ),
    Story(
        name="onnx-whose-layers-are-gone",
        night=(5, ONNX),
        arrange=acts.promoted_with_layers_and_deployed_without,
        tell=acts.fails_until_layers_are_deployed,
        run=SECOND_RUN,
        outcome=RETRAIN_FAILED,
    ),
    Story(name="first-promotion", past=(), tell=acts.night, since="/Evaluate", outcome=PROMOTED),
    Story(name="nothing-new", night=None, tell=acts.night, outcome=NOTHING_NEW),
    Story(name="rejected", past=(9,), tell=acts.night, since="/Evaluate", outcome=MODEL_REJECTED),
    Story(name="replay-fails", night=(5, WRONG), tell=acts.night, since="/Replay", outcome=ROLLED_BACK),
    Story(
        name="canary-fails",
        night=(5, ILL),
        rollout=CANARY,
        tell=acts.night_with_clients,
        since="/Replay",
        outcome=ROLLED_BACK,
    ),
    Story(
        name="short-canary-fails",
        night=(5, ILL),
        rollout=(Shift(0.25, seconds=30),),
        tell=acts.night_with_many_clients,
        since="/Replay",
        outcome=ROLLED_BACK,
    ),
    Story(
        name="rejudged",
        past=(1, 2),
        tell=acts.beside(acts.by_hand(PROMOTE, model_version=1), when="/VersionModel"),
        since=OPERATION,
        outcome=PROMOTED,
    ),
    Story(
        name="moved-twice",
        past=(1, 2),
        tell=acts.together(
            acts.beside(acts.by_hand(PROMOTE, model_version=1), when="/VersionModel"),
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, "/Rejudge"),
                lambda: acts.by_hand(PROMOTE, model_version=2, name="operation-2")(world),
            ),
        ),
        since="operation-2",
        outcome=SUPERSEDED,
        or_else=PROMOTED,
    ),
    Story(name="after-the-dead", arrange=scenarios.leave_weights, tell=acts.night, outcome=PROMOTED),
    Story(
        name="stopped-canary",
        rollout=CANARY,
        tell=acts.beside_the_canary(acts.stop),
        since="/ShiftTraffic",
        outcome=RETRAIN_FAILED,
    ),
    Story(
        name="reconfigured",
        tell=acts.beside(acts.stack, when="/Evaluate"),
        since="/VersionModel",
        outcome=RETRAIN_FAILED,
    ),
    Story(
        name="rollback-of-a-canary",
        rollout=CANARY,
        tell=acts.beside_the_canary(acts.by_hand(ROLLBACK)),
        since=OPERATION,
        outcome=SUPERSEDED,
    ),
    Story(
        name="pinned-night",
        arrange=acts.by_hand(PIN, name="before"),
        rollout=CANARY,
        tell=acts.night,
        since="/Replay",
        outcome=SUPERSEDED,
    ),
    Story(
        name="half-pinned-at-the-swap",
        tell=acts.at_the_swap(triggers.pin_half),
        since="/SwapAlias",
        outcome=PROMOTED,
        or_else=SUPERSEDED,
    ),
    Story(
        name="lost-at-the-swap",
        tell=acts.at_the_swap(hands.lose_version),
        since="/SwapAlias",
        outcome=RETRAIN_FAILED,
        or_else=PROMOTED,
    ),
    Story(name="no-rows", tell=acts.without_rows, since="/Replay", outcome=ROLLED_BACK, or_else=PROMOTED),
    Story(name="alias-gone", arrange=hands.lose_alias, tell=acts.night, outcome=PROMOTED),
    Story(
        name="alias-gone-in-the-canary",
        rollout=CANARY,
        tell=acts.beside_the_canary(hands.lose_alias),
        since="/ShiftTraffic",
        outcome=SUPERSEDED,
        or_else=RETRAIN_FAILED,
    ),
    Story(
        name="alias-gone-at-the-swap",
        tell=acts.at_the_swap(hands.lose_alias),
        since="/SwapAlias",
        outcome=RETRAIN_FAILED,
        or_else=PROMOTED,
    ),
    Story(
        name="alias-gone-after-the-first-promotion",
        past=(),
        tell=acts.after_the_first_promotion(acts.together(hands.lose_alias, acts.stop)),
        since="/SwapAlias",
        outcome=PROMOTED,
    ),
    Story(
        name="promote-without-alias",
        past=(1, 2),
        arrange=hands.lose_alias,
        tell=acts.by_hand(PROMOTE, model_version=1),
    ),
    Story(
        name="promote-without-evidence",
        past=(1, 2),
        arrange=acts.without_evidence,
        tell=acts.by_hand(PROMOTE, model_version=1),
        changes=False,
    ),
    Story(
        name="half-pinned-canary",
        rollout=CANARY,
        tell=acts.beside_the_canary(acts.pin_half_and_unpin),
        since=OPERATION,
        outcome=SUPERSEDED,
    ),
    Story(name="rollback", past=(1, 2), tell=acts.by_hand(ROLLBACK)),
    Story(name="rollback-to", past=(1, 2, 3), tell=acts.by_hand(ROLLBACK, model_version=1)),
    Story(
        name="promote-and-lift",
        past=(1, 2),
        arrange=acts.by_hand(ROLLBACK, name="before"),
        tell=acts.by_hand(PROMOTE, model_version=2, lift_quarantine=True),
    ),
    Story(
        name="promote-the-broken",
        night=(5, RAISES),
        arrange=lambda world: triggers.nightly(world, event_time=NIGHT, delay_seconds=0),
        tell=acts.by_hand(PROMOTE, model_version=2, lift_quarantine=True),
        changes=False,
        outcome=ROLLED_BACK,
    ),
    Story(name="pin", past=(1, 2), tell=acts.by_hand(PIN, model_version=1)),
    Story(name="two-pins", past=(1, 2), tell=acts.two_pins),
    Story(name="unpin", arrange=acts.by_hand(PIN, name="before"), tell=acts.by_hand(UNPIN)),
    Story(name="prune", past=(1, 2, 3, 4, 5), tell=lambda world: triggers.prune(world, delay_seconds=60)),
    Story(
        name="prune-soon",
        past=(1, 2, 3, 4, 5),
        days=0.2,
        tell=lambda world: triggers.prune(world, delay_seconds=60),
        changes=False,
    ),
    Story(name="waits", approval=Approval(), tell=acts.night, since="/Replay", outcome=WAITING),
    Story(
        name="approved",
        approval=Approval(),
        rollout=CANARY,
        arrange=acts.night,
        tell=acts.approve,
        run=APPROVING,
        outcome=PROMOTED,
    ),
    Story(
        name="approved-and-ill",
        approval=Approval(),
        night=(5, ILL),
        rollout=CANARY,
        arrange=acts.night,
        tell=acts.together(lambda world: triggers.predict(world, times=150, every_seconds=2), acts.approve),
        since="/Replay",
        run=APPROVING,
        outcome=ROLLED_BACK,
    ),
    Story(
        name="approved-though-a-better-one-is-live",
        past=(1, 9),
        approval=Approval(),
        arrange=acts.waits_and_a_better_one_goes_live,
        tell=acts.approve,
        run=APPROVING,
        changes=False,
    ),
    Story(
        name="approved-beside-a-promotion",
        past=(1, 2),
        approval=Approval(),
        rollout=CANARY,
        arrange=acts.night,
        tell=acts.together(
            acts.approve,
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, f"{APPROVING}/Replay"),
                lambda: acts.by_hand(PROMOTE, model_version=1, name="promotion")(world),
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
        arrange=acts.night,
        tell=acts.by_hand(REJECT, model_version=2),
        outcome=WAITING,
    ),
    Story(
        name="approved-and-rejected",
        approval=Approval(),
        arrange=acts.night,
        tell=acts.together(
            acts.approve,
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, APPROVING),
                lambda: acts.by_hand(REJECT, model_version=2, name="rejection")(world),
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
        arrange=acts.night,
        tell=acts.together(
            acts.approve,
            lambda world: triggers.when(
                world,
                triggers.has_acted(world, f"{APPROVING}/Preprocess"),
                lambda: acts.by_hand(REJECT, model_version=2, name="rejection")(world),
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
        arrange=acts.too_late,
        tell=acts.second_night,
        since="/RestoreAlias",
        run=SECOND_RUN,
        outcome=NOTHING_NEW,
    ),
    Story(
        name="nobody-approved-but-somebody-promoted",
        approval=Approval(),
        arrange=acts.promoted_by_hand_and_too_late,
        tell=acts.second_night,
        since="/RestoreAlias",
        run=SECOND_RUN,
        outcome=NOTHING_NEW,
    ),
    Story(
        name="nobody-rejected",
        approval=Approval(otherwise="approve"),
        arrange=acts.too_late,
        tell=acts.second_night,
        since="/Preprocess",
        run=SECOND_RUN,
        outcome=PROMOTED,
    ),
    Story(
        name="nothing-new-while-one-waits",
        approval=Approval(),
        arrange=acts.night,
        tell=acts.second_night,
        since="/Preprocess",
        run=SECOND_RUN,
        outcome=NOTHING_NEW,
    ),
    Story(
        name="waits-in-its-place",
        approval=Approval(),
        arrange=acts.night,
        tell=acts.second_night_with_data,
        since="/Replay",
        run=SECOND_RUN,
        outcome=WAITING,
    ),
    Story(
        name="twin-fails-its-replay",
        night=None,
        tell=acts.twin_without_rows,
        since="/Replay",
        run=triggers.run_of_key("a key"),
        outcome=ROLLED_BACK,
        or_else=PROMOTED,
    ),
    Story(
        name="imported",
        night=None,
        arrange=acts.layers_of_graphs,
        tell=acts.bring,
        since="import",
        run=BROUGHT,
        outcome=PROMOTED,
    ),
)
