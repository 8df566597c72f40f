"""Starts the run that takes an approved version live, and finds the version to reject.

`nightswap approve RUN`, `nightswap reject RUN`, POST /runs/ID/approve and /runs/ID/reject come here.

The run is one of the state machine like any other, with a lease, replay, canary, fences and ledger of its own; it
only leaves out what the run that made the version has done. So there is one way to live.
"""

from __future__ import annotations

import hashlib
from typing import Any

from chalicelib.approval import refusals
from chalicelib.approval.waiting import APPROVED, Approvals, Waiting
from chalicelib.bodies import REASON_OF_A_MOVE, Form
from chalicelib.cutting import quoted
from chalicelib.edges import Edges
from chalicelib.errors import RequestConflict, RunUnknown
from chalicelib.names import EXECUTION_NAME
from chalicelib.promotion.lease import is_running
from chalicelib.runs import outcomes, retraining
from chalicelib.runs.retraining import Started, Wish

FORM = Form({"reason": REASON_OF_A_MOVE}, wanted=("reason",))
"""The body of POST /runs/ID/approve."""
ATTEMPT_BYTES = 8


def reason_in(body: bytes) -> str:
    """The reason in a request's body; raises BadRequest."""
    return str(FORM.read(body)["reason"]).strip()


def model_of(edges: Edges, *, run: str) -> str:
    """The model of a run; raises RunUnknown."""
    if not EXECUTION_NAME.fullmatch(run):
        raise RunUnknown(f"there is no run {quoted(run)}: it is not a run's name", accepted=EXECUTION_NAME.pattern)
    told = outcomes.find(edges, run=run) or retraining.find_request(edges, run=run)
    if told is None:
        raise RunUnknown(f"there is no run {run!r}: nightswap runs lists them, and so does GET /runs", run=run)
    return told.model


def to_reject(edges: Edges, *, run: str) -> Waiting:
    """The version of a run that ended Waiting, whatever was decided about it since.

    Raises RunUnknown, and RequestConflict for a run that none is known of.
    """
    waiting = Approvals(edges, model_of(edges, run=run)).find()
    if waiting is None or waiting.run != run:
        refused = refusals.of_rejection(edges, model=model_of(edges, run=run), run=run)
        raise RequestConflict(f"run {run} cannot be rejected: {refused}", run=run)
    return waiting


def approve(
    edges: Edges, *, run: str, reason: str, who: str, idempotency_key: str | None, attempt: str
) -> dict[str, Any]:
    """Approve the version of a run that ended Waiting; returns the run that takes it live, with model and version.

    The same key is the same run, and so is a second approval while the first one's run is going. `attempt` is 16
    hexadecimal digits, fresh for every request. Raises RunUnknown, and RequestConflict for what cannot be approved
    now: it was decided already, its time is over, another version is live, or one is pinned.
    """
    model = model_of(edges, run=run)
    asked = idempotency_key or attempt
    name = f"{model}-approve-{hashlib.sha256(f'{run} {asked}'.encode()).hexdigest()[:20]}"
    found = retraining.find_request(edges, run=name)
    going = None if found is not None else _going(edges, model=model, run=run)
    if going is not None:
        return _answer(edges, Started(going, is_new=False), model=model, run=run)
    refused = refusals.of_approval(edges, model=model, run=run) if found is None else None
    if refused is not None:
        raise RequestConflict(f"run {run} cannot be approved: {refused}", run=run)
    wish = Wish(model=model, force=False, reason=reason, approves=run, who=who)
    return _answer(edges, retraining.start(edges, run=name, wish=wish, attempt=attempt), model=model, run=run)


def _going(edges: Edges, *, model: str, run: str) -> str | None:
    """The run that takes this version live just now."""
    waiting = Approvals(edges, model).find()
    decided = waiting.decided if waiting and waiting.run == run else None
    if decided is None or decided.verdict != APPROVED:  # a run may have rejected it, too
        return None
    return decided.by if is_running(edges, decided.by) else None


def _answer(edges: Edges, started: Started, *, model: str, run: str) -> dict[str, Any]:
    waiting = Approvals(edges, model).find()
    number = waiting.model_version if waiting and waiting.run == run else None
    return {"run": started.run, "new": started.is_new, "model": model, "approves": run, "model_version": number}
