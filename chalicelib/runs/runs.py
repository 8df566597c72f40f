"""What is known of a run, gathered from its own documents and its execution; never from the execution's history."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from chalicelib import layout
from chalicelib.contracts import RETRAIN_FAILED
from chalicelib.cutting import quoted
from chalicelib.documents import documents
from chalicelib.documents.shapes import Kind, Record, count, maybe, moment, number_from_1, one_of, text
from chalicelib.edges import Edges, Execution
from chalicelib.errors import RegistryIncomplete, RunUnknown
from chalicelib.limits import RUN_CHARACTERS
from chalicelib.names import TASKS, document_name, state_name
from chalicelib.registry import models
from chalicelib.registry.report import Report
from chalicelib.runs import outcomes, retraining
from chalicelib.runs.cleanup import EXECUTION_UNKNOWN, in_words

STATES = tuple(map(state_name, TASKS[:-1]))
"""The way of a run that is promoted step by step, in order; `chalicelib.runs.outcomes` comes after it.

A run that goes live all at once leaves ShiftTraffic out; one that judges again comes by Evaluate and Replay twice.
"""
AFTER_FAILURE = "RestoreAfterFailure"
"""What a run that breaks ends with: no step of the way, but a state with a document."""


def _result(value: Any) -> str | None:
    """What is read of it: a reason, and the version that VersionModel made."""
    return Record({}, perhaps={"reason": text, "model_version": number_from_1})(value)


RUNNING, ENDED = "running", "ended"
STATE = Record(
    {"state": text, "status": one_of("running", "done", "failed")},
    perhaps={
        **dict.fromkeys(("started_at", "finished_at"), moment),
        "duration_ms": count,
        "peak_memory_bytes": maybe(count),
        "result": _result,
        **dict.fromkeys(("error", "reason"), text),
    },
)
"""Of the document of a state."""
STARTING = timedelta(seconds=30)


RUN_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{RUN_CHARACTERS}}}")
"""Any that could be: an execution's name, and a part of the documents' keys."""


def describe(edges: Edges, *, run: str) -> dict[str, Any]:
    """The whole of a run: request, each state with its duration and memory, percent, outcome, verdict, error.

    Raises RunUnknown.
    """
    if not RUN_NAME.fullmatch(run):
        raise RunUnknown(f"there is no run {quoted(run)}: it is not a run's name", accepted=RUN_NAME.pattern)
    documented = {
        listed.key.removeprefix(layout.run_document(run, "").removesuffix(".json")).removesuffix(".json")
        for listed in edges.store.list(f"{layout.RUNS}{run}/")
    }
    told: list[str] = []

    def document(name: str, shape: Kind) -> dict[str, Any] | None:
        if name not in documented:
            return None
        key = layout.run_document(run, name)
        return documents.readable(lambda: documents.find(edges.store, key, shape), told=told)

    request = document("request", retraining.REQUEST) or {}
    outcome = document("outcome", outcomes.SHAPE)
    execution = edges.executions.find(run) if outcome is None else None  # it is asked of no run that is over
    if not documented and execution is None:
        raise RunUnknown(f"there is no run {run!r}: nightswap runs lists them, and so does GET /runs", run=run)
    end = None if outcome is None and _starting(edges, request, execution) else _end(outcome, execution, told=told)
    states = [document(document_name(state), STATE) for state in STATES]
    last = document(document_name(AFTER_FAILURE), STATE)
    gone_through = [state for state in (*states, last) if state is not None]
    return {
        "run": run,
        "model": request.get("model") or (end or {}).get("model"),
        "force": request.get("force"),
        "asked_because": request.get("reason"),
        "started_at": request.get("requested_at"),
        **_progress(states, end),
        "outcome": None,
        "reason": None,
        "error": None,
        "finished_at": None,
        **(end or {}),
        "states": sorted(gone_through, key=lambda state: state.get("started_at", "")),
        "verdict": _verdict(document("report", Report.misfit)),
        "damaged": told,
    }


def report(edges: Edges, *, run: str) -> dict[str, Any]:
    """The run's whole evaluation; raises RunUnknown when it has none."""
    found: dict[str, Any] | None = documents.find(edges.store, layout.run_document(run, "report"), Report.misfit)
    if found is None:
        raise RunUnknown(f"run {run!r} has no evaluation", run=run)
    return found


