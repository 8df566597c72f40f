"""Puts right what a dead run left: weights on the alias, a missing ledger entry, an outcome nobody recorded.

Every run begins with it. A run that fails, is stopped or times out ends with it: the first through the state
machine's Catch, the others through the rule on the execution's status, because Catch does not run for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from chalicelib import (
    commitment,
    documents,
    fencing,
    layout,
    lease,
    ledger,
    limits,
    notices,
    outcomes,
    promotion,
    stamp,
)
from chalicelib.contracts import RETRAIN_FAILED, AliasRestored, RunOutcome
from chalicelib.cutting import cut
from chalicelib.edges import Alias, AliasMoved, Edges
from chalicelib.errors import RunUnknown

EXECUTION_UNKNOWN = "ExecutionUnknown"
SHIFTER_IS_OVER = "the run that was shifting traffic is over"


def before(edges: Edges, *, run: str, model: str) -> AliasRestored:
    """At the beginning of a run: repair what an earlier one left, and say what it could not."""
    notices.catch_up(edges, model=model)
    outcomes.clear_leftovers(edges)
    restored = _repaired(edges, run=run, model=model, step=promotion.BEFORE)
    # After the repair, from which the ledger knows whether the dead run swapped.
    buried = _bury(edges, run=run, model=model)
    return replace(restored, repairs=[*restored.repairs, *buried])


def after(edges: Edges, *, run: str, model: str | None, failure: Mapping[str, Any]) -> AliasRestored:
    """At the end of a run that broke: record how it ended, and repair what it left."""
    model = model or _model_of(edges, run=run)
    fenced = _end(edges, run=run, model=model, failure=failure)
    restored = _repaired(edges, run=run, model=model, step=promotion.AFTER)
    return replace(restored, repairs=[*fenced, *restored.repairs])


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


def _repaired(edges: Edges, *, run: str, model: str, step: int) -> AliasRestored:
    repairs = []
    alias = edges.functions.alias(model)
    if ledger.repair(edges, model=model, alias=alias):
        repairs.append("wrote the ledger entry of the alias's last move, whose author had died")
    if alias and alias.weights and not _shifting(edges, alias, run=run):
        with suppress(AliasMoved):  # somebody restored or moved it first, and theirs stands
            fencing.take_weights_off(
                edges, alias, model=model, run=run, step=step, kind=promotion.RESTORED, why=SHIFTER_IS_OVER
            )
        repairs.append(_gave_back(alias))
    return AliasRestored(function_version=alias.function_version if alias else None, repairs=repairs)


def _gave_back(alias: Alias) -> str:
    return f"gave all traffic back to function version {alias.function_version}"


def _shifting(edges: Edges, alias: Alias, *, run: str) -> bool:
    """Whether the weights belong to another run that is still going."""
    left = stamp.of(alias)
    return left is not None and left.run != run and lease.is_running(edges, left.run)


def _bury(edges: Edges, *, run: str, model: str) -> list[str]:
    """Record the end of a run that holds the lease and is no longer going; that gives its lease back too."""
    found = documents.find(edges.store, layout.lease(model))
    if found is None or found["holder"] == run or lease.is_held(edges, found):
        return []
    dead = found["holder"]
    execution = edges.executions.find(dead)
    failure = {
        "Error": (execution.error or execution.status) if execution else EXECUTION_UNKNOWN,
        "Cause": (execution.cause if execution else None) or "the run ended without a word",
    }
    fenced = _end(edges, run=dead, model=model, failure=failure)
    return [*fenced, f"recorded the end of run {dead}, which had died"]


def _end(edges: Edges, *, run: str, model: str, failure: Mapping[str, Any]) -> list[str]:
    """Decide whether the broken run moves the alias any more, finish its swap if so, and record how it ended.

    Returns what had to be put right on the way, in words.
    """
    ledger.repair(edges, model=model, alias=edges.functions.alias(model))
    decided = commitment.give_up(edges, run=run)
    for swap in decided.swaps:
        fencing.finish(edges, swap)
    fenced = fencing.fence(
        edges,
        model=model,
        run=run,
        decided=[*decided.shifts, *decided.swaps],
        step=promotion.AFTER,
        kind=promotion.RESTORED,
        why=SHIFTER_IS_OVER,
    )
    error, reason = cut(str(failure.get("Error")), limits.ERROR_CHARACTERS), in_words(failure)
    failed = RunOutcome(run=run, model=model, outcome=RETRAIN_FAILED, reason=reason, error=error)
    outcomes.record(edges, failed)
    return [_gave_back(fenced)] if fenced and fenced.weights else []


def _model_of(edges: Edges, *, run: str) -> str:
    request = documents.find(edges.store, layout.run_document(run, "request"))
    if request is None:
        raise RunUnknown(f"run {run} left no request: nothing says which model it was for", run=run)
    return str(request["model"])
