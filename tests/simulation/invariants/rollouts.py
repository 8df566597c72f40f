"""Of replay, canary and the way back."""

from __future__ import annotations

import re

from chalicelib import layout
from chalicelib.contracts.decisions import ROLLED_BACK
from chalicelib.ledger.stamp import Stamp
from chalicelib.promotion import promotion
from chalicelib.registry import registry
from tests.fakes.history import Effect
from tests.simulation.readings import (
    artifacts,
    begun,
    documents_at,
    is_ever_there,
    judging_of,
    moves,
    moves_of_runs,
    registered,
    stands_throughout,
    swap_decisions,
    takings,
    with_running,
)
from tests.simulation.serving import SHOWS_AT_ONCE
from tests.simulation.world import MODEL, World


def what_was_quarantined_is_not_moved_by_runs(world: World) -> None:
    """What stood there before a task began to decide, that is: between its look and its move anything may come."""
    known = registered(world)
    for effect, stamp in moves_of_runs(world, promotion.SHIFTED, promotion.PROMOTED):
        number = stamp.model_version if stamp.candidate is None else stamp.candidate
        key = layout.quarantined(MODEL, known[number]["fingerprint"])
        since = deciding(world, effect, stamp)
        assert not stands_throughout(world, key, since.index, effect.index), f"it was quarantined: {effect}"


def deciding(world: World, effect: Effect, stamp: Stamp) -> Effect:
    """The beginning of the task that decided on a move: whoever carries it out later need not look again.

    A later try of SwapAlias looks again, and leaves the swap undone: but not the first promotion of a model, because
    nothing could keep the earlier try from creating the alias (`chalicelib.promotion.fencing`).
    """
    if stamp.kind == promotion.SHIFTED:
        return begun(world, effect, "shift_traffic")
    if f"{stamp.run}/SwapAlias" in effect.actor and effect.operation != "create_alias":
        return begun(world, effect, "swap_alias")
    decided, _ = swap_decisions(world)[stamp.run, judging_of(stamp)]
    return begun(world, decided, "swap_alias")


def a_run_that_was_rolled_back_left_its_fingerprint_in_quarantine(world: World) -> None:
    fingerprints = {manifest["run"]: manifest["fingerprint"] for manifest in registered(world).values()}
    fingerprints |= {run: result["fingerprint"] for _, run, result in takings(world)}
    for effect, match, outcome in documents_at(world, r"runs/([^/]+)/outcome\.json"):
        if outcome["outcome"] == ROLLED_BACK:
            fingerprint = fingerprints[match[1]]
            key = layout.quarantined(MODEL, fingerprint)
            earlier = world.history.effects[: effect.index]
            is_written = any(each.subject == key for each in earlier)
            assert is_written or _has_a_live_twin(world, match[1], fingerprint), f"{key} was never written: {effect}"


def _has_a_live_twin(world: World, run: str, fingerprint: str) -> bool:
    """Whether a version of another run with this fingerprint was ever live."""
    known = registered(world)
    live = [known[stamp.model_version] for _, stamp in moves(world)]
    return any(each["fingerprint"] == fingerprint and each["run"] != run for each in live)


def no_run_locks_what_stays_live(world: World) -> None:
    """Of what was live from the beginning of its task on; but what is live itself may be found ill."""
    known, made = registered(world), list(moves(world))
    by_runs = re.compile(r"/[A-Z]\w+#\d+$")
    for effect, match, body in documents_at(world, rf"{layout.quarantined(MODEL)}(.+)\.json"):
        if by_runs.search(effect.actor):
            since = next(each.index for each in world.history.effects if each.actor == effect.actor)
            before = [stamp.model_version for each, stamp in made if each.index < since][-1:]
            meanwhile = [stamp.model_version for each, stamp in made if since <= each.index < effect.index]
            live = {*before, *meanwhile}
            locked = all(known[number]["fingerprint"] == match[1] for number in live)
            assert not (live and locked) or body["model_version"] in live, f"{live} stays live: {effect}"


def no_version_that_fails_its_replay_ever_gets_traffic(world: World) -> None:
    words = {number: artifact["word"] for number, artifact in artifacts(world).items()}
    for effect, stamp in moves(world):
        for number in (stamp.model_version, stamp.candidate):
            word = words.get(number) if number else None
            assert word not in SHOWS_AT_ONCE, f"model version {number} is one that {word}: {effect}"


def what_a_run_could_not_ask_gets_no_traffic(world: World) -> None:
    """A version without rows of the holdout, all the time from its first replay on."""
    replayed: dict[str, Effect] = {}
    for effect, match, _ in documents_at(world, r"runs/([^/]+)/replay\.json"):
        replayed.setdefault(match[1], effect)
    for effect, stamp in moves_of_runs(world, promotion.SHIFTED, promotion.PROMOTED):
        key = layout.version(MODEL, stamp.candidate or stamp.model_version, registry.REPLAY)
        since = replayed[stamp.run]
        assert is_ever_there(world, key, since.index, effect.index), f"it had no rows since {since}: {effect}"


def no_run_moves_anything_after_its_end(world: World) -> None:
    """But to give traffic back."""
    over = {match[1]: effect.index for effect, match, _ in documents_at(world, r"runs/([^/]+)/outcome\.json")}
    for effect, stamp in moves_of_runs(world, promotion.SHIFTED, promotion.PROMOTED):
        assert effect.index < over.get(stamp.run, effect.index + 1), f"its outcome had been recorded: {effect}"


def a_run_that_ends_well_leaves_no_weights_of_the_dead(world: World) -> None:
    """Of those that were dead before it began, and not of one that began since."""
    shifting: str | None = None
    alive_since: dict[str, frozenset[str]] = {}
    for effect, running in with_running(world):
        if effect.operation == "start":
            alive_since = {run: alive | {effect.subject} for run, alive in alive_since.items()}
        elif effect.operation == "update_alias":
            stamp = Stamp.parse(effect.facts["description"])
            shifting = stamp.run if stamp and effect.facts["weights"] else None
        elif effect.operation == "delete_alias":
            shifting = None
        elif effect.operation == "enter" and effect.facts["state"] == "RestoreAlias":
            alive_since[effect.subject] = running
        elif effect.operation == "finish" and effect.facts["status"] == "SUCCEEDED":
            alive = running | alive_since.get(effect.subject, frozenset())
            assert shifting is None or shifting in alive, f"weights of {shifting}, which is dead, stayed: {effect}"
