from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.approval import waiting
from chalicelib.approval.waiting import Approvals
from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    OUTCOMES,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
    WAITING,
)
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.errors import NoticesUnavailable, RegistryIncomplete, StoreUnavailable
from chalicelib.promotion.lease import Lease
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.quarantine import Quarantine
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.given.approvals import a_waiting
from tests.given.interference import interfered, raising, with_store
from tests.given.nights import MODEL, content, going, outside, promote, register
from tests.given.present import present

RUN = "kdd99-http-nightly-20261121T0300Z"
REPORT = {
    "fingerprint": "data-7",
    "champion_model_version": 3,
    "passed": False,
    "reason": "recall of attack",
    "rules": [],
    "judging": 1,
}


def an_outcome(**changes: Any) -> RunOutcome:
    first: dict[str, Any] = {
        "run": RUN,
        "model": MODEL,
        "outcome": PROMOTED,
        "reason": "every rule passed",
        "error": None,
    }
    return RunOutcome(**{**first, **changes})


def at_the_end_of_a_run() -> FakeOutside:
    night = outside()
    Lease(night.edges, MODEL).take(going(night, RUN))
    night.store.put(layout.run_document(RUN, "report"), documents.encode(REPORT))
    for name in ("train/labels.npy", "holdout/labels.npy"):
        night.store.put(layout.work(RUN, name), b"rows")
    night.store.put(layout.work(RUN, SCORECARD_FILE), b'{"format": "scorecard"}')
    waiting.propose(night.edges, a_waiting(RUN))
    return night


@pytest.fixture
def night() -> FakeOutside:
    return at_the_end_of_a_run()


def test_run_without_an_outcome_has_none() -> None:
    assert outcomes.find(outside().edges, run=RUN) is None


def test_outcome_is_recorded_with_its_time(night: FakeOutside) -> None:
    stands = outcomes.record(night.edges, an_outcome())

    assert stands == an_outcome()
    assert present(outcomes.find(night.edges, run=RUN)).document == {
        "run": RUN,
        "model": MODEL,
        "outcome": "Promoted",
        "reason": "every rule passed",
        "error": None,
        "finished_at": "2026-11-21T03:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("report", "problem"),
    [
        (None, "is missing from bucket test-bucket: retrain again"),
        ({"passed": False, "reason": "recall", "rules": []}, "is damaged: in it fingerprint is missing"),
    ],
)
def test_rejection_without_a_report_or_its_fingerprint_is_refused_by_name(
    night: FakeOutside, report: Mapping[str, Any] | None, problem: str
) -> None:
    key = layout.run_document(RUN, "report")
    night.store.delete(key)
    if report is not None:
        night.store.put(key, documents.encode(report))

    with pytest.raises(RegistryIncomplete, match=f"{key} {problem}"):
        outcomes.record(night.edges, an_outcome(outcome=MODEL_REJECTED))
    assert outcomes.find(night.edges, run=RUN) is None


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_end_deletes_the_intermediates_and_gives_the_lease_back(night: FakeOutside, outcome: str) -> None:
    night.store.put(layout.work("another-run", "train/labels.npy"), b"rows")

    outcomes.record(night.edges, an_outcome(outcome=outcome))

    assert [each.key for each in night.store.list(layout.WORK)] == [layout.work("another-run", "train/labels.npy")]
    assert night.store.find(layout.lease(MODEL)) is None


def test_model_that_was_rejected_when_it_was_judged_again_is_quarantined_for_it_has_a_number(
    night: FakeOutside,
) -> None:
    register(night.edges, run=RUN, fingerprint="data-7")
    report = {**REPORT, "judging": 2, "reason": "recall of attack fell"}
    night.store.put(layout.run_document(RUN, "report"), documents.encode(report))

    outcomes.record(night.edges, an_outcome(outcome=MODEL_REJECTED, reason="recall"))

    found = present(Quarantine(night.edges, MODEL).find("data-7"))
    assert (found.model_version, found.who) == (1, RUN)
    assert found.why == "rejected when it was judged again: recall of attack fell"


