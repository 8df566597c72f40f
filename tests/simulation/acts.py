"""What is done in the stories: nights, moves by hand, and what comes between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from chalicelib import layout
from chalicelib.edges import serving_layers
from chalicelib.edges.serving_functions import LAYERS
from chalicelib.interventions.move_decisions import PIN, PROMOTE, ROLLBACK, UNPIN
from chalicelib.registry import registry
from lambdas.model.recipe import Approval
from tests.fakes.clock import START
from tests.simulation import hands, serving, triggers
from tests.simulation.serving import ONNX
from tests.simulation.world import MODEL, World

NIGHT = START + timedelta(hours=1)
RUN = f"{MODEL}-nightly-{NIGHT:%Y%m%dT%H%MZ}"
OPERATION = "operation"
"""The name of a request by hand."""
IMPORT = "import"
"""The name and the key of one that brings a model along."""


def night(world: World) -> None:
    triggers.nightly(world, event_time=NIGHT, delay_seconds=0)


def night_with_clients(world: World) -> None:
    triggers.predict(world, times=150, every_seconds=2)
    night(world)


def night_with_many_clients(world: World) -> None:
    triggers.predict(world, times=150, every_seconds=0.5)
    night(world)


def by_hand(
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


def beside(tell: Callable[[World], None], *, when: str) -> Callable[[World], None]:
    """The night, and something else as soon as a process of that name does something."""

    def both(world: World) -> None:
        night(world)
        triggers.when(world, triggers.has_acted(world, when), lambda: tell(world))

    return both


def beside_the_canary(tell: Callable[[World], None]) -> Callable[[World], None]:
    """The night, and something else as soon as there is a canary."""

    def is_going(world: World) -> bool:
        alias = world.functions.alias(MODEL)
        return alias is not None and bool(alias.weights)

    def both(world: World) -> None:
        night(world)
        triggers.when(world, lambda: is_going(world), lambda: tell(world))

    return both


def together(*tells: Callable[[World], None]) -> Callable[[World], None]:
    def tell(world: World) -> None:
        for each in tells:
            each(world)

    return tell


def stack(world: World) -> None:
    triggers.update_stack(world, memory_mb=512, delay_seconds=0)


def stop(world: World) -> None:
    world.executions.stop(RUN, cause="by hand")


def at_the_swap(tell: Callable[[World], None]) -> Callable[[World], None]:
    """The night, and something else as soon as it is committed to its swap."""

    def both(world: World) -> None:
        night(world)
        decision = layout.run_document(RUN, "decision_swap_1")
        triggers.when(world, lambda: world.store.find(decision) is not None, lambda: tell(world))

    return both


def after_the_first_promotion(tell: Callable[[World], None]) -> Callable[[World], None]:
    """The night, and something else as soon as the ledger tells of its swap."""

    def both(world: World) -> None:
        night(world)
        entry = layout.ledger_entry(MODEL, 1)
        triggers.when(world, lambda: world.store.find(entry) is not None, lambda: tell(world))

    return both


def pin_half_and_unpin(world: World) -> None:
    triggers.pin_half(world)
    by_hand(UNPIN)(world)


def two_pins(world: World) -> None:
    """Two operators at once: the second decides when the first has put the pin, and has not moved the alias yet."""
    by_hand(PIN, model_version=1)(world)
    by_hand(PIN, model_version=2, name=f"{OPERATION}-2")(world)


def without_evidence(world: World) -> None:
    """Of version 1."""
    hands.lose_part(world, model_version=1, name=None)


def twin_without_rows(world: World) -> None:
    """Somebody forces a run on the data of the live version, and what it makes cannot be asked."""
    triggers.on_demand(world, "post", key="a key", force=True, delay_seconds=0)
    lose_the_rows(world)


def without_rows(world: World) -> None:
    """The night, and its version has no rows of the holdout as soon as it is complete."""
    night(world)
    lose_the_rows(world)


def lose_the_rows(world: World) -> None:
    manifest = layout.version(MODEL, 2, registry.MANIFEST)
    triggers.when(
        world,
        lambda: world.store.find(manifest) is not None,
        lambda: hands.lose_part(world, model_version=2, name=registry.REPLAY),
    )


def approve(world: World) -> None:
    triggers.approve(world, OPERATION, run=RUN, delay_seconds=0)


def bring(world: World) -> None:
    """A graph that was trained elsewhere, where a deployment has given its layers to the function."""
    triggers.bring(world, IMPORT, key=IMPORT, quality=5, word=ONNX, delay_seconds=0)


def brought(world: World) -> None:
    layers_of_graphs(world)
    world.settle()
    bring(world)


def waits_and_a_better_one_goes_live(world: World) -> None:
    """Version 2 is rolled back, so the night is judged against version 1; then version 2 is promoted again."""
    by_hand(ROLLBACK, name="rollback")(world)
    world.settle()
    night(world)
    world.settle()
    by_hand(PROMOTE, model_version=2, lift_quarantine=True, name="promotion")(world)


def second_night(world: World) -> None:
    triggers.nightly(world, event_time=NIGHT + timedelta(days=1), delay_seconds=0)


def second_night_with_data(world: World) -> None:
    world.add_data("night-2-b.csv", quality=6)
    second_night(world)


def too_late(world: World) -> None:
    """The night's version waits, and the time to decide passes."""
    night(world)
    world.settle()
    hours = timedelta(hours=Approval().within_hours)
    world.scheduler.spawn("time", lambda: world.scheduler.sleep(hours.total_seconds()))


def promoted_by_hand_and_too_late(world: World) -> None:
    """Somebody promotes what waits, and the time to decide about it passes."""
    night(world)
    world.settle()
    by_hand(PROMOTE, model_version=2, name="promotion")(world)
    world.settle()
    hours = timedelta(hours=Approval().within_hours)
    world.scheduler.spawn("time", lambda: world.scheduler.sleep(hours.total_seconds()))


def layers(world: World, *names: str) -> None:
    """A deployment gives the serving function these."""
    world.functions.configure(MODEL, Environment={LAYERS: serving_layers.named(names)})


def layers_of_graphs(world: World) -> None:
    """A deployment gives them to the serving function, and ends."""

    def deploy() -> None:
        layers(world, *serving.LAYERS[ONNX])
        world.scheduler.sleep(60)

    world.scheduler.spawn("deployment", deploy)


def night_with_layers(world: World) -> None:
    layers_of_graphs(world)
    world.settle()
    night(world)


def promoted_with_layers_and_deployed_without(world: World) -> None:
    """And then the alias is lost, and the published version, which would have kept its layers."""
    night_with_layers(world)
    world.settle()
    layers(world)
    hands.lose_alias(world)
    world.settle()
    hands.lose_version(world)


def fails_until_layers_are_deployed(world: World) -> None:
    """The night cannot restore the alias (LayersMissing), and moves nothing; after a deployment one can."""
    second_night(world)

    def deploy() -> None:
        world.scheduler.sleep(timedelta(hours=2).total_seconds())
        layers(world, *serving.LAYERS[ONNX])

    world.scheduler.spawn("deployment", deploy)
