"""Deletes the endpoints that nobody needs any more: each costs by the hour, whether it is asked or not.

    its version                                     the endpoint
    is live, has a share of the traffic, is pinned  stays
    waits for approval, or its run goes on          stays
    was live, and the alias has left it             stays for keep_hours, so that a rollback finds it
    was rejected, rolled back or quarantined        goes at once; so does one of a run that came to nothing

Whoever ends a run does so, and `nightswap prune`. Repeating it is harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib import layout
from chalicelib.approval.waiting import Approvals
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.hosting.endpoints import Endpoint
from chalicelib.errors import Unexpected
from chalicelib.ledger import history
from chalicelib.ledger.ledger import Ledger
from chalicelib.log import log
from chalicelib.pruning.pruning_plan import serving_now
from chalicelib.registry import registry
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from chalicelib.unexpected import in_our_words
from chalicelib.values import Value

UNKNOWN = "price unknown"
CHANGING = ("Creating", "Deleting")
"""SageMaker refuses to delete it then."""


class Decided(Value, kw_only=True):
    """An endpoint, and why it stays; None for one that goes."""

    endpoint: Endpoint
    words: str
    """What it is and costs."""
    kept_because: str | None


def find(edges: Edges, *, model: str) -> list[Decided]:
    """The same as `decide`, without a question to SageMaker where no version that is kept ever had an endpoint."""
    return decide(edges, model=model) if registry.Kept(edges, model).numbers(registry.MODEL_DATA) else []


def decide(edges: Edges, *, model: str) -> list[Decided]:
    """On every endpoint of the model's versions. It changes nothing."""
    found = edges.endpoints.of(model)
    if not found:
        return []
    held, left_at = _held(edges, model=model), history.left_at(Ledger(edges, model).entries())
    return [_decided(edges, each, model=model, held=held, left_at=left_at) for each in found]


def clear(edges: Edges, *, model: str) -> Iterator[Decided]:
    """Delete those that go, each after one more look at what is live; yields them."""
    for each in decide(edges, model=model):
        number = each.endpoint.model_version
        if each.kept_because is None and number not in serving_now(edges, model=model):
            edges.endpoints.delete(model, number)
            log("endpoint_deleted", model=model, endpoint=each.endpoint.name)
            yield each


def at_the_end(edges: Edges, *, model: str, run: str) -> None:
    """The same at the end of a run, which stands whatever SageMaker refuses: the next run tries again.

    Raises ExecutionsUnavailable.
    """
    try:
        with in_our_words(f"deleting endpoints of {model}"):
            for _ in clear(edges, model=model):
                pass
    except Unexpected as exc:
        log("endpoints_not_cleared", run=run, model=model, reason=exc.message)


def _held(edges: Edges, *, model: str) -> dict[int, str]:
    """The versions whose endpoints stay at any age, with the reason."""
    pinned, waiting = Pin(edges, model).find(), Approvals(edges, model).on_its_way()
    held = {waiting.model_version: "waits for approval"} if waiting else {}
    held |= {pinned.model_version: "pinned"} if pinned else {}
    return held | dict.fromkeys(serving_now(edges, model=model), "live")


def _decided(
    edges: Edges, endpoint: Endpoint, *, model: str, held: dict[int, str], left_at: dict[int, datetime]
) -> Decided:
    number = endpoint.model_version
    manifest = registry.find_manifest(edges, model=model, model_version=number)
    served = manifest.endpoint if manifest else None
    busy = f"SageMaker says {endpoint.status}" if endpoint.status in CHANGING else None
    why = held.get(number) or busy or _of_a_run(edges, model=model, model_version=number)
    if why is None and manifest and served and number in left_at:
        until = left_at[number] + timedelta(hours=served.keep_hours)
        if edges.clock() < until and not Quarantine(edges, model).holds(manifest.fingerprint):
            why = f"kept until {documents.timestamp(until)}, for a rollback"
    return Decided(endpoint=endpoint, words=served.words if served else UNKNOWN, kept_because=why)


def _of_a_run(edges: Edges, *, model: str, model_version: int) -> str | None:
    """While the run that made it has no end, it may still take it live."""
    claim = registry.find_claim(edges, model=model, model_version=model_version)
    if claim is None or edges.store.find(layout.run_document(claim.holder, "outcome")) is not None:
        return None
    return "its run goes on"
