"""Of moves by hand: rollback, promote, pin, unpin."""

from __future__ import annotations

from collections import Counter

from chalicelib import layout
from chalicelib.interventions.move_decisions import UNPIN
from chalicelib.promotion import promotion
from tests.simulation.invariants.rollouts import deciding
from tests.simulation.readings import moves, moves_of_runs, registered, stamp_before, stands_throughout
from tests.simulation.triggers import UNAVAILABLE
from tests.simulation.world import MODEL, World


def what_was_quarantined_is_not_made_live_without_a_lift(world: World) -> None:
    """By operators; runs have an invariant of their own. What comes between their look and their move may come."""
    asked = {effect.actor: effect for effect in world.history.of("asked")}
    known = registered(world)
    for effect, stamp in moves(world):
        replaced = stamp_before(effect)
        if effect.actor in asked and (replaced is None or replaced.model_version != stamp.model_version):
            key = layout.quarantined(MODEL, known[stamp.model_version]["fingerprint"])
            since = asked[effect.actor].index
            assert not stands_throughout(world, key, since, effect.index), f"it was quarantined: {effect}"


def what_was_rolled_back_is_in_quarantine(world: World) -> None:
    """From before the alias moves, so that the next run sees it; unless another operator lifts it in between."""
    known = registered(world)
    asked = {effect.actor: effect.index for effect in world.history.of("asked")}
    for effect, stamp in moves(world):
        replaced = stamp_before(effect)
        if effect.actor in asked and stamp.kind == promotion.ROLLED_BACK and replaced:
            left = known.keys() & {replaced.model_version, replaced.candidate}
            twins = {known[stamp.model_version]["fingerprint"]}
            for fingerprint in {known[each]["fingerprint"] for each in left} - twins:
                key = layout.quarantined(MODEL, fingerprint)
                lifts = [
                    each
                    for each in world.history.of("delete")
                    if each.subject == key and each.actor in asked.keys() - {effect.actor}
                ]
                is_lifted = any(asked[effect.actor] < each.index < effect.index for each in lifts)
                stands = stands_throughout(world, key, effect.index, effect.index)
                assert stands or is_lifted, f"{fingerprint} is free: {effect}"


def a_request_moves_once(world: World) -> None:
    names = {effect.subject for effect in world.history.of("asked")}
    moved = Counter(stamp.run for _, stamp in moves(world) if stamp.run in names)
    assert all(count == 1 for count in moved.values()), f"moved more than once: {moved}"


def nothing_moves_a_pinned_model_but_operators(world: World) -> None:
    """From the move that pinned it on; and what was pinned before a task began to decide, that task leaves alone."""
    key = layout.pin(MODEL)
    pinned = [effect for effect, stamp in moves(world) if stamp.kind == promotion.PINNED]
    for effect, stamp in moves_of_runs(world, promotion.SHIFTED, promotion.PROMOTED):
        seen = [deciding(world, effect, stamp), *(each for each in pinned if each.index < effect.index)]
        for since in seen:
            assert not stands_throughout(world, key, since.index, effect.index), f"pinned since {since}: {effect}"


def who_was_answered_has_what_was_asked_for(world: World) -> None:
    """A yes is in the history, and a refusal moved nothing; one that nobody waited for any more was asked again."""
    moved = {stamp.run for _, stamp in moves(world)}
    ran_on = _names_that_ran_on(world)
    last_asked = {effect.subject: effect.index for effect in world.history.of("asked")}
    for effect in world.history.of("told"):
        status, body = effect.facts["status"], effect.facts["body"]
        assert status == 200 or 400 <= status < 500 or status == UNAVAILABLE, f"an answer that is none: {effect}"
        if status == 200 and body["moved"]:
            assert effect.subject in moved, f"told of a move that never was: {effect}"
        if 400 <= status < 500 and effect.subject not in ran_on and last_asked[effect.subject] < effect.index:
            assert effect.subject not in moved, f"refused, and moved all the same: {effect}"


def _names_that_ran_on(world: World) -> set[str]:
    """The requests of which one try went on, unheard, while the next began."""
    ended = {effect.actor for effect in world.history.of("told", "fault:killed_before", "fault:killed_after")}
    return {effect.subject for effect in world.history.of("asked") if effect.actor not in ended} | {
        effect.actor.partition("#")[0] for effect in world.history.of("fault:stalled")
    }


def what_was_unpinned_was_free_for_a_moment(world: World) -> None:
    first_asked: dict[str, int] = {}
    for effect in world.history.of("asked"):
        first_asked.setdefault(effect.subject, effect.index)
    for effect in world.history.of("told"):
        if (effect.facts["action"], effect.facts["status"]) == (UNPIN, 200):
            since = first_asked[effect.subject]
            assert not stands_throughout(world, layout.pin(MODEL), since, effect.index), f"pinned: {effect}"
