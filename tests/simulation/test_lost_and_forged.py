"""State that is lost, an alias that a hand deletes at any moment, evidence that is missing or forged: nothing that
nobody judged goes live, no version is lost, and the ledger has no gap.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import PROMOTED
from chalicelib.documents import documents
from chalicelib.errors import RegistryIncomplete, VersionUnknown, leaves
from chalicelib.interventions import restoration
from chalicelib.interventions.move_decisions import PIN, PROMOTE, ROLLBACK, UNPIN
from chalicelib.promotion import promotion
from chalicelib.registry import registry
from tests.fakes.clock import START
from tests.given.nights import PARTS
from tests.given.present import present
from tests.simulation import hands, readings, scenarios, triggers
from tests.simulation.invariants.runs import MACHINE_ERRORS
from tests.simulation.world import MODEL, World

SEEDS = range(25)
Loss = Callable[[World, Random], None]


def alias_deleted(world: World, _: Random) -> None:
    if world.functions.alias(MODEL):
        world.functions.delete_alias(MODEL)


def lambda_lost(world: World, _: Random) -> None:
    """What a local AWS loses that is killed before it saved: the bucket is another service's."""
    alias_deleted(world, _)
    for version in world.functions.versions(MODEL):
        world.functions.delete_version(MODEL, version.function_version)


def part_deleted(world: World, random: Random) -> None:
    world.store.delete(layout.version(MODEL, random.choice((1, 2)), random.choice(PARTS)))


def version_forged(world: World, random: Random) -> None:
    """And somebody asks for it."""
    number = random.choice((1, 2))
    hands.forge_version(world, model_version=number)
    triggers.operate(
        world, "forger", action=PROMOTE, model_version=number, lift_quarantine=True, delay_seconds=5 * random.random()
    )


LOSSES: tuple[Loss, ...] = (alias_deleted, lambda_lost, part_deleted, version_forged)


def told(world: World, random: Random, loss: Loss) -> None:
    """Two promoted versions; then a night, an operator, and in between the loss."""
    for number in (0, 1):
        scenarios.past_night(world, number, quality=number + 1)
        world.clock.sleep(100)
    world.add_data("night-2.csv", quality=5)
    triggers.nightly(world, event_time=START, delay_seconds=random.random())
    action = random.choice((ROLLBACK, PROMOTE, PIN))
    model_version = None if action == ROLLBACK else random.choice((1, 2))
    delay = 20 * random.random()
    triggers.operate(world, "by-hand", action=action, model_version=model_version, delay_seconds=delay)
    world.scheduler.spawn("loss", lambda: loss(world, random), delay_seconds=20 * random.random())
    world.settle()


@pytest.mark.parametrize("loss", LOSSES)
def test_nothing_unjudged_goes_live_and_the_ledger_has_no_gap(loss: Loss) -> None:
    for seed in SEEDS:
        world = World(f"{loss.__name__} {seed}")
        told(world, world.random("loss"), loss)

        judged = {number: manifest["code_sha256"] for number, manifest in readings.registered(world).items()}
        for effect, stamp in readings.moves(world):
            assert effect.facts["targets"][0].code_sha256 == judged[stamp.model_version], world.told()
            is_by_a_run = (stamp.kind, effect.facts["before"]) == (
                promotion.PROMOTED,
                None,
            ) and "nightly" in stamp.run
            assert stamp.entry == 1 or not is_by_a_run, f"judged without a champion: {effect}{world.told()}"
        written = readings.documents_at(world, rf"{layout.ledger(MODEL)}(\d+)\.json")
        numbers = [int(match[1]) for _, match, _ in written]
        assert numbers == list(range(1, len(numbers) + 1)), world.told()
        failed = {effect.facts["error"] for effect in world.history.of("failed")}
        assert failed <= {*leaves(), *MACHINE_ERRORS}, world.told()


@pytest.mark.parametrize("loss", [alias_deleted, lambda_lost])
def test_what_was_live_last_is_put_back(loss: Loss) -> None:
    for seed in SEEDS:
        world = World(f"back after {loss.__name__} {seed}")
        told(world, world.random("loss"), loss)
        loss(world, world.random("again"))
        written = [
            stored for each in world.store.list(layout.ledger(MODEL)) if (stored := world.store.find(each.key))
        ]
        last = documents.decode(written[-1].body)

        scenarios.calmly(world, lambda world=world: hands.restore(world))  # type: ignore[misc]

        alias = world.functions.alias(MODEL)
        assert alias is not None, world.told()
        assert f" model_version={last['model_version']} " in alias.description, world.told()


@pytest.mark.parametrize("name", [*PARTS, registry.MANIFEST, None])
def test_what_was_live_last_is_not_put_back_without_its_evidence(name: str | None) -> None:
    world = World(f"back without {name}")
    scenarios.past_night(world, 0, quality=1)
    alias_deleted(world, world.random("loss"))
    hands.lose_part(world, model_version=1, name=name)
    world.settle()

    def refused() -> None:
        with pytest.raises((RegistryIncomplete, VersionUnknown)):
            restoration.restore(world.edges, model=MODEL, attempt="abcdef", who="an operator")

    def asked() -> None:
        world.scheduler.spawn("refused", refused)

    scenarios.calmly(world, asked)
    alias = world.functions.alias(MODEL)
    scenarios.calmly(world, lambda: hands.put_back(world))
    scenarios.calmly(world, lambda: hands.restore(world))

    assert alias is None, world.told()
    assert " model_version=1 " in present(world.functions.alias(MODEL)).description, world.told()


def test_a_night_after_the_alias_is_gone_promotes_against_what_was_live() -> None:
    for seed in SEEDS:
        world = World(f"a night after {seed}")
        told(world, world.random("loss"), alias_deleted)
        if world.store.find(layout.pin(MODEL)):
            scenarios.calmly(world, lambda world=world: hands.restore(world))  # type: ignore[misc]
            scenarios.calmly(world, lambda world=world: _unpin(world))  # type: ignore[misc]
        alias_deleted(world, world.random("again"))
        world.add_data("night-3.csv", quality=scenarios.BEST)
        event_time = world.clock.now + timedelta(days=1)

        scenarios.calmly(
            world,
            lambda world=world, at=event_time: triggers.nightly(world, event_time=at, delay_seconds=60),  # type: ignore[misc]
        )

        outcome = documents.find(
            world.store, layout.run_document(f"{MODEL}-nightly-{event_time:%Y%m%dT%H%MZ}", "outcome")
        )
        assert outcome["outcome"] == PROMOTED, (outcome, world.told())


def _unpin(world: World) -> None:
    triggers.operate(world, "the-last-unpin", action=UNPIN, delay_seconds=0)
