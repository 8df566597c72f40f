"""Carries out a rejection that was decided, by a person or by the deadline: the quarantine, then the ledger.

    decide (a compare-and-swap in waiting.json) -> quarantine -> ledger/MODEL.rejected/VERSION.json
                                 died here? the next run finds no entry, and completes it

So the same data, recipe and code do not come back the next night, and the ledger says who rejected them and why.
"""

from __future__ import annotations

from chalicelib.approval.waiting import DEADLINE, Approvals, Waiting
from chalicelib.edges import Edges
from chalicelib.ledger.rejections import Rejection, Rejections
from chalicelib.registry import registry
from chalicelib.registry.quarantine import Quarantine


def is_incomplete(edges: Edges, rejected: Waiting) -> bool:
    """Whether whoever rejected the version died on the way."""
    return not Rejections(edges, rejected.model).holds(rejected.model_version)


def complete(edges: Edges, rejected: Waiting, *, live: int | None) -> None:
    """Carry out what was decided; harmless when it is done.

    `live` is the version that serves: a rejected twin of its data, recipe and code does not lock it. Nor is a version
    locked that an operator has promoted since it began to wait.
    """
    decided, model, number = rejected.decided, rejected.model, rejected.model_version
    if decided is None or not is_incomplete(edges, rejected):
        return
    is_twin = registry.is_twin(edges, model=model, of=live, model_version=number, fingerprint=rejected.fingerprint)
    if not is_twin and not Approvals(edges, model).went_live(rejected):
        why = decided.why if decided.who == DEADLINE else f"rejected: {decided.why}"
        Quarantine(edges, model).put(rejected.fingerprint, model_version=number, who=decided.who, why=why)
    entry = Rejection(
        model=model,
        model_version=number,
        run=rejected.run,
        by=decided.by,
        who=decided.who,
        why=decided.why,
        at=decided.at,
    )
    Rejections(edges, model).put(entry)
