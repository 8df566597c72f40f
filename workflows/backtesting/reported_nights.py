"""Finds the nights of a model whose reports are kept: `runs/RUN/report.json`, with how each run ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import Outcome
from chalicelib.runs import outcomes

REPORT = "/report.json"
Progress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""


@dataclass(frozen=True, kw_only=True)
class Night:
    """A run that judged a model."""

    run: str
    at: datetime
    """When it ended; while it has not, when its report was written."""
    report: Report
    """Of its last judging."""
    outcome: Outcome | None
    """None while it goes on, or where that is damaged."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A run whose report does not tell what the recipe asks about."""

    run: str
    at: datetime
    why: str
    outcome: str | None


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The oldest first."""

    nights: list[Night]
    left_out: list[LeftOut]


def kept(edges: Edges, *, model: str, since: datetime, report: Progress) -> Kept:
    """Those that ended at `since` or later."""
    # An object is never older than what it tells, so what was written before needs no look.
    listed = [
        each
        for each in edges.store.list(layout.RUNS)
        if each.key.endswith(REPORT) and each.modified_at.astimezone(UTC) >= since
    ]
    found = Kept(nights=[], left_out=[])
    for done, each in enumerate(listed):
        report("reading reports", done, len(listed))
        night = _night(edges, each, model=model)
        if isinstance(night, Night) and night.at >= since:
            found.nights.append(night)
        elif isinstance(night, LeftOut) and night.at >= since:
            found.left_out.append(night)
    return Kept(
        nights=sorted(found.nights, key=lambda night: (night.at, night.run)),
        left_out=sorted(found.left_out, key=lambda night: (night.at, night.run)),
    )


def _night(edges: Edges, listed: Listed, *, model: str) -> Night | LeftOut | None:
    """None where the run is another model's."""
    run = listed.key.removeprefix(layout.RUNS).removesuffix(REPORT)
    told: list[str] = []
    outcome = documents.readable(lambda: outcomes.find(edges, run=run), told=told)
    if outcome is not None and outcome.model != model:
        return None
    ended = outcome.finished_at if outcome else None
    at = datetime.fromisoformat(ended) if ended else listed.modified_at.astimezone(UTC)
    found = documents.readable(lambda: Report.find(edges.store, listed.key), told=told)
    if told:
        is_mine = outcome is not None or (found.model == model if found else run.startswith(f"{model}-"))
        ending = outcome.outcome if outcome else None
        return LeftOut(run=run, at=at, why=told[0], outcome=ending) if is_mine else None
    if found is None or model not in (found.model, outcome.model if outcome else None):
        return None
    return Night(run=run, at=at, report=found, outcome=outcome)
