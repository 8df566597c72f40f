"""What Replay, ShiftTraffic and SwapAlias share: what stands in the way of a rollout, and the way back out of it."""

from __future__ import annotations

from chalicelib import commitment, fencing, judged, lease, promotion
from chalicelib.edges import Edges
from chalicelib.judged import Judged
from chalicelib.pin import Pin, Pinned, way_past
from chalicelib.quarantine import Quarantine


def obstacle(edges: Edges, *, run: str, model: str, model_version: int, fingerprint: str) -> str | None:
    """Why the run may move nothing now, in words; None when it may. What a pin holds up is noted as waiting."""
    holder = (lease.find(edges, model=model) or {}).get("holder")
    if holder != run:  # the run was stopped or given up while its task went on
        return f"the lease is no longer this run's but {holder or 'nobody'}'s"
    quarantined = Quarantine(edges, model).find(fingerprint)
    if quarantined is not None:
        return quarantined.in_words()
    pinned = Pin(edges, model).find()
    if pinned is None:
        return None
    _keep_for_later(edges, run=run, model=model, model_version=model_version, fingerprint=fingerprint, pinned=pinned)
    way_on = way_past(model, waiting=model_version)
    return f"{pinned.in_words()}; version {model_version} waits: {way_on}"


def _keep_for_later(
    edges: Edges, *, run: str, model: str, model_version: int, fingerprint: str, pinned: Pinned
) -> None:
    """Lest every night of the pin trains the same model again."""
    waiting = Judged(run=run, fingerprint=fingerprint, champion=pinned.model_version, waits_as=model_version)
    judged.put(edges, waiting, model=model)


def step_back(edges: Edges, *, run: str, model: str, why: str, kind: str = promotion.RESTORED) -> None:
    """Give up what the run has not done yet, and all traffic back to the live version if its candidate has a share.

    An earlier try of the task may be going on: whatever it is about to do comes too late, or is in the ledger.
    """
    given_up = commitment.give_up(edges, run=run)
    for swap in given_up.swaps:
        if swap.expected is None:  # nothing can be put in the way of creating the alias: it is too late to step back
            fencing.finish(edges, swap)
    fencing.fence(
        edges,
        model=model,
        run=run,
        decided=[*given_up.shifts, *given_up.swaps],
        step=promotion.ROLL_BACK if kind == promotion.ROLLED_BACK else promotion.AFTER,
        kind=kind,
        why=why,
    )
