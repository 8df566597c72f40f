"""A version that waits for approval."""

from __future__ import annotations

from typing import Any

from chalicelib.approval import waiting
from chalicelib.approval.waiting import Approvals, Waiting
from chalicelib.contracts.decisions import WAITING
from chalicelib.contracts.runs import RunOutcome
from chalicelib.edges import Edges
from chalicelib.runs import outcomes
from tests.given.nights import MODEL

UNTIL = "2026-11-24T03:00:00.000Z"
"""Three days after the first moment of a test."""
NEVER = "2999-01-01T00:00:00.000Z"
"""For a process that has the clock of the machine."""


def a_waiting(run: str, **changes: Any) -> Waiting:
    """As Replay writes it."""
    first: dict[str, Any] = {
        "run": run,
        "model": MODEL,
        "model_version": 2,
        "function_version": "2",
        "fingerprint": "data-1",
        "champion": 1,
        "verdict": "all 9 rules hold",
        "since": "2026-11-21T03:00:00.000Z",
        "until": UNTIL,
        "otherwise": "reject",
    }
    return Waiting(**{**first, **changes})


def waits(edges: Edges, run: str, **changes: Any) -> Waiting:
    """The run has ended Waiting."""
    found = a_waiting(run, **changes)
    waiting.propose(edges, found)
    ended = RunOutcome(run=run, model=MODEL, outcome=WAITING, reason=found.words, error=None)
    outcomes.record(edges, ended)
    return found


def what_waits(edges: Edges) -> Waiting | None:
    return Approvals(edges, MODEL).open()
