"""One run per model: the lease that Preprocess takes and the end of the run gives back.

It lies at `locks/MODEL` and names its holder. It is taken over only from a holder whose execution is not RUNNING;
the deadline is for alarms, because a slow run is still a run.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import documents, layout
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, StoreUnavailable
from chalicelib.log import log
from chalicelib.shapes import Record, moment, text

SHAPE = Record({"holder": text}, perhaps=dict.fromkeys(("taken_at", "deadline"), moment))

DEADLINE = timedelta(hours=2)
VISIBLE_WITHIN = timedelta(seconds=10)
"""DescribeExecution is eventually consistent (docs: API_DescribeExecution)."""
CONTENTION_LIMIT = 10
"""Tries before a lease that changes hands under us at every look is left to the state machine's Retry."""


def take(edges: Edges, *, model: str, run: str) -> str:
    """Take the model's lease for the run; returns the holder's name, which is another run's when that one is going.

    Taking it again is harmless: Step Functions may repeat a task whose answer was lost.
    """
    key = layout.lease(model)
    now = edges.clock()
    mine = documents.encode(
        {
            "holder": run,
            "taken_at": documents.timestamp(now),
            "deadline": documents.timestamp(now + DEADLINE),
        }
    )
    for _ in range(CONTENTION_LIMIT):
        found = edges.store.find(key)
        if found is None:
            if edges.store.put_if_absent(key, mine):
                return run
            continue
        lease = documents.read(found.body, key=key, shape=SHAPE)
        if lease["holder"] == run or is_held(edges, lease):
            return str(lease["holder"])
        if edges.store.put_if_match(key, mine, etag=found.etag):
            return run
    raise StoreUnavailable(f"the lease {key} changed hands {CONTENTION_LIMIT} times while {run} tried to take it")


def find(edges: Edges, *, model: str) -> dict[str, str] | None:
    """holder, taken_at and deadline; None when nobody holds it, whoever is going."""
    found: dict[str, str] | None = documents.find(edges.store, layout.lease(model), SHAPE)
    return found


def holder(edges: Edges, *, model: str) -> str | None:
    """The run that holds the lease and is going, or None."""
    lease = find(edges, model=model)
    return lease["holder"] if lease and is_held(edges, lease) else None


def release(edges: Edges, *, model: str, run: str) -> bool:
    """Give the lease back, if the run holds it; says whether it did.

    A damaged one is left to the next run, which refuses it by name: how this run ended must not hang on it.
    """
    key = layout.lease(model)
    found = edges.store.find(key)
    try:
        if found is None or documents.read(found.body, key=key, shape=SHAPE)["holder"] != run:
            return False
    except RegistryIncomplete as damage:
        log("lease_not_released", run=run, reason=damage.message)
        return False
    return edges.store.delete_if_match(key, etag=found.etag)


def is_held(edges: Edges, lease: dict[str, str]) -> bool:
    """Whether a lease's holder is going. An execution that Step Functions does not show yet is given a moment."""
    if edges.executions.find(lease["holder"]) is None:
        taken_at = lease.get("taken_at")
        return taken_at is not None and edges.clock() - datetime.fromisoformat(taken_at) < VISIBLE_WITHIN
    return is_running(edges, lease["holder"])


def is_running(edges: Edges, run: str) -> bool:
    """Whether the run's execution is RUNNING; one that Step Functions does not know is not."""
    execution = edges.executions.find(run)
    return execution is not None and execution.status == "RUNNING"
