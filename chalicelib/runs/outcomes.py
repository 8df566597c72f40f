"""Ends a run: writes its outcome once, deletes the intermediates, gives the lease back, announces the end.

The first outcome of a run stands: the state machine's own end, its Catch, and the rule on the execution's status may
all try to record one.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib import layout
from chalicelib.approval import waiting
from chalicelib.approval.waiting import Approvals
from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    WAITING,
)
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete
from chalicelib.ledger.ledger import Ledger
from chalicelib.log import REJECTED, SUCCEEDED, measure
from chalicelib.notices import notices
from chalicelib.promotion import commitment
from chalicelib.promotion.lease import Lease
from chalicelib.registry import judged, registry
from chalicelib.registry.judged import Judged
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.quarantine import Quarantine
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import Outcome

METRICS = {
    PROMOTED: {SUCCEEDED: 1, REJECTED: 0},
    MODEL_REJECTED: {SUCCEEDED: 1, REJECTED: 1},
    ROLLED_BACK: {SUCCEEDED: 1, REJECTED: 1},
    NOTHING_NEW: {SUCCEEDED: 1},
    WAITING: {SUCCEEDED: 1, REJECTED: 0},
    RETRAIN_FAILED: {SUCCEEDED: 0},
}
"""What an outcome says of the nightly work. A gate that says no has worked; the alarm on it is another one.

A run that was superseded says nothing: the one that it gave way to will.
"""


def find(edges: Edges, *, run: str) -> Outcome | None:
    """The recorded outcome; None while there is none."""
    return Outcome.find(edges.store, layout.run_document(run, "outcome"))


def record(edges: Edges, wanted: RunOutcome) -> RunOutcome:
    """Record the outcome, clear up, and announce it; returns the outcome that stands. Repeating it is harmless.

    Where the run's swap has taken effect the outcome is Promoted, whatever came after it.
    """
    recorded = find(edges, run=wanted.run)
    if recorded is None:
        wanted = _as_it_happened(edges, wanted)
        if wanted.outcome == MODEL_REJECTED:
            _keep_rejected(edges, run=wanted.run, model=wanted.model)
        if wanted.outcome == WAITING:
            _keep_waiting(edges, run=wanted.run, model=wanted.model)
    Lease(edges, wanted.model).release(wanted.run)  # first, because whoever sees the outcome may start the next run
    if recorded is None:
        recorded = _write(edges, wanted)
    _clear(edges, run=wanted.run)
    notices.ended(edges, recorded)
    notices.quality_fell(edges, recorded)
    notices.data_quarantined(edges, recorded)
    return recorded.as_ended


def _write(edges: Edges, wanted: RunOutcome) -> Outcome:
    """Write the outcome, unless there is one; returns the one that stands."""
    mine = Outcome(**to_event(wanted), finished_at=documents.timestamp(edges.clock()))
    if edges.store.put_if_absent(layout.run_document(wanted.run, "outcome"), mine.encode()):
        _measure(edges, wanted)
        return mine
    return find(edges, run=wanted.run) or mine


def _measure(edges: Edges, ended: RunOutcome) -> None:
    if ended.outcome in METRICS:
        measure(
            "outcome_recorded",
            at=edges.clock(),
            dimensions={"bucket": edges.store.bucket, "model": ended.model},
            metrics=METRICS[ended.outcome],
            run=ended.run,
            outcome=ended.outcome,
            error=ended.error,
        )


def _as_it_happened(edges: Edges, wanted: RunOutcome) -> RunOutcome:
    if wanted.outcome == PROMOTED:
        return wanted
    swaps = commitment.swaps(edges, run=wanted.run)
    if not any(Ledger(edges, wanted.model).holds(run=wanted.run, step=swap.step) for swap in swaps):
        return wanted
    reason = f"the swap took effect; then {wanted.error or wanted.outcome}: {wanted.reason}"
    return replace(wanted, outcome=PROMOTED, reason=reason, error=None)


def _keep_rejected(edges: Edges, *, run: str, model: str) -> None:
    """Keep the rejected model with its report, and its fingerprint, so that the next night does not try it again.

    One that was judged again has a number already: it is quarantined, so that nobody promotes it by mistake.
    """
    for listed in edges.store.list(layout.work(run, registry.ARTIFACT_STEM)):
        artifact = edges.store.find(listed.key)
        if artifact is not None:
            edges.store.put(layout.rejected(model, run, listed.key.rpartition("/")[2]), artifact.body)
    key = layout.run_document(run, "report")
    report = Report.find(edges.store, key)
    if report is None:
        raise RegistryIncomplete(f"{key} is missing from bucket {edges.store.bucket}: retrain again", key=key)
    if report.fingerprint is None:
        raise documents.damaged(key, "in it fingerprint is missing")
    edges.store.put(layout.rejected(model, run, registry.REPORT), report.encode())
    anchor = report.anchor.model_version if report.anchor and not report.anchor.named else None
    rejected = Judged(run=run, fingerprint=report.fingerprint, champion=report.champion_model_version, anchor=anchor)
    judged.put(edges, rejected, model=model)
    made = registry.of_run(edges, model=model, run=run) if report.judging > 1 else None
    if made is not None and not _is_twin_of_live(edges, made):
        Quarantine(edges, model).put(
            made.fingerprint,
            model_version=made.model_version,
            who=run,
            why=f"rejected when it was judged again: {report.reason}",
        )


def _is_twin_of_live(edges: Edges, made: Manifest) -> bool:
    """By the ledger, which every mover writes and which this function's role may read."""
    last = Ledger(edges, made.model).last()
    live = last.model_version if last else None
    return registry.is_twin(
        edges, model=made.model, of=live, model_version=made.model_version, fingerprint=made.fingerprint
    )


def _keep_waiting(edges: Edges, *, run: str, model: str) -> None:
    """From here on its version waits, in place of an older one. It is open once the outcome is written."""
    proposed = waiting.proposed(edges, run=run)
    if proposed is None:
        key = layout.run_document(run, "waiting")
        raise RegistryIncomplete(f"{key} is missing from bucket {edges.store.bucket}: retrain again", key=key)
    Approvals(edges, model).put(proposed)


def clear_leftovers(edges: Edges) -> None:
    """Delete what tasks wrote after the end of their run: a stopped run's task goes on until it is done."""
    found = {listed.key.removeprefix(layout.WORK).partition("/")[0] for listed in edges.store.list(layout.WORK)}
    for run in sorted(found):
        if edges.store.find(layout.run_document(run, "outcome")) is not None:
            _clear(edges, run=run)


def _clear(edges: Edges, *, run: str) -> None:
    for listed in edges.store.list(layout.work(run)):
        edges.store.delete(listed.key)
