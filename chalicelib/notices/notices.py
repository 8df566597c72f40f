"""Announces what happened to a model: to people by the stage's topic, to programs by the event bus.

A notice comes at least once: `kind` and `run` of its detail identify a repeated one. `event-schema.json` beside this
file describes the detail: a kind or a field that is added there, or changes its meaning, is a new SCHEMA.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib import layout
from chalicelib.approval.waiting import APPROVED, DEADLINE, Approvals, Waiting
from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    WAITING,
)
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.ledger.ledger import Ledger
from chalicelib.names import stage_of_bucket
from chalicelib.notices.delivery import Detail, once, readable
from chalicelib.notices.notice_evaluation import clipped, evaluation, fallen
from chalicelib.notices.notice_text import DATA_QUARANTINED, KINDS, QUALITY_FELL, STALE
from chalicelib.promotion import promotion
from chalicelib.quality import left_out
from chalicelib.registry import registry, run_documents
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import Outcome

SCHEMA = 3
"""The version of the details' schema."""
BY_HAND = {promotion.PROMOTED: PROMOTED, promotion.ROLLED_BACK: ROLLED_BACK}
"""The moves of an operator that are announced, and as what. A pin changes nothing that is served."""
UNPROMOTED = (NOTHING_NEW, MODEL_REJECTED, ROLLED_BACK, WAITING, RETRAIN_FAILED)
"""Ends of a run after which what was live is live, and older."""

REASON_CHARACTERS = 1_000
FILES_TOLD = 5
WHO_CHARACTERS = 100


def ended(edges: Edges, outcome: Outcome) -> None:
    """Announce how a run ended, once, if that is news: neither NothingNew nor Superseded is."""
    if outcome.outcome in KINDS:
        marker = layout.run_document(outcome.run, "told")
        once(edges, marker=marker, detail=lambda: _of_run(edges, outcome))


def moved(
    edges: Edges,
    *,
    model: str,
    kind: str,
    about: int | None,
    from_version: int | None,
    to_version: int,
    who: str,
    why: str,
    name: str,
) -> None:
    """Announce a move that an operator asked for, once, when it has taken effect.

    `kind` is the move's, `name` the request's. `about` is the version that was promoted or taken back, `from_version`
    what was live before, each None where nobody knows; `to_version` is what is live now.
    """
    if kind not in BY_HAND:
        return

    def detail() -> Detail:
        return _detail(
            edges,
            kind=BY_HAND[kind],
            model=model,
            run=name,
            who=who,
            reason=why,
            report=_report_of_version(edges, model=model, model_version=about),
            model_version=about,
            previous_model_version=from_version,
            live_model_version=to_version,
        )

    once(edges, marker=layout.move_told(name), detail=detail)


def expired(edges: Edges, waiting: Waiting, *, why: str) -> None:
    """Announce, once, that a version was rejected because nobody approved it in time."""

    def detail() -> Detail:
        live = _live(edges, model=waiting.model)
        return _detail(
            edges,
            kind=MODEL_REJECTED,
            model=waiting.model,
            run=waiting.run,
            who=DEADLINE,
            reason=why,
            outcome=WAITING,
            report=_report_of_version(edges, model=waiting.model, model_version=waiting.model_version),
            model_version=waiting.model_version,
            previous_model_version=live,
            live_model_version=live,
        )

    once(edges, marker=layout.run_document(waiting.run, "told_expired"), detail=detail)


def stale(edges: Edges, *, run: str, model: str, outcome: str, stale_days: int) -> None:
    """Announce, once for a run that promoted nothing, that the last promotion is more than `stale_days` ago."""
    if outcome not in UNPROMOTED:
        return
    promoted = readable(lambda: Ledger(edges, model).newest(promotion.PROMOTED))
    if promoted is None:
        return
    last = promoted.known_since
    age = edges.clock() - datetime.fromisoformat(last)
    if age <= timedelta(days=stale_days):
        return

    def detail() -> Detail:
        live = _live(edges, model=model)
        return _detail(
            edges,
            kind=STALE,
            model=model,
            run=run,
            who=run,
            reason=f"no promotion for {age.days} days, the stage allows {stale_days}; this run ended {outcome}",
            report=_report_of_version(edges, model=model, model_version=live),
            outcome=outcome,
            model_version=live,
            previous_model_version=live,
            live_model_version=live,
            last_promoted_at=last,
        )

    once(edges, marker=layout.run_document(run, "told_stale"), detail=detail)


