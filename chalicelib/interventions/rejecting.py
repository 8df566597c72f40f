"""Rejects a version that waits for approval: nobody can approve it any more, and no run makes it anew.

First the decision, which is a compare-and-swap against whoever approves at the same time; then what follows from it.
"""

from __future__ import annotations

from chalicelib.approval import refusals, rejection
from chalicelib.approval.waiting import REJECTED, Approvals, Decision
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import RequestConflict
from chalicelib.registry import registry
from chalicelib.registry.live import look


def reject(edges: Edges, task: MoveAliasTask) -> None:
    """Carry out the request, which names the version; repeating it is harmless.

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
    rejection.complete(edges, waiting.but(decided=decision), live=look(edges, model=task.model).version())
