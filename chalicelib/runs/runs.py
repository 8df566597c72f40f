"""Gathers what is known of a run from its own documents and its execution; never from the execution's history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chalicelib import layout
from chalicelib.approval import fate
from chalicelib.contracts.decisions import RETRAIN_FAILED, WAITING
from chalicelib.cutting import quoted
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document
from chalicelib.edges import Edges
from chalicelib.edges.executions import Execution
from chalicelib.errors import RegistryIncomplete, RunUnknown
from chalicelib.names import EXECUTION_NAME, TASKS, document_name, state_name
from chalicelib.registry import models, registry
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import DONE, RUNNING, Outcome, State, find_state
from chalicelib.runs import peaks
from chalicelib.runs.cleanup import EXECUTION_UNKNOWN, in_words
from chalicelib.runs.retraining import Request

STATES = tuple(map(state_name, TASKS[:-1]))
"""The way of a run that is promoted step by step, in order; `chalicelib.runs.outcomes` comes after it.

A run that goes live all at once leaves ShiftTraffic out; one that judges again comes by Evaluate and Replay twice.
"""
PREPROCESS = "Preprocess"
"""It says which version a run takes up."""
AFTER_FAILURE = "RestoreAfterFailure"
"""The last state of a run that fails: not one of its steps, but a state with a document."""


ENDED = "ended"
STARTING = timedelta(seconds=30)


Found = TypeVar("Found", bound=Document)


def describe(edges: Edges, *, run: str) -> dict[str, Any]:
    """The whole of a run: request, each state with its duration and memory, percent, outcome, verdict, error.

    Raises RunUnknown.
    """
    if not EXECUTION_NAME.fullmatch(run):
        raise RunUnknown(f"there is no run {quoted(run)}: it is not a run's name", accepted=EXECUTION_NAME.pattern)
    documented = _documented(edges, run=run)
    told: list[str] = []

    def document(name: str, kind: type[Found]) -> Found | None:
        if name not in documented:
            return None
        return documents.readable(lambda: kind.find(edges.store, layout.run_document(run, name)), told=told)

    request = document("request", Request)
    outcome = document("outcome", Outcome)
    execution = edges.executions.find(run) if outcome is None else None  # it is asked of no run that is over
    if execution is not None and execution.status != "RUNNING" and "outcome" not in documented:
        documented = _documented(edges, run=run)  # it may have ended since: the outcome comes before the end
        outcome = document("outcome", Outcome)
    if not documented and execution is None:
        raise RunUnknown(f"there is no run {run!r}: nightswap runs lists them, and so does GET /runs", run=run)
    end = None if outcome is None and _starting(edges, request, execution) else _end(outcome, execution, told=told)
    states = [document(document_name(state), State) for state in STATES]
    last = document(document_name(AFTER_FAILURE), State)
    taking = next((each for each in states if each and each.state == PREPROCESS), None)
    maker = documents.readable(lambda: _maker(edges, request, taking), told=told)
    of_maker = documents.readable(lambda: _of_maker(edges, maker), told=told) if maker else None
    gone_through = [state for state in (*states, last) if state is not None]
    return {
        "run": run,
        "model": request.model if request else (end or {}).get("model"),
        "force": request and request.force,
        "asked_because": request and request.reason,
        "approves": maker,
        "started_at": request and request.requested_at,
        **_progress(states, end),
        "outcome": None,
        "reason": None,
        "error": None,
        "finished_at": None,
        **(end or {}),
        "decided": _fate(edges, end, run=run, told=told),
        "states": [each.document for each in sorted(gone_through, key=lambda state: state.started_at or "")],
        "verdict": _verdict(document("report", Report) or of_maker),
        "damaged": told,
    }


def _maker(edges: Edges, request: Request | None, taking: State | None) -> str | None:
    """The run that made the version that this one takes up: it was asked to, or the time to decide was over.

    `taking` is the state of Preprocess. None of a run that trains; raises RegistryIncomplete.
    """
    if request is not None and request.approves is not None:
        return request.approves
    number = taking.model_version if taking and taking.result.get("is_approved") else None
    if request is None or number is None:
        return None
    made = registry.find_manifest(edges, model=request.model, model_version=number)
    return made.run if made else None


def _of_maker(edges: Edges, maker: str) -> Report | None:
    """The evaluation of the version that a run takes up."""
    return Report.find(edges.store, layout.run_document(maker, "report"))


def _fate(edges: Edges, end: Mapping[str, Any] | None, *, run: str, told: list[str]) -> dict[str, Any] | None:
    """What was decided about the version of a run that ended Waiting; None while it waits, and of any other run."""
    if end is None or end["outcome"] != WAITING:
        return None
    found = documents.readable(lambda: fate.find(edges, model=end["model"], run=run), told=told)
    return {**vars(found), "words": found.words} if found else None


def _documented(edges: Edges, *, run: str) -> set[str]:
    """The names of the run's documents."""
    folder = f"{layout.RUNS}{run}/"
    return {each.key.removeprefix(folder).removesuffix(".json") for each in edges.store.list(folder)}


