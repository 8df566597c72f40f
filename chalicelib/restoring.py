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

from chalicelib import commitment, documents, layout, lease, ledger, models, outcomes, promotion, stamp
from chalicelib.contracts import RETRAIN_FAILED, AliasRestored, RunOutcome
from chalicelib.edges import Alias, AliasMoved, Edges
from chalicelib.errors import RegistryIncomplete, RunUnknown
from chalicelib.promotion import Move

EXECUTION_UNKNOWN = "ExecutionUnknown"


def before(edges: Edges, *, run: str, model: str) -> AliasRestored:
    """At the beginning of a run: repair what an earlier one left."""
    restored = _repaired(edges, run=run, model=model, step=promotion.BEFORE)
    buried = _bury(
        edges, run=run, model=model
    )  # after the repair: the ledger then knows whether the dead run swapped
    return replace(restored, repairs=[*restored.repairs, *buried])


def after(edges: Edges, *, run: str, model: str | None, failure: Mapping[str, Any]) -> AliasRestored:
    """At the end of a run that broke: record how it ended, and repair what it left."""
    model = model or _model_of(edges, run=run)
    _end(edges, run=run, model=model, failure=failure)
    return _repaired(edges, run=run, model=model, step=promotion.AFTER)


def in_words(failure: Mapping[str, Any]) -> str:
    """The message of a failure: a Lambda function's cause is JSON around it.

    >>> in_words({"Error": "SingleClass", "Cause": '{"errorMessage": "one class only", "errorType": "SingleClass"}'})
    'one class only'
    """
    cause = str(failure.get("Cause") or "no cause was given")
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause


def _repaired(edges: Edges, *, run: str, model: str, step: int) -> AliasRestored:
    repairs = []
    alias = edges.functions.alias(model)
    if ledger.repair(edges, model=model, alias=alias):
        repairs.append("wrote the ledger entry of the alias's last move, whose author had died")
    if alias and alias.weights and not _shifting(edges, alias, run=run):
        _take_weights_off(edges, alias, run=run, model=model, step=step)
        repairs.append(f"gave all traffic back to function version {alias.function_version}")
    return AliasRestored(function_version=alias.function_version if alias else None, repairs=repairs)


def _shifting(edges: Edges, alias: Alias, *, run: str) -> bool:
    """Whether the weights belong to another run that is still going."""
    left = stamp.of(alias)
    return left is not None and left.run != run and lease.is_running(edges, left.run)


def _take_weights_off(edges: Edges, alias: Alias, *, run: str, model: str, step: int) -> None:
    model_version = models.live_version(edges, model=model, alias=alias)
    if model_version is None:
        raise RegistryIncomplete(
            f"the alias of {model} was given weights by hand, and the registry does not know function version"
            f" {alias.function_version} behind it: put a registered version back with nightswap restore {model}"
        )
    move = Move(
        model=model,
        run=run,
        step=step,
        kind=promotion.RESTORED,
        function_version=alias.function_version,
        model_version=model_version,
        expected=alias.revision_id,
        who=run,
        why="the run that was shifting traffic is over",
    )
    try:
        promotion.move_alias(edges, move)
    except AliasMoved:
        return  # somebody restored or moved it first, and theirs stands


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
    _end(edges, run=dead, model=model, failure=failure)
    return [f"recorded the end of run {dead}, which had died"]


def _end(edges: Edges, *, run: str, model: str, failure: Mapping[str, Any]) -> None:
    """Decide whether the broken run swaps, finish the swap if so, and record how it ended."""
    ledger.repair(edges, model=model, alias=edges.functions.alias(model))
    committed = commitment.give_up(edges, run=run)
    if committed is not None:
        with suppress(AliasMoved):  # the race is lost, and the other's move stands
            promotion.move_alias(edges, committed)
    error, reason = str(failure.get("Error")), in_words(failure)
    failed = RunOutcome(run=run, model=model, outcome=RETRAIN_FAILED, reason=reason, error=error)
    outcomes.record(edges, failed)


def _model_of(edges: Edges, *, run: str) -> str:
    request = documents.find(edges.store, layout.run_document(run, "request"))
    if request is None:
        raise RunUnknown(f"run {run} left no request: nothing says which model it was for", run=run)
    return str(request["model"])
