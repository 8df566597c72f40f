"""What holds when a run in calm weather has come to its end, beside what always holds."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.edges.serving_functions import FunctionVersion
from tests.simulation.readings import lasting, moves
from tests.simulation.world import MODEL, World


def all_traffic_goes_to_one_version(world: World) -> None:
    alias = world.functions.alias(MODEL)
    assert alias and not alias.weights, f"the alias is {alias}"


def the_ledger_is_complete(world: World) -> None:
    entries, made = len(world.store.list(layout.ledger(MODEL))), len(list(lasting(world)))
    assert entries == made, f"{entries} entries for {made} moves"


def the_lease_is_given_back(world: World) -> None:
    lease = world.store.find(layout.lease(MODEL))
    assert lease is None, f"the lease is {lease}"


def live_is_where_the_last_move_went(world: World) -> None:
    *_, (effect, _) = moves(world)
    alias = world.functions.alias(MODEL)
    target: FunctionVersion = effect.facts["targets"][0]
    assert alias and alias.function_version == target.function_version, f"the alias is {alias}, moved by {effect}"


def nothing_is_left_untold(world: World) -> None:
    kept = [listed.key for listed in world.store.list(layout.untold(MODEL))]
    assert not kept, f"kept for the next run to send: {kept}"
