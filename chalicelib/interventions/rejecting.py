"""Rejects a version that waits for approval: nobody can approve it any more, and no run makes it anew.

First the decision, which is a compare-and-swap against whoever approves at the same time; then the quarantine of its
fingerprint, so that the same data, recipe and code do not come back the next night.
"""

from __future__ import annotations

from chalicelib.approval import refusals
from chalicelib.approval.waiting import REJECTED, Approvals, Decision
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import RequestConflict
from chalicelib.registry import registry
from chalicelib.registry.quarantine import Quarantine


def reject(edges: Edges, task: MoveAliasTask, *, quarantines: bool) -> None:
    """Carry out the request, which names the version; repeating it is harmless.

    Without `quarantines` it is a twin of the live version, which must not be locked with it.

    Raises RequestConflict when somebody decided otherwise since it was looked at.
    """
    number = task.model_version or 0
    manifest = registry.manifest(edges, model=task.model, model_version=number)
    approvals = Approvals(edges, task.model)
    waiting = approvals.find()
    at = documents.timestamp(edges.clock())
    decision = Decision(verdict=REJECTED, by=task.name, who=task.who, why=task.reason, at=at)
    if waiting is None or waiting.run != manifest.run or not approvals.decide(waiting, decision):
        said = refusals.of_rejection(edges, model=task.model, run=manifest.run)
        raise RequestConflict(f"version {number} cannot be rejected: {said}", model=task.model)
    if quarantines:
        quarantine = Quarantine(edges, task.model)
        quarantine.put(manifest.fingerprint, model_version=number, who=task.who, why=f"rejected: {task.reason}")