def report(edges: Edges, *, run: str) -> Report:
    """The run's whole evaluation, or that of the version that it was asked to take up; raises RunUnknown for none."""
    found = Report.find(edges.store, layout.run_document(run, "report"))
    if found is None:
        request = Request.find(edges.store, layout.run_document(run, "request"))
        maker = _maker(edges, request, find_state(edges, run=run, state=PREPROCESS))
        found = _of_maker(edges, maker) if maker else None
    if found is None:
        raise RunUnknown(f"run {run!r} has no evaluation", run=run)
    return found


def recent(edges: Edges, *, limit: int, model: str | None = None) -> list[dict[str, Any]]:
    """The latest runs, newest first: what `describe` tells, without states and verdict, and the `fullest` state: the
    one that took the largest share of its function's memory.

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
            told = {name: fact for name, fact in run.items() if name not in {"states", "verdict"}}
            found.append({**told, "fullest": peaks.fullest(run["states"])})
    return found


def _verdict(report: Report | None) -> dict[str, Any] | None:
    return {name: report.document[name] for name in ("passed", "reason", "rules")} if report else None


def _starting(edges: Edges, request: Request | None, execution: Execution | None) -> bool:
    """Asked for a moment ago: the execution may not have come about, or not be visible, yet."""
    if execution is not None or request is None or request.requested_at is None:
        return False
    return edges.clock() - datetime.fromisoformat(request.requested_at) < STARTING


def _end(outcome: Outcome | None, execution: Execution | None, *, told: list[str]) -> dict[str, Any] | None:
    """The recorded outcome; or, of a run that is over without one, what Step Functions knows.

    `told` is what is wrong with the recorded one, where it is damaged.
    """
    if outcome is not None:
        return _told(outcome, finished_at=outcome.finished_at)
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
        lambda: Outcome.read((execution.output or "null").encode(), key=f"the output of {execution.run}"), told=told
    )
    if said is not None:
        return _told(said, finished_at=finished_at)
    return {
        "outcome": RETRAIN_FAILED,
        "error": RegistryIncomplete.__name__,
        "reason": f"it is over, and how it ended cannot be read: {'; '.join(told)}",
        "finished_at": finished_at,
    }


def _told(outcome: Outcome, *, finished_at: str | None) -> dict[str, Any]:
    return {
        "model": outcome.model,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "error": outcome.error,
        "finished_at": finished_at,
    }


def _progress(states: list[State | None], end: dict[str, Any] | None) -> dict[str, Any]:
    """Status, the state it is in (or was last in), and how far it came: `step` of `steps`, and percent 0..100."""
    steps = len(STATES) + 1  # and the end itself
    statuses = {name: state.status for name, state in zip(STATES, states, strict=True) if state is not None}
    going = [name for name, status in statuses.items() if status == RUNNING]  # it may be back at an earlier state
    done = sum(1 for status in statuses.values() if status == DONE)
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
