"""What holds when a run in calm weather has come to its end, beside what always holds."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.approval.waiting import REJECTED
from chalicelib.edges.serving_functions import FunctionVersion
from tests.simulation.readings import lasting, moves, registered, waited
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


def what_was_rejected_is_in_the_ledger_and_in_quarantine(world: World) -> None:
    """Whoever died over it. Data, recipe and code of what was ever live are not locked by a twin of it."""
    known = registered(world)
    live = {known[stamp.model_version]["fingerprint"] for _, stamp in moves(world)}
    for effect, body in waited(world):
        if (body.get("decided") or {}).get("verdict") == REJECTED:
            number, fingerprint = body["model_version"], body["fingerprint"]
            assert world.store.find(layout.rejection(MODEL, number)), f"the ledger does not tell: {effect}"
            is_locked = world.store.find(layout.quarantined(MODEL, fingerprint)) is not None
            assert is_locked or fingerprint in live, f"{fingerprint} is free: {effect}"


def nothing_is_left_untold(world: World) -> None:
    kept = [listed.key for listed in world.store.list(layout.untold(MODEL))]
    assert not kept, f"kept for the next run to send: {kept}"
