"""Repairs what a dead run left: weights on the alias, a missing ledger entry, an outcome that nobody recorded.

Every run begins with it. A run that fails, is stopped or times out ends with it: the first through the state
machine's Catch, the others through the rule on the execution's status, because Catch does not run for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from chalicelib import limits
from chalicelib.approval import rejection
from chalicelib.approval.waiting import APPROVE, DEADLINE, REJECTED, Approvals, Decision, Waiting
from chalicelib.contracts.decisions import RETRAIN_FAILED
from chalicelib.contracts.runs import AliasRestored, RunOutcome
from chalicelib.cutting import cut
from chalicelib.documents import documents
from chalicelib.edges import Edges, training_jobs
from chalicelib.edges.hosting import failures
from chalicelib.edges.serving_functions import Alias, AliasMoved
from chalicelib.errors import RegistryIncomplete, RunUnknown, Unexpected
from chalicelib.evidence import evidence
from chalicelib.ledger import stamp
from chalicelib.ledger.ledger import Ledger
from chalicelib.notices import delivery, notices
from chalicelib.promotion import fencing, promotion
from chalicelib.promotion.lease import Lease, is_running
from chalicelib.registry import run_documents
from chalicelib.registry.live import look
from chalicelib.runs import cut_off, outcomes, retraining
from chalicelib.unexpected import in_our_words

EXECUTION_UNKNOWN = "ExecutionUnknown"
SHIFTER_IS_OVER = "the run that was shifting traffic is over"


def before(edges: Edges, *, run: str, model: str) -> AliasRestored:
    """At the beginning of a run: repair what an earlier one left, and say what it could not."""
    delivery.catch_up(edges, model=model)
    outcomes.clear_leftovers(edges)
    rejected = _reject(edges, run=run, model=model)
    repaired = _repair(edges, run=run, model=model, step=promotion.BEFORE)
    # After the repair, from which the ledger knows whether the dead run swapped.
    buried = _bury(edges, run=run, model=model)
    back = _put_back(edges, run=run, model=model, step=promotion.BEFORE)
    return _restored(edges, model=model, repairs=[*rejected, *repaired, *buried, *back])


def after(edges: Edges, *, run: str, model: str | None, failure: Mapping[str, Any]) -> AliasRestored:
    """At the end of a run that broke: record how it ended, and repair what it left."""
    model = model or _model_of(edges, run=run)
    fenced = _end(edges, run=run, model=model, failure=failure)
    repaired = _repair(edges, run=run, model=model, step=promotion.AFTER)
    told: list[str] = []  # the run has its end: what stands in the way is the next one's to refuse
    back = documents.readable(lambda: _put_back(edges, run=run, model=model, step=promotion.AFTER), told=told) or []
    stopped = _stop_job(edges, run=run)  # last: whatever SageMaker answers, the run has its end
    return _restored(edges, model=model, repairs=[*fenced, *repaired, *back, *told, *stopped])


def in_words(failure: Mapping[str, Any]) -> str:
    """The message of a failure: a Lambda function's cause is JSON around it.

    >>> in_words({"Error": "SingleClass", "Cause": '{"errorMessage": "one class only", "errorType": "SingleClass"}'})
    'one class only'
    """
    cause = str(failure.get("Cause") or "no cause was given")
    try:
        return cut(str(json.loads(cause)["errorMessage"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return cut(cause)


def _repair(edges: Edges, *, run: str, model: str, step: int) -> list[str]:
    """A missing entry of the ledger, and the weights that a dead run left; returns what was done, in words."""
    repairs = []
    alias = edges.functions.alias(model)
    if Ledger(edges, model).repair(alias):
        repairs.append("wrote the ledger entry of the alias's last move, whose author had died")
    is_current = alias is not None and not Ledger(edges, model).is_ahead(alias)
    if is_current and alias and alias.weights and not _shifting(edges, alias, run=run):
        with suppress(AliasMoved):  # somebody restored or moved it first, and that move stands
            fencing.take_weights_off(
                edges, alias, model=model, run=run, step=step, kind=promotion.RESTORED, why=SHIFTER_IS_OVER
            )
        repairs.append(_gave_back(alias))
    return repairs


def _reject(edges: Edges, *, run: str, model: str) -> list[str]:
    """Reject the version that nobody approved in time, if that is what was declared, and tell who ought to know.

    Completes, too, the rejection of whoever died over it.
    """
    found = Approvals(edges, model).find()
    if found is None:
        return []
    rejected = _in_time(edges, found, run=run).rejected
    return [done for each in rejected for done in _complete(edges, each, run=run)]


def _complete(edges: Edges, rejected: Waiting, *, run: str) -> Iterator[str]:
    """Yields what was done, in words: by this try, or by an earlier one of the same run."""
    decided = rejected.decided
    if decided is None:
        return
    is_incomplete = rejection.is_incomplete(edges, rejected)
    if is_incomplete:
        if decided.who == DEADLINE:
            notices.expired(edges, rejected, why=decided.why)
        rejection.complete(edges, rejected, live=look(edges, model=rejected.model).version())
    if is_incomplete or decided.by == run:
        by = "" if decided.who == DEADLINE else f"{decided.who} had begun to reject it: "
        yield f"rejected version {rejected.model_version}, which waited: {by}{decided.why}"


def _in_time(edges: Edges, waiting: Waiting, *, run: str) -> Waiting:
    """With the decision of the deadline, if it is over and nobody decided."""
    if waiting.otherwise == APPROVE or not waiting.is_late(edges.clock()):
        return waiting
    why = f"nobody approved it until {waiting.until}"
    at = documents.timestamp(edges.clock())
    decision = Decision(verdict=REJECTED, by=run, who=DEADLINE, why=why, at=at)
    return waiting.but(decided=decision) if Approvals(edges, waiting.model).decide(waiting, decision) else waiting


def _put_back(edges: Edges, *, run: str, model: str, step: int) -> list[str]:
    """Put the alias where the ledger says, if somebody deleted it in the console, or Lambda lost the last move.

    Raises RegistryIncomplete when Lambda does not hold any more what was judged: then no run can go on, for what it
    trains would have nothing to be judged against.
    """
    alias = edges.functions.alias(model)
    ledger = Ledger(edges, model)
    last = ledger.last() if ledger.is_ahead(alias) else None
    if last is None:
        return []
    lost = f"the alias of {model} is {'gone' if alias is None else 'older than the ledger'}"
    number, function_version = last.model_version, last.to_function_version
    judged = evidence.judged(edges, model=model, model_version=number)
    if not evidence.is_held(edges, judged, function_version=function_version):
        raise RegistryIncomplete(
            f"{lost}, and Lambda does not hold version {number} as function version {function_version} any more,"
            f" which is live by entry {last.entry} of the ledger: nightswap restore {model} puts it back from the"
            " registry"
        )
    why = f"{lost}: put back what the ledger says"
    move = promotion.back_to(last, alias, function_version=function_version, run=run, step=step, who=run, why=why)
    try:
        promotion.move_alias(edges, move)
    except AliasMoved:  # somebody was quicker, and that move stands
        return []
    return [f"{lost}: put back version {number}, as function version {function_version}"]


def _restored(edges: Edges, *, model: str, repairs: list[str]) -> AliasRestored:
    alias = edges.functions.alias(model)
    return AliasRestored(function_version=alias.function_version if alias else None, repairs=repairs)


def _gave_back(alias: Alias) -> str:
    return f"gave all traffic back to function version {alias.function_version}"


def _shifting(edges: Edges, alias: Alias, *, run: str) -> bool:
    """Whether the weights belong to another run that is still going."""
    left = stamp.of(alias)
    return left is not None and left.run != run and is_running(edges, left.run)


def _bury(edges: Edges, *, run: str, model: str) -> list[str]:
    """Record the end of a run that holds the lease and is no longer going; that gives its lease back too."""
    dead = Lease(edges, model).dead_holder()
    if dead is None or dead == run:
        return []
    execution = edges.executions.find(dead)
    failure = {
        "Error": (execution.error or execution.status) if execution else EXECUTION_UNKNOWN,
        "Cause": (execution.cause if execution else None) or "the run ended without a word",
    }
    stopped = _stop_job(edges, run=dead)  # first: who has an end is not looked at again
    fenced = _end(edges, run=dead, model=model, failure=failure)
    return [*stopped, *fenced, f"recorded the end of run {dead}, which had died"]


def _stop_job(edges: Edges, *, run: str) -> list[str]:
    """End the training job or the search of a run that is over, if it is at work: it costs, and nobody takes what it
    makes.

    Step Functions has asked for that where it could. Returns what was done, or why not, in words.
    """
    told: list[str] = []
    began = documents.readable(lambda: run_documents.find_state(edges, run=run, state="Preprocess"), told=told)
    if began is None or began.job is None:
        return told
    what = f"{'search' if began.is_search else 'training job'} {began.job}"
    try:
        with in_our_words(f"stopping {what}"):
            return [f"stopped {what}"] if edges.jobs.stop(began.job, is_search=began.is_search) else []
    except Unexpected as exc:
        return [f"{what} ends after its longest time, if it is at work: {exc.message}"]


def _end(edges: Edges, *, run: str, model: str, failure: Mapping[str, Any]) -> list[str]:
    """Decide whether the broken run moves the alias any more, finish its swap if so, and record how it ended.

    Returns what had to be put right on the way, in words.
    """
    Ledger(edges, model).repair(edges.functions.alias(model))
    fenced = fencing.stop(edges, model=model, run=run, why=SHIFTER_IS_OVER, finishing=True)
    error = cut(str(failure.get("Error")), limits.ERROR_CHARACTERS)
    error, reason = (
        _of_an_endpoint(edges, failure, run=run, error=error)
        or training_jobs.in_words(failure)
        or (
            error,
            cut_off.in_words(edges, run=run, model=model, error=error, said=in_words(failure)),
        )
    )
    failed = RunOutcome(run=run, model=model, outcome=RETRAIN_FAILED, reason=reason, error=error)
    outcomes.record(edges, failed)
    return [_gave_back(fenced)] if fenced and fenced.weights else []


def _of_an_endpoint(edges: Edges, failure: Mapping[str, Any], *, run: str, error: str) -> tuple[str, str] | None:
    """The name of the error and the reason, where SageMaker refused something after VersionModel; else None."""
    if not failures.may_be(error):
        return None
    told: list[str] = []
    done = documents.readable(lambda: run_documents.find_state(edges, run=run, state="VersionModel"), told=told)
    return failures.in_words(failure) if done is not None else None


def _model_of(edges: Edges, *, run: str) -> str:
    request = retraining.find_request(edges, run=run)
    if request is None:
        raise RunUnknown(f"run {run} left no request: nothing says which model it was for", run=run)
    return request.model