def test_twin_of_the_live_version_that_was_rejected_when_it_was_judged_again_does_not_lock_that(
    night: FakeOutside,
) -> None:
    promote(night.edges, run="earlier", fingerprint="data-7")
    register(night.edges, run=RUN, fingerprint="data-7")
    night.store.put(layout.run_document(RUN, "report"), documents.encode({**REPORT, "judging": 2}))

    outcomes.record(night.edges, an_outcome(outcome=MODEL_REJECTED, reason="recall"))

    assert not Quarantine(night.edges, MODEL).holds("data-7")


def test_lease_of_another_run_is_left_to_it(night: FakeOutside) -> None:
    night.store.put(layout.lease(MODEL), documents.encode({"holder": "next"}))

    outcomes.record(night.edges, an_outcome())

    assert documents.find(night.store, layout.lease(MODEL)) == {"holder": "next"}


def test_first_outcome_stands(night: FakeOutside) -> None:
    outcomes.record(night.edges, an_outcome())
    before = content(night)

    stands = outcomes.record(night.edges, an_outcome(outcome=RETRAIN_FAILED, error="Stopped"))

    assert stands == an_outcome()
    assert content(night) == before


def test_outcome_that_was_quicker_stands(night: FakeOutside) -> None:
    failed = an_outcome(outcome=RETRAIN_FAILED, reason="stopped", error="Stopped")
    raced = with_store(night.edges, "put_if_absent", before=lambda: outcomes.record(night.edges, failed))

    assert outcomes.record(raced, an_outcome()) == failed


def test_intermediates_that_a_dead_end_left_are_deleted_when_it_is_repeated(night: FakeOutside) -> None:
    outcomes.record(night.edges, an_outcome())
    night.store.put(layout.work(RUN, "late"), b"rows")

    outcomes.record(night.edges, an_outcome())

    assert night.store.list(layout.WORK) == []


def test_rejected_model_of_another_format_is_kept_under_its_own_name(night: FakeOutside) -> None:
    night.store.delete(layout.work(RUN, SCORECARD_FILE))
    night.store.put(layout.work(RUN, "model.other"), b"trees")

    outcomes.record(night.edges, an_outcome(outcome=MODEL_REJECTED, reason="recall"))

    assert content(night)[layout.rejected(MODEL, RUN, "model.other")] == b"trees"
    assert layout.rejected(MODEL, RUN, SCORECARD_FILE) not in content(night)


def test_rejected_model_is_kept_with_its_report_and_its_fingerprint(night: FakeOutside) -> None:
    outcomes.record(night.edges, an_outcome(outcome=MODEL_REJECTED, reason="recall"))

    assert content(night)[layout.rejected(MODEL, RUN, "model.json")] == b'{"format": "scorecard"}'
    assert documents.find(night.store, layout.rejected(MODEL, RUN, "report.json")) == REPORT
    assert documents.find(night.store, layout.judged(MODEL)) == {
        "run": RUN,
        "fingerprint": "data-7",
        "champion": 3,
        "anchor": None,
    }


@pytest.mark.parametrize(("named", "kept"), [(False, 2), (True, None)])
def test_rejected_model_is_kept_with_the_anchor_of_the_ledger(
    night: FakeOutside, named: bool, kept: int | None
) -> None:
    """One that the recipe names changes with the recipe, and so with the fingerprint."""
    anchor = {"model_version": 2, "named": named, "advances": False, "why": "worse than the anchor, version 2"}
    night.store.put(layout.run_document(RUN, "report"), documents.encode({**REPORT, "anchor": anchor}))

    outcomes.record(night.edges, an_outcome(outcome=MODEL_REJECTED, reason="recall"))

    assert documents.find(night.store, layout.judged(MODEL))["anchor"] == kept


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - {MODEL_REJECTED}))
def test_other_ends_keep_nothing_as_rejected(night: FakeOutside, outcome: str) -> None:
    outcomes.record(night.edges, an_outcome(outcome=outcome))

    assert not [key for key in content(night) if "rejected" in key or "judged" in key]


