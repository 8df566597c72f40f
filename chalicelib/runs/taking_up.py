"""Takes up a version that waited: a run that somebody asked for by approving it, or the first one after its time.

The run holds the lease, and goes on where the run ended that made the version: with the replay. It judges nothing, so
it promotes the version over the champion that it was judged against, or not at all.
"""

from __future__ import annotations

from typing import Any

from chalicelib.approval import refusals
from chalicelib.approval.waiting import APPROVE, APPROVED, DEADLINE, Approvals, Decision, Waiting
from chalicelib.contracts.decisions import SUPERSEDED, TAKE_UP
from chalicelib.contracts.training import Preprocessed, PreprocessTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.registry.live import Live, look
from chalicelib.runs import retraining


def begin(edges: Edges, task: PreprocessTask) -> Preprocessed | None:
    """The result of a run that takes a version up, or cannot; None for one that trains. Repeating it is harmless.

    Raises RegistryIncomplete, and the TransientErrors of the edges.
    """
    request = retraining.find_request(edges, run=task.run)
    if request is not None and request.approves is not None:
        return _approved(edges, task, maker=request.approves, who=request.who or task.run, why=request.reason or "")
    has_a_model = request is not None and request.imports is not None
    return None if task.force or has_a_model else _due(edges, task)


def preprocessed(decision: str, reason: str, *, fingerprint: str | None = None, **facts: Any) -> Preprocessed:
    """A result without rows to train on."""
    nothing = dict.fromkeys(("train_uri", "holdout_uri", "model_version", "function_version", "champion_revision_id"))
    of_no_one = {"who": "", "why": "", "is_approved": False}
    return Preprocessed(
        **{"decision": decision, "reason": reason, "fingerprint": fingerprint, **nothing, **of_no_one, **facts}
    )


def _approved(edges: Edges, task: PreprocessTask, *, maker: str, who: str, why: str) -> Preprocessed:
    seen = look(edges, model=task.model)
    waiting = Approvals(edges, task.model).find()
    if waiting is None or not _is_mine(waiting, run=task.run):
        refused = refusals.of_approval(edges, model=task.model, run=maker, seen=seen)
        if refused is not None or waiting is None:
            return preprocessed(SUPERSEDED, f"run {maker} was approved, and nothing goes live: {refused}")
        if not _decide(edges, waiting, task=task, who=who, why=why):
            return preprocessed(SUPERSEDED, f"run {maker} was approved, and others decided about it meanwhile")
    return _take_up(edges, waiting, seen=seen, who=who, why=why)


def _due(edges: Edges, task: PreprocessTask) -> Preprocessed | None:
    """The version whose time is over, if it goes live by that."""
    seen = look(edges, model=task.model)
    approvals = Approvals(edges, task.model)
    waiting = approvals.find()
    if waiting is None or waiting.otherwise != APPROVE:
        return None
    who, why = DEADLINE, f"nobody rejected it until {waiting.until}"
    if not _is_mine(waiting, run=task.run):
        is_due = approvals.is_open(waiting) and waiting.is_late(edges.clock())
        if not is_due or refusals.moved_since(edges, waiting, seen=seen) is not None:
            return None
        if not _decide(edges, waiting, task=task, who=who, why=why):
            return None
    return _take_up(edges, waiting, seen=seen, who=who, why=why)


def _is_mine(waiting: Waiting, *, run: str) -> bool:
    """Whether an earlier try of this run has taken it up."""
    decided = waiting.decided
    return decided is not None and (decided.verdict, decided.by) == (APPROVED, run)


def _decide(edges: Edges, waiting: Waiting, *, task: PreprocessTask, who: str, why: str) -> bool:
    at = documents.timestamp(edges.clock())
    decision = Decision(verdict=APPROVED, by=task.run, who=who, why=why, at=at)
    return Approvals(edges, task.model).decide(waiting, decision)


def _take_up(edges: Edges, waiting: Waiting, *, seen: Live, who: str, why: str) -> Preprocessed:
    """An earlier try may have decided long ago: what has moved since counts again."""
    number, moved = waiting.model_version, refusals.moved_since(edges, waiting, seen=seen)
    if moved is not None:
        return preprocessed(SUPERSEDED, f"version {number} was approved by {who}, and stays as it is: {moved}")
    return preprocessed(
        TAKE_UP,
        f"version {number} of run {waiting.run} was approved by {who}: {why}",
        fingerprint=waiting.fingerprint,
        who=who,
        why=why,
        is_approved=True,
        model_version=number,
        function_version=waiting.function_version,
        champion_revision_id=seen.alias.revision_id if seen.alias else None,
    )
