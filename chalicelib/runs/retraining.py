"""Starts retrain runs. The nightly rule and POST /retrain both come through `start`.

Triggers are delivered at least once, so a run's name is derived from what asked for it: the rule that fires twice and
the client that retries get the run they got before. `runs/RUN/request.json`, written by whoever is first, decides
which of many equal requests was the one; the losers start the execution too, in case the winner died before it did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from chalicelib import layout
from chalicelib.bodies import FLAG, MODEL, REASON, Form, check_model
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.runs import RetrainInput
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds, holds_one
from chalicelib.documents.shapes import flag, moment, text
from chalicelib.edges import Edges
from chalicelib.errors import NightswapError, RequestConflict
from chalicelib.names import RUN_NAME
from chalicelib.promotion.lease import Lease
from chalicelib.registry import catalog
from chalicelib.registry.report import Imported
from chalicelib.values import Value

FORM = Form({"model": MODEL, "force": FLAG, "reason": REASON})


class Wish(Value, kw_only=True):
    """The content of a request. Two requests are the same when their wishes are equal, whoever asks."""

    model: str
    force: bool
    reason: str
    approves: str | None = None
    """The run that ended Waiting, whose version is to go live."""
    who: str | None = None
    """Who approves it."""
    imports: Imported | None = None
    """The model that takes the place of one that the run would train."""


class Request(Document):
    """A wish as it is stored, and when it came. Whoever tests by hand may leave out all but the model."""

    SCHEMA = 4

    model: str = holds(text)
    force: bool | None = holds(flag, default=None)
    reason: str | None = holds(text, default=None)
    requested_at: str | None = holds(moment, default=None)
    approves: str | None = holds(text, default=None)
    """The run whose version it takes live; None of a run that trains."""
    who: str | None = holds(text, default=None)
    """Who approved that."""
    imports: Imported | None = holds_one(Imported, default=None)
    """The model that was brought along; None of a run that trains its own."""
    attempt: str | None = holds(text, default=None)
    """Of many equal requests, the one that wrote this; None of the nightly rule's."""


SAME = ("model", "force", "reason", "approves", "imports")
"""What makes two wishes the same."""


class Started(Value):
    run: str
    is_new: bool


def tonight(edges: Edges, *, event_time: datetime) -> list[Started]:
    """The night's run of every model; one model's trouble is raised after the others have been started."""
    started, trouble = [], None
    for model in catalog.models(edges.store):
        try:
            started.append(nightly(edges, model=model, event_time=event_time))
        except NightswapError as exc:
            trouble = exc
    if trouble is not None:
        raise trouble
    return started


def nightly(edges: Edges, *, model: str, event_time: datetime) -> Started:
    """The run of the night: an event delivered twice gives one run."""
    minute = event_time.astimezone(UTC).strftime("%Y%m%dT%H%MZ")
    return start(edges, run=f"{model}-nightly-{minute}", wish=Wish(model=model, force=False, reason="nightly"))


def on_demand(edges: Edges, *, wish: Wish, idempotency_key: str | None, attempt: str) -> Started:
    """The run of a request: the key's, or the one that is going, or a new one.

    `attempt` is 6 hexadecimal digits, fresh for every request. A forced wish without a key always starts anew; while
    another run holds the lease it will end Superseded, and so will one that brings a model. Raises RequestConflict
    when the key served another wish.
    """
    if idempotency_key is not None:
        digest = hashlib.sha256(f"{wish.model} {idempotency_key}".encode()).hexdigest()[:20]
        return start(edges, run=f"{wish.model}-key-{digest}", wish=wish, attempt=attempt)
    going = None if wish.force or wish.imports else _going(edges, model=wish.model)
    if going is not None:
        return Started(going, is_new=False)
    moment = edges.clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return start(edges, run=f"{wish.model}-{moment}-{attempt}", wish=wish, attempt=attempt)


def wish_from(body: bytes, *, default_model: str, known: Callable[[], Sequence[str]]) -> Wish:
    """The wish in a request's body; raises BadRequest naming the field, or ModelUnknown.

    `known`, the stage's models, is asked once the body is read.
    """
    fields = {"model": default_model, "force": False, "reason": "on demand", **FORM.read(body)}
    check_model(fields["model"], known=known())
    return Wish(**fields)


def find_request(edges: Edges, *, run: str) -> Request | None:
    """The request that started the run; None without one."""
    return Request.find(edges.store, layout.run_document(run, "request"))


def start(edges: Edges, *, run: str, wish: Wish, attempt: str | None = None) -> Started:
    """The run of that name; raises RequestConflict when it was started by another wish.

    AWS's client repeats a call whose answer was lost, and then finds what it wrote itself: `attempt` tells.
    """
    key = layout.run_document(run, "request")
    wanted = {**vars(wish), "attempt": attempt}
    told = {name: value for name, value in wanted.items() if value is not None}
    request = Request(**told, requested_at=documents.timestamp(edges.clock()))
    is_new = edges.store.put_if_absent(key, request.encode())
    if not is_new:
        asked = find_request(edges, run=run)
        if asked is None or any(getattr(asked, name) != getattr(wish, name) for name in SAME):
            raise RequestConflict(
                f"this Idempotency-Key started run {run} with another request; use a new key", run=run
            )
        is_new = attempt is not None and asked.attempt == attempt
        if edges.store.find(layout.run_document(run, "outcome")):
            # It is over. Step Functions forgets a name after 90 days, the bucket after 400.
            return Started(run, is_new=False)
    retrain = RetrainInput(model=wish.model, force=wish.force, reason=wish.reason)
    edges.executions.start(run, documents.encode(to_event(retrain)).decode())
    return Started(run, is_new=is_new)


def _going(edges: Edges, *, model: str) -> str | None:
    """The model's run that is going: the lease's holder, or one that has not come to take it yet.

    A run whose outcome is recorded is over, although its execution may go on for a moment.
    """
    held = Lease(edges, model).running_holder()
    found = [held] if held else []
    for execution in edges.executions.recent(running_only=True):
        match = RUN_NAME.fullmatch(execution.run)
        if match and match["model"] == model:
            found.append(execution.run)
    return next((run for run in found if not edges.store.find(layout.run_document(run, "outcome"))), None)