@pytest.mark.parametrize("outcome", [PROMOTED, MODEL_REJECTED, WAITING])
@pytest.mark.parametrize("operation", ["put", "put_if_absent", "delete", "delete_if_match"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("lost", [False, True])
def test_recording_converges_wherever_it_was_interrupted(outcome: str, operation: str, nth: int, lost: bool) -> None:
    whole, broken = at_the_end_of_a_run(), at_the_end_of_a_run()
    wanted = an_outcome(outcome=outcome)
    outcomes.record(whole.edges, wanted)
    away = raising(StoreUnavailable("no answer"))
    edges = with_store(broken.edges, operation, nth=nth, **{"after" if lost else "before": away})

    try:
        outcomes.record(edges, wanted)
    except StoreUnavailable:
        stands = outcomes.record(edges, wanted)
        assert stands == wanted

    assert content(broken) == content(whole)


@pytest.mark.parametrize(
    ("outcome", "metrics"),
    [
        (PROMOTED, {"Succeeded": 1, "Rejected": 0}),
        (MODEL_REJECTED, {"Succeeded": 1, "Rejected": 1}),
        (NOTHING_NEW, {"Succeeded": 1}),
        (ROLLED_BACK, {"Succeeded": 1, "Rejected": 1}),
        (WAITING, {"Succeeded": 1, "Rejected": 0}),
        (RETRAIN_FAILED, {"Succeeded": 0}),
    ],
)
def test_outcome_is_measured_once_for_its_model(
    night: FakeOutside, outcome: str, metrics: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = an_outcome(outcome=outcome, error=None)

    outcomes.record(night.edges, wanted)
    outcomes.record(night.edges, wanted)

    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert {name: said[name] for name in ("Succeeded", "Rejected") if name in said} == metrics
    assert (said["event"], said["outcome"], said["run"]) == ("outcome_recorded", outcome, RUN)
    assert (said["model"], said["bucket"]) == (MODEL, night.store.bucket)


def test_run_that_was_superseded_is_no_measure(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes.record(at_the_end_of_a_run().edges, an_outcome(outcome=SUPERSEDED))

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_end_is_announced_where_it_is_news_once_it_is_recorded(night: FakeOutside, outcome: str) -> None:
    outcomes.record(night.edges, an_outcome(outcome=outcome))

    told = [notice.kind for notice in night.notices.sent]
    order = [effect.subject for effect in night.history.of("put", "notice")]
    assert told == ([] if outcome in {NOTHING_NEW, SUPERSEDED} else [outcome])
    if told:
        written = order.index(layout.run_document(RUN, "outcome"))
        assert written < order.index(MODEL) < order.index(layout.run_document(RUN, "told"))


def test_end_that_could_not_be_announced_is_recorded_and_announced_when_it_is_repeated(night: FakeOutside) -> None:
    mute = interfered(night.notices, "send", before=raising(NoticesUnavailable("no answer")))

    stands = outcomes.record(replace(night.edges, notices=mute), an_outcome())
    outcomes.record(night.edges, an_outcome(outcome=RETRAIN_FAILED, error="Stopped"))

    assert stands == an_outcome()
    assert [notice.detail["reason"] for notice in night.notices.sent] == ["every rule passed"]


def test_what_a_task_wrote_after_the_end_of_its_run_is_cleared_and_a_going_run_keeps_its_own(
    night: FakeOutside,
) -> None:
    outcomes.record(night.edges, an_outcome())
    night.store.put(layout.work(RUN, "answers/late.npy"), b"rows")
    night.store.put(layout.work("another-run", "train/labels.npy"), b"rows")

    outcomes.clear_leftovers(night.edges)

    assert [each.key for each in night.store.list(layout.WORK)] == [layout.work("another-run", "train/labels.npy")]


def test_version_waits_once_its_run_has_ended_so(night: FakeOutside) -> None:
    approvals = Approvals(night.edges, MODEL)
    assert approvals.open() is None

    outcomes.record(night.edges, an_outcome(outcome=WAITING))

    assert approvals.open() == a_waiting(RUN)


def test_run_that_waits_with_nothing_is_refused_by_name(night: FakeOutside) -> None:
    key = layout.run_document(RUN, "waiting")
    night.store.delete(key)

    with pytest.raises(RegistryIncomplete, match=f"{key} is missing from bucket test-bucket: retrain again"):
        outcomes.record(night.edges, an_outcome(outcome=WAITING))
    assert outcomes.find(night.edges, run=RUN) is None