def quality_fell(edges: Edges, outcome: Outcome) -> None:
    """Announce, once, that the live version is proved worse on new rows than when it was judged, if the run was the
    first to find so, however it ended."""
    report = readable(lambda: Report.find(edges.store, layout.run_document(outcome.run, "report")))
    night = report.live_quality if report else None
    if night is None or not night.news:
        return
    live, number = _live(edges, model=outcome.model), night.model_version
    said = "; ".join(f"{each.name}: {each.words}" for each in night.fallen)

    def detail() -> Detail:
        return _detail(
            edges,
            kind=QUALITY_FELL,
            model=outcome.model,
            run=outcome.run,
            who=outcome.run,
            reason=said,
            report=None,
            model_version=number,
            previous_model_version=number,
            live_model_version=live,
            **fallen(night),
        )

    once(edges, marker=layout.run_document(outcome.run, "told_quality"), detail=detail)


def data_quarantined(edges: Edges, outcome: Outcome) -> None:
    """Announce, once, what the run was the first to leave out of the data because it is bad, however it ended."""
    files = readable(lambda: left_out.of_run(edges, run=outcome.run)) or ()
    new = [each for each in files if each.run == outcome.run]
    if not new:
        return
    live = _live(edges, model=outcome.model)

    def detail() -> Detail:
        return _detail(
            edges,
            kind=DATA_QUARANTINED,
            model=outcome.model,
            run=outcome.run,
            who=outcome.run,
            reason=left_out.in_words(new, most=FILES_TOLD),
            report=None,
            model_version=None,
            previous_model_version=live,
            live_model_version=live,
        )

    once(edges, marker=layout.run_document(outcome.run, "told_quarantined"), detail=detail)


def _of_run(edges: Edges, outcome: Outcome) -> Detail:
    run, model, kind = outcome.run, outcome.model, outcome.outcome
    taken_up = readable(lambda: _taken_up(edges, model=model, run=run))
    maker = taken_up.run if taken_up else run
    report = readable(lambda: Report.find(edges.store, layout.run_document(maker, "report")))
    number = taken_up.model_version if taken_up else readable(lambda: _version_of_run(edges, run=run))
    live = _live(edges, model=model)
    return _detail(
        edges,
        kind=kind,
        model=model,
        run=run,
        who=taken_up.decided.who if taken_up and taken_up.decided else run,
        outcome=kind,
        error=outcome.error,
        reason=f"{report.reason}; {outcome.reason}" if report and kind == WAITING else outcome.reason,
        report=report,
        model_version=number,
        # A promotion replaces exactly the champion that it was judged against; all else replaces nothing.
        previous_model_version=(report and report.champion_model_version) if kind == PROMOTED else live,
        live_model_version=live,
        at=outcome.finished_at or documents.timestamp(edges.clock()),
    )


def _detail(
    edges: Edges, *, kind: str, model: str, run: str, who: str, reason: str, report: Report | None, **facts: Any
) -> Detail:
    """Every field is always there, None where it has nothing to say."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "stage": stage_of_bucket(edges.store.bucket),
        "model": model,
        "run": run,
        "who": clipped(who, WHO_CHARACTERS),
        "outcome": None,
        "error": None,
        "reason": clipped(reason, REASON_CHARACTERS),
        "last_promoted_at": None,
        "at": documents.timestamp(edges.clock()),
        **{**evaluation(report), **facts},
    }


def _live(edges: Edges, *, model: str) -> int | None:
    """The live version by the ledger, which every mover writes and which this function's role may read."""
    last = readable(lambda: Ledger(edges, model).last())
    return last.model_version if last else None


def _taken_up(edges: Edges, *, model: str, run: str) -> Waiting | None:
    """The version of an earlier run that this one took up."""
    waiting = Approvals(edges, model).find()
    decided = waiting.decided if waiting else None
    return waiting if decided and (decided.verdict, decided.by) == (APPROVED, run) else None


def _version_of_run(edges: Edges, *, run: str) -> int | None:
    state = run_documents.find_state(edges, run=run, state="VersionModel")
    return state.model_version if state else None


def _report_of_version(edges: Edges, *, model: str, model_version: int | None) -> Report | None:
    if model_version is None:
        return None
    key = layout.version(model, model_version, registry.REPORT)
    return readable(lambda: Report.find(edges.store, key))
