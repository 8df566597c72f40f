"""How a run ends: the outcome is written once, the intermediates go, the lease is given back.

The first outcome of a run stands: the state machine's own end, its Catch, and the rule on the execution's status may
all come to record one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib import commitment, documents, layout, lease, ledger, registry
from chalicelib.contracts import MODEL_REJECTED, PROMOTED, RunOutcome, to_event
from chalicelib.edges import Edges

ARTIFACT = "model.json"
"""The artifact among a run's intermediates."""


def find(edges: Edges, *, run: str) -> dict[str, Any] | None:
    """The recorded outcome: RunOutcome's fields and `finished_at`; None while there is none."""
    found: dict[str, Any] | None = documents.find(edges.store, layout.run_document(run, "outcome"))
    return found


def record(edges: Edges, wanted: RunOutcome) -> RunOutcome:
    """Record the outcome and clear up; returns the outcome that stands. Repeating it is harmless.

    Where the run's swap has taken effect the outcome is Promoted, whatever came after it.
    """
    recorded = find(edges, run=wanted.run)
    if recorded is None:
        wanted = _as_it_happened(edges, wanted)
        if wanted.outcome == MODEL_REJECTED:
            _keep_rejected(edges, run=wanted.run, model=wanted.model)
        document = {**to_event(wanted), "finished_at": documents.timestamp(edges.clock())}
        if not edges.store.put_if_absent(layout.run_document(wanted.run, "outcome"), documents.encode(document)):
            document = find(edges, run=wanted.run) or document
        recorded = document
    _clear(edges, run=wanted.run)
    lease.release(edges, model=wanted.model, run=wanted.run)
    return RunOutcome(**{name: value for name, value in recorded.items() if name != "finished_at"})


def _as_it_happened(edges: Edges, wanted: RunOutcome) -> RunOutcome:
    committed = commitment.find(edges, run=wanted.run)
    if wanted.outcome == PROMOTED or committed is None:
        return wanted
    if not ledger.holds(edges, model=wanted.model, run=wanted.run, step=committed.step):
        return wanted
    reason = f"the swap took effect; then {wanted.error or wanted.outcome}: {wanted.reason}"
    return replace(wanted, outcome=PROMOTED, reason=reason, error=None)


def _keep_rejected(edges: Edges, *, run: str, model: str) -> None:
    """The rejected model stays, with its report; so does its fingerprint, lest the next night try it again."""
    artifact = edges.store.find(layout.work(run, ARTIFACT))
    if artifact is not None:
        edges.store.put(layout.rejected(model, run, registry.ARTIFACT), artifact.body)
    report = documents.find(edges.store, layout.run_document(run, "report"))
    edges.store.put(layout.rejected(model, run, registry.REPORT), documents.encode(report))
    judged = {"run": run, "fingerprint": report["fingerprint"], "champion": report["champion_model_version"]}
    edges.store.put(layout.judged(model), documents.encode(judged))


def _clear(edges: Edges, *, run: str) -> None:
    for listed in edges.store.list(layout.work(run)):
        edges.store.delete(listed.key)
