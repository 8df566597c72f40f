"""Says why a version cannot be approved, or rejected, now, and what to do instead."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.approval.waiting import APPROVE, APPROVED, Approvals, Waiting
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete
from chalicelib.registry import models, registry
from chalicelib.registry.live import Live, look
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from chalicelib.registry.report import Report


def of_approval(edges: Edges, *, model: str, run: str, seen: Live | None = None) -> str | None:
    """Why the version of the run cannot be approved; None when it can.

    What moved since it was judged counts: a version is promoted over the one that it was judged against, or not at
    all. `run` is the one that ended Waiting; `seen` is the look at the alias that counts, else there is one now.
    """
    decided = of_rejection(edges, model=model, run=run)
    waiting = Approvals(edges, model).find()
    if decided is not None or waiting is None:
        return decided
    number, late = waiting.model_version, waiting.is_late(edges.clock())
    if late and waiting.otherwise == APPROVE:
        return f"the time of version {number} ended at {waiting.until}: the next run takes it live by itself"
    if late:
        return (
            f"the time of version {number} ended at {waiting.until}, and the next run rejects it; to use it all the"
            f" same: {_promote(waiting)}"
        )
    return moved_since(edges, waiting, seen=seen or look(edges, model=model))


def of_rejection(edges: Edges, *, model: str, run: str) -> str | None:
    """Why the version of the run is not to be decided about any more; None when it is."""
    approvals = Approvals(edges, model)
    waiting = approvals.find()
    if waiting is None or waiting.run != run:
        instead = f"; version {waiting.model_version} of run {waiting.run} came after it" if waiting else ""
        return f"no version of run {run} waits for approval{instead}: nightswap explain {run} tells how it ended"
    if approvals.is_open(waiting):
        return None
    number, decided = waiting.model_version, waiting.decided
    if decided is None and approvals.went_live(waiting):
        live = look(edges, model=model).version()
        if live == number:
            return f"version {number} is live already"
        return (
            f"version {number} was made live by somebody, and {_named(live)} is live now: nightswap versions {model}"
        )
    if decided is None:
        return f"run {run} has not ended yet: ask again in a moment"
    if decided.verdict == APPROVED:
        return f"version {number} was {decided.in_words()}. To see what came of it: nightswap explain {decided.by}"
    return f"version {number} was {decided.in_words()}. To use it all the same: {_promote(waiting, lift=True)}"


def moved_since(edges: Edges, waiting: Waiting, *, seen: Live) -> str | None:
    """Why the version cannot go live as things stand; None when it can."""
    model, number = waiting.model, waiting.model_version
    live = seen.version()
    if live == number:
        return f"version {number} is live already"
    if live is None:  # an alias that is gone, or was moved by hand, is not the same as that nothing was ever live
        try:
            models.champion(edges, seen, model=model)
        except RegistryIncomplete as unknown:
            return unknown.message
    outdated = outdated_by(edges, waiting, live=live)
    if outdated is not None:
        return (
            f"version {number} was judged against {outdated}: the next run judges the same data against that, tonight"
            f" or with nightswap retrain --model {model}"
        )
    pinned = Pin(edges, model).find()
    if pinned is not None:
        return f'{pinned.in_words()}: first nightswap unpin --model {model} --reason "..."'
    quarantined = Quarantine(edges, model).find(waiting.fingerprint)
    return quarantined.in_words() if quarantined else None


def outdated_by(edges: Edges, waiting: Waiting, *, live: int | None) -> str | None:
    """What it was judged against and what is in its place now, champion or anchor, in words; None for the same."""
    if live != waiting.champion:
        return f"{_named(waiting.champion)}, and {_named(live)} is live now"
    key = layout.version(waiting.model, waiting.model_version, registry.REPORT)
    judged = Report.find(edges.store, key)
    if judged is None or judged.anchor is None or judged.anchor.named:
        return None
    then, now = judged.anchor.model_version, models.anchor(edges, model=waiting.model)
    return None if then == now else f"{_named(then)} as the anchor, and {_named(now)} is the anchor now"


def _named(number: int | None) -> str:
    return "nothing" if number is None else f"version {number}"


def _promote(waiting: Waiting, *, lift: bool = False) -> str:
    flag = " --lift-quarantine" if lift else ""
    return f'nightswap promote {waiting.model_version} --model {waiting.model}{flag} --reason "..."'
