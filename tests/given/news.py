"""A night for every kind of notice, announced by the product's own functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, NOTHING_NEW, PROMOTED, RETRAIN_FAILED, ROLLED_BACK
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.edges.notices import Notice
from chalicelib.notices import notices
from chalicelib.promotion import promotion
from chalicelib.quality import left_out
from chalicelib.quality.left_out import LeftOut
from chalicelib.registry.run_documents import DONE, State, keep_state
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.given.approvals import waits
from tests.given.nights import MODEL, Registered, outside, register, revision, swap

RUN = "kdd99-http-nightly-20261121T0300Z"
DAY_SECONDS = 86_400
MATRIX = [[113_058, 0], [5, 437]]
PASSED = {
    "name": "recall of attack",
    "value": 0.99,
    "direction": ">=",
    "bound": 0.98,
    "passed": True,
    "reason": "0.99 >= 0.98",
}
FAILED = {**PASSED, "name": "precision of attack", "value": 0.9, "passed": False, "reason": "0.9 < 0.98"}
UNDEFINED = {**FAILED, "name": "recall of worm", "value": None, "bound": None, "reason": "undefined: no row is one"}


def a_report(*rules: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """As Evaluate writes it, as far as it is announced."""
    return {
        "rows": 113_500,
        "classes": ["normal", "attack"],
        "matrix": MATRIX,
        "rules": [PASSED, *rules],
        "fingerprint": "data-1",
        "champion_model_version": 1,
        "judging": 1,
        "passed": False,
        "reason": "recall of attack",
        **changes,
    }


def live_since_earlier(fingerprint: str = "data-0") -> FakeOutside:
    """Version 1 is live, since half a day ago."""
    night = outside()
    promote(night, run="earlier", fingerprint=fingerprint)
    night.clock.sleep(DAY_SECONDS / 2)
    return night


def promote(night: FakeOutside, *, run: str, fingerprint: str = "data-1") -> Registered:
    registered = register(night.edges, run=run, fingerprint=fingerprint)
    move = swap(night.edges, registered, run=run, expected=revision(night.edges))
    promotion.move_alias(night.edges, move)
    return registered


def judged(night: FakeOutside, *rules: dict[str, Any], model_version: int | None = None, **changes: Any) -> None:
    """The run has its report and, where the gate let it pass, its version."""
    night.store.put(layout.run_document(RUN, "report"), documents.encode(a_report(*rules, **changes)))
    if model_version is not None:
        result = {"model_version": model_version, "function_version": "2"}
        keep_state(night.edges, State(state="VersionModel", status=DONE, result=result), run=RUN)


def end(night: FakeOutside, outcome: str, reason: str = "so it is", *, error: str | None = None) -> None:
    outcomes.record(night.edges, RunOutcome(run=RUN, model=MODEL, outcome=outcome, reason=reason, error=error))


def promoted() -> FakeOutside:
    night = live_since_earlier()
    judged(night, model_version=promote(night, run=RUN).model_version)
    end(night, PROMOTED, "all 9 rules hold")
    return night


def rejected() -> FakeOutside:
    night = live_since_earlier()
    judged(night, FAILED, UNDEFINED)
    end(night, MODEL_REJECTED, "precision of attack: 0.9 < 0.98")
    return night


def rejected_when_judged_again() -> FakeOutside:
    """The champion changed, and the new one is better."""
    night = live_since_earlier()
    judged(night, FAILED, model_version=register(night.edges, run=RUN).model_version, judging=2)
    end(night, MODEL_REJECTED, "precision of attack: 0.9 < 0.98")
    return night


def rolled_back() -> FakeOutside:
    night = live_since_earlier()
    judged(night, model_version=register(night.edges, run=RUN).model_version)
    end(night, ROLLED_BACK, "3 of 50 calls failed")
    return night


def waiting() -> FakeOutside:
    night = live_since_earlier()
    judged(night, model_version=register(night.edges, run=RUN).model_version)
    waits(night.edges, RUN)
    return night


def failed() -> FakeOutside:
    night = live_since_earlier()
    end(night, RETRAIN_FAILED, "night-1.csv has one class only", error="SingleClass")
    return night


def stale() -> FakeOutside:
    night = live_since_earlier()
    night.clock.sleep(31 * DAY_SECONDS)
    notices.stale(night.edges, run=RUN, model=MODEL, outcome=NOTHING_NEW, stale_days=30)
    return night


RECALL = {
    "name": "recall of attack",
    "direction": ">=",
    "value": 0.9,
    "interval": {"low": 0.88, "high": 0.92, "sure": 0.95, "rows": 1000, "distinct": 1000},
    "errors": 100,
    "distinct": 1000,
    "then": 0.99,
    "evidence": 31.5,
    "fell": True,
    "words": "0.9 on 1,000 rows of the class in 1 night, 0.99 when it was judged: fell by more than 0.01, proved",
}
PRECISION = {**RECALL, "name": "precision of attack", "fell": False, "evidence": 0.0}


def new_rows(**changes: Any) -> dict[str, Any]:
    """What version 1 made of them, as Evaluate writes it into its report."""
    return {
        "run": RUN,
        "at": "2026-11-21T03:00:00.000Z",
        "model_version": 1,
        "objects": [{"name": "night-1.csv", "etag": '"1"'}],
        "rows": 3_000,
        "classes": ["normal", "attack"],
        "matrix": [[1_995, 5], [100, 900]],
        "ratios": [RECALL, PRECISION],
        "news": ["recall of attack"],
        **changes,
    }


def quality_fell() -> FakeOutside:
    night = live_since_earlier()
    judged(night, live_quality=new_rows())
    end(night, NOTHING_NEW)
    return night


BAD_FILE = LeftOut(
    name="bad.csv",
    etag='"1"',
    rows=None,
    of_rows=None,
    error="LabelUnknown",
    why="column label no known label (2)",
    run=RUN,
    since="2026-11-21T03:00:00.000Z",
    key="0" * 64,
)
BAD_ROWS = BAD_FILE.but(name="night-2.csv", rows=3, of_rows=1_000, error=None, why="column age empty (3)", key=None)


def data_quarantined() -> FakeOutside:
    night = live_since_earlier()
    left_out.keep_of_run(night.edges, [BAD_FILE.but(name="old.csv", run="earlier"), BAD_FILE, BAD_ROWS], run=RUN)
    end(night, NOTHING_NEW)
    return night


def moved_by_hand(kind: str, *, from_version: int | None, to_version: int) -> FakeOutside:
    """The move of an operator, whose versions were judged by RUN's report."""
    night = live_since_earlier()
    register(night.edges, run=RUN)
    for number in (1, 2):
        night.store.put(layout.version(MODEL, number, "report.json"), documents.encode(a_report(rows=100 + number)))
    notices.moved(
        night.edges,
        model=MODEL,
        kind=kind,
        about=to_version if kind == promotion.PROMOTED else from_version,
        from_version=from_version,
        to_version=to_version,
        who="token ops",
        why="it flags every proxy",
        name="move-1",
    )
    return night


def promoted_by_hand() -> FakeOutside:
    return moved_by_hand(promotion.PROMOTED, from_version=1, to_version=2)


def rolled_back_by_hand() -> FakeOutside:
    return moved_by_hand(promotion.ROLLED_BACK, from_version=2, to_version=1)


ALL: dict[str, Callable[[], FakeOutside]] = {
    each.__name__: each
    for each in (
        promoted,
        rejected,
        rejected_when_judged_again,
        rolled_back,
        waiting,
        failed,
        stale,
        quality_fell,
        data_quarantined,
        promoted_by_hand,
        rolled_back_by_hand,
    )
}


def the_notice(night: FakeOutside) -> Notice:
    """The one notice of the night; its earlier promotion was no run's that was recorded."""
    (notice,) = night.notices.sent
    return notice
