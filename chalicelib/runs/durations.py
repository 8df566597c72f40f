"""How long each state took the last time: what to expect of a run that is going."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.names import document_name
from chalicelib.registry.run_documents import DONE, State
from chalicelib.runs.retraining import Request
from chalicelib.runs.runs import STATES

LOOKED_AT = 10
"""Of the latest runs; each that is another model's, or found nothing new, tells little."""


def last_time(edges: Edges, *, model: str, run: str) -> dict[str, int]:
    """Milliseconds, by state, of the latest run of the model that went through it, `run` itself left out.

    A state that no such run among the latest `LOOKED_AT` went through is missing. What is damaged is passed over.
    """
    listed = edges.store.list(layout.RUNS)
    written = {each.key for each in listed}
    asked = [each for each in listed if each.key.endswith("/request.json") and each.key != _key(run, "request")]
    took: dict[str, int] = {}
    for each in sorted(asked, key=lambda each: each.modified_at, reverse=True)[:LOOKED_AT]:
        missing = [state for state in STATES if state not in took]
        earlier = each.key.removeprefix(layout.RUNS).removesuffix("/request.json")
        keys = {state: _key(earlier, document_name(state)) for state in missing}
        if written.isdisjoint(keys.values()) or not _is_of(edges, each.key, model=model):
            continue
        for state in missing:
            found = _state(edges, keys[state]) if keys[state] in written else None
            if found is not None and found.status == DONE and found.duration_ms is not None:
                took[state] = found.duration_ms
    return took


def _key(run: str, name: str) -> str:
    return layout.run_document(run, name)


def _is_of(edges: Edges, key: str, *, model: str) -> bool:
    request = documents.readable(lambda: Request.find(edges.store, key), told=[])
    return request is not None and request.model == model


def _state(edges: Edges, key: str) -> State | None:
    return documents.readable(lambda: State.find(edges.store, key), told=[])