def recent(edges: Edges, *, limit: int, model: str | None = None) -> list[dict[str, Any]]:
    """The latest runs, newest first: what `describe` tells, without states and verdict.

    Found in the bucket, so that a run whose execution is lost is listed too. Raises ModelUnknown.
    """
    if model is not None:
        models.check(edges, model=model)
    listed = [each for each in edges.store.list(layout.RUNS) if each.key.endswith("/request.json")]
    newest = sorted(listed, key=lambda each: each.modified_at, reverse=True)
    found: list[dict[str, Any]] = []
    for each in newest:
        if len(found) == limit:
            break
        run = describe(edges, run=each.key.removeprefix(layout.RUNS).removesuffix("/request.json"))
        if model in (None, run["model"]):
            found.append({name: fact for name, fact in run.items() if name not in {"states", "verdict"}})
    return found


def _verdict(report: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: report[name] for name in ("passed", "reason", "rules")} if report else None


def _starting(edges: Edges, request: dict[str, Any], execution: Execution | None) -> bool:
    """Asked for a moment ago: the execution may not have come about, or not be visible, yet."""
    if execution is not None or "requested_at" not in request:
        return False
    return edges.clock() - datetime.fromisoformat(request["requested_at"]) < STARTING


def _end(outcome: dict[str, Any] | None, execution: Execution | None, *, told: list[str]) -> dict[str, Any] | None:
    """The recorded outcome; or, of a run that is over without one, what Step Functions knows.

    `told` is what is wrong with the recorded one, where it is damaged.
    """
    if outcome is not None:
        return {name: outcome.get(name) for name in ("model", "outcome", "reason", "error", "finished_at")}
    if execution is not None and execution.status == "RUNNING":
        return None
    if execution is not None and execution.status == "SUCCEEDED" and told:
        return _as_it_was_put_out(execution, told=told)
    if execution is None:
        reason = "Step Functions does not know the execution, and it recorded no outcome: retrain again"
        return {"outcome": RETRAIN_FAILED, "error": EXECUTION_UNKNOWN, "reason": reason}
    failure = {"Cause": execution.cause or f"the execution ended {execution.status}"}
    return {
        "outcome": RETRAIN_FAILED,
        "error": execution.error or execution.status,
        "reason": in_words(failure),
        "finished_at": documents.timestamp(execution.stopped_at) if execution.stopped_at else None,
    }


def _as_it_was_put_out(execution: Execution, *, told: list[str]) -> dict[str, Any]:
    """An execution that succeeded tells its outcome too."""
    finished_at = documents.timestamp(execution.stopped_at) if execution.stopped_at else None
    said = documents.readable(
        lambda: documents.read(
            (execution.output or "null").encode(), key=f"the output of {execution.run}", shape=outcomes.SHAPE
        ),
        told=told,
    )
    if said is not None:
        return {**{name: said[name] for name in ("model", "outcome", "reason", "error")}, "finished_at": finished_at}
    return {
        "outcome": RETRAIN_FAILED,
        "error": RegistryIncomplete.__name__,
        "reason": f"it is over, and how it ended cannot be read: {'; '.join(told)}",
        "finished_at": finished_at,
    }


def _progress(states: list[dict[str, Any] | None], end: dict[str, Any] | None) -> dict[str, Any]:
    """Status, the state it is in (or was last in), and how far it came: `step` of `steps`, and percent 0..100."""
    steps = len(STATES) + 1  # and the end itself
    statuses = {name: state["status"] for name, state in zip(STATES, states, strict=True) if state is not None}
    going = [name for name, status in statuses.items() if status == RUNNING]  # it may be back at an earlier state
    done = sum(1 for status in statuses.values() if status == "done")
    return {
        "status": ENDED if end else RUNNING,
        "state": [*(going or statuses)][-1] if statuses else None,
        "step": steps if end else done,
        "steps": steps,
        "percent": 100 if end else round(100 * done / steps),
    }


def stop(edges: Edges, *, run: str, cause: str) -> dict[str, Any]:
    """Stop the run, if it is going; the rule on the execution's status then restores the alias. Returns the run.

    Raises RunUnknown.
    """
    found = describe(edges, run=run)
    if found["status"] == RUNNING:
        edges.executions.stop(run, cause=cause)
    return found
