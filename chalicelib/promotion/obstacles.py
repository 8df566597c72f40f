"""Finds what forbids a run to move the alias: ShiftTraffic and SwapAlias ask before each move."""

from __future__ import annotations

from chalicelib.edges import Edges
from chalicelib.promotion.lease import Lease
from chalicelib.registry import judged
from chalicelib.registry.judged import Judged
from chalicelib.registry.pin import Pin, Pinned, way_past
from chalicelib.registry.quarantine import Quarantine


def obstacle(edges: Edges, *, run: str, model: str, model_version: int, fingerprint: str) -> str | None:
    """Why the run may move nothing now, in words; None when it may. What a pin delays is noted as waiting."""
    holder = Lease(edges, model).holder()
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
    """So that not every night of the pin trains the same model again."""
    waiting = Judged(run=run, fingerprint=fingerprint, champion=pinned.model_version, waits_as=model_version)
    judged.put(edges, waiting, model=model)
