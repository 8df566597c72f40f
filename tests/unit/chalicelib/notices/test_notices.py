from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.approval.waiting import Approvals, Decision
from chalicelib.contracts.decisions import MODEL_REJECTED, NOTHING_NEW, PROMOTED, RETRAIN_FAILED, SUPERSEDED, WAITING
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.notices import Notice
from chalicelib.errors import NoticesUnavailable
from chalicelib.notices import notices
from chalicelib.notices.notice_evaluation import CLASSES_MAX, RULES_MAX, evaluation
from chalicelib.notices.notice_text import KINDS
from chalicelib.promotion import promotion
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import Outcome
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.given import news
from tests.given.interference import Killed, interfered, raising
from tests.given.news import FAILED, RUN, a_report, end, judged, the_notice
from tests.given.nights import MODEL
from tests.given.present import present

BROKEN = Outcome(
    run=RUN,
    model=MODEL,
    outcome=RETRAIN_FAILED,
    reason="one class only",
    error="SingleClass",
    finished_at="2026-11-21T15:00:00.000Z",
)


def unsendable(night: FakeOutside, *, lost: bool = False) -> Edges:
    """The first notice is refused or, where `lost`, sent without an answer."""
    away = raising(NoticesUnavailable("the topic does not answer"))
    refused = interfered(night.notices, "send", before=away)
    return replace(night.edges, notices=interfered(night.notices, "send", after=away) if lost else refused)


def facts(notice: Notice, *names: str) -> list[object]:
    return [notice.detail[name] for name in names]


def test_notice_tells_when_the_run_ended_or_else_when_it_was_found_to_have() -> None:
    unknown = Outcome(run=RUN, model=MODEL, outcome=RETRAIN_FAILED, reason="one class only", error="SingleClass")
    for outcome, told in ((BROKEN, BROKEN.finished_at), (unknown, "2026-11-21T03:00:00.000Z")):
        night = FakeOutside(MODEL)
        notices.ended(night.edges, outcome)

        assert facts(the_notice(night), "at") == [told]


def test_promotion_tells_what_is_live_and_what_was() -> None:
    notice = the_notice(news.promoted())

    assert notice.kind == "Promoted"
    assert facts(notice, "model_version", "previous_model_version", "live_model_version") == [2, 1, 2]
    assert facts(notice, "run", "who", "outcome", "reason") == [RUN, RUN, "Promoted", "all 9 rules hold"]
    assert facts(notice, "classes", "matrix", "rows") == [["normal", "attack"], news.MATRIX, 113_500]
    assert facts(notice, "failing_rules", "failing_rules_count") == [[], 0]


def test_rejection_tells_the_rules_that_failed_and_that_nothing_moved() -> None:
    notice = the_notice(news.rejected())

    assert notice.kind == "ModelRejected"
    assert facts(notice, "model_version", "previous_model_version", "live_model_version") == [None, 1, 1]
    assert [rule["name"] for rule in notice.detail["failing_rules"]] == ["precision of attack", "recall of worm"]
    assert notice.detail["failing_rules"][0] == {
        "name": "precision of attack",
        "value": 0.9,
        "direction": ">=",
        "bound": 0.98,
        "reason": "0.9 < 0.98",
    }


def test_rollback_of_a_canary_tells_the_version_that_was_taken_back() -> None:
    notice = the_notice(news.rolled_back())

    assert notice.kind == "RolledBack"
    assert facts(notice, "model_version", "live_model_version", "reason") == [2, 1, "3 of 50 calls failed"]


def test_failure_tells_its_error_even_where_nothing_was_judged() -> None:
    notice = the_notice(news.failed())

    assert notice.kind == "RetrainFailed"
    assert facts(notice, "error", "reason") == ["SingleClass", "night-1.csv has one class only"]
    assert facts(notice, "model_version", "classes", "matrix", "rows") == [None, None, None, None]


def test_failure_of_a_task_that_was_versioning_is_announced_too() -> None:
    night = news.live_since_earlier()
    running = documents.encode({"state": "VersionModel", "status": "running"})
    night.store.put(layout.run_document(RUN, "version_model"), running)

    end(night, RETRAIN_FAILED, "stopped", error="ABORTED")

    assert the_notice(night).detail["model_version"] is None


def test_first_night_has_nothing_live_to_tell_of(night: FakeOutside) -> None:
    judged(night, FAILED, champion_model_version=None)

    end(night, MODEL_REJECTED)

    assert facts(the_notice(night), "previous_model_version", "live_model_version") == [None, None]
    assert "Nothing is live yet." in the_notice(night).text


@pytest.mark.parametrize("outcome", [NOTHING_NEW, SUPERSEDED])
def test_end_that_is_no_news_is_not_announced(outcome: str) -> None:
    night = news.live_since_earlier()

    end(night, outcome)

    assert night.notices.sent == []
    assert night.store.find(layout.run_document(RUN, "told")) is None


def test_outcome_is_announced_once_however_often_it_is_recorded() -> None:
    night = news.promoted()

    end(night, PROMOTED)
    end(night, RETRAIN_FAILED, error="ABORTED")

    assert the_notice(night).kind == "Promoted"
    assert documents.find(night.store, layout.run_document(RUN, "told"))["kind"] == "Promoted"


def test_what_stands_is_announced_not_what_came_later() -> None:
    night = news.live_since_earlier()
    judged(night, FAILED)
    end(night, MODEL_REJECTED, "too weak")
    night.store.delete(layout.run_document(RUN, "told"))

    end(night, RETRAIN_FAILED, "stopped", error="ABORTED")

    assert [each.kind for each in night.notices.sent] == ["ModelRejected", "ModelRejected"]


@pytest.mark.parametrize("lost", [False, True])
def test_notice_that_cannot_be_sent_fails_nothing_and_is_sent_the_next_time(
    lost: bool, caplog: pytest.LogCaptureFixture
) -> None:
    night = news.live_since_earlier()
    with caplog.at_level("INFO", logger="nightswap"):
        notices.ended(unsendable(night, lost=lost), BROKEN)
    unmarked = night.store.find(layout.run_document(RUN, "told")) is None

    notices.ended(night.edges, BROKEN)
    notices.ended(night.edges, BROKEN)

    (line,) = caplog.messages
    said = json.loads(line)
    assert (said["event"], said["kind"], said["run"]) == ("notice_not_sent", "RetrainFailed", RUN)
    assert unmarked
    assert len(night.notices.sent) == (2 if lost else 1)


def test_worker_that_dies_before_the_marker_has_the_notice_sent_again() -> None:
    night = news.live_since_earlier()
    killed = replace(night.edges, notices=interfered(night.notices, "send", after=raising(Killed())))
    with pytest.raises(Killed):
        notices.ended(killed, BROKEN)

    notices.ended(night.edges, BROKEN)

    first, second = night.notices.sent
    assert first == second


def test_promotion_by_hand_tells_who_and_why() -> None:
    notice = the_notice(news.promoted_by_hand())

    assert notice.kind == "Promoted"
    assert facts(notice, "run", "who", "reason", "outcome") == ["move-1", "token ops", "it flags every proxy", None]
    assert facts(notice, "model_version", "previous_model_version", "live_model_version", "rows") == [2, 1, 2, 102]


def test_rollback_by_hand_is_about_the_version_that_went() -> None:
    notice = the_notice(news.rolled_back_by_hand())

    assert notice.kind == "RolledBack"
    assert facts(notice, "model_version", "previous_model_version", "live_model_version", "rows") == [2, 2, 1, 102]


def test_first_promotion_by_hand_had_nothing_before() -> None:
    night = news.moved_by_hand(promotion.PROMOTED, from_version=None, to_version=1)

    assert "Version 1 has all traffic; none is known that had it before." in the_notice(night).text


@pytest.mark.parametrize("kind", [promotion.PINNED, promotion.UNPINNED, promotion.SHIFTED, promotion.RESTORED])
def test_move_that_changes_no_version_is_not_announced(kind: str) -> None:
    assert news.moved_by_hand(kind, from_version=1, to_version=1).notices.sent == []


def test_requested_move_is_announced_once() -> None:
    night = news.promoted_by_hand()

    notices.moved(
        night.edges,
        model=MODEL,
        kind="promoted",
        about=2,
        from_version=1,
        to_version=2,
        who="",
        why="",
        name="move-1",
    )

    assert len(night.notices.sent) == 1


def test_matrix_of_as_many_classes_as_the_limit_is_told_and_a_larger_one_left_to_the_report() -> None:
    names = [f"class-{n}" for n in range(CLASSES_MAX + 1)]

    told, left = (evaluation(Report.of(a_report(classes=each, matrix=[]))) for each in (names[:-1], names))

    assert (told["classes"], told["matrix"]) == (names[:-1], [])
    assert (left["classes"], left["matrix"]) == (None, None)


def test_many_failing_rules_are_counted_and_the_first_are_told() -> None:
    found = evaluation(Report.of(a_report(*[{**FAILED, "name": f"rule {n}"} for n in range(RULES_MAX + 5)])))

    assert [each["name"] for each in found["failing_rules"]] == [f"rule {n}" for n in range(RULES_MAX)]
    assert found["failing_rules_count"] == RULES_MAX + 5


def test_every_kind_has_a_night_here() -> None:
    assert {the_notice(night()).kind for night in news.ALL.values()} == set(KINDS)


def test_version_that_waits_is_told_with_what_to_do() -> None:
    notice = the_notice(news.waiting())

    assert (notice.kind, notice.detail["outcome"], notice.detail["model_version"]) == ("Waiting", WAITING, 2)
    assert notice.subject == "nightswap bucket: kdd99-http version 2 waits for approval"
    assert f"nightswap approve {RUN} --stage bucket" in notice.text
    assert f"nightswap reject {RUN} --stage bucket" in notice.text
    assert "Version 1 stays live." in notice.text


def test_promotion_of_an_approved_version_is_by_whoever_approved_it() -> None:
    night = news.waiting()
    night.notices.sent.clear()
    decision = Decision(verdict="approved", by="approving", who="ada", why="good", at="2026-11-21T04:00:00.000Z")
    Approvals(night.edges, MODEL).decide(present(Approvals(night.edges, MODEL).find()), decision)

    outcomes.record(
        night.edges, RunOutcome(run="approving", model=MODEL, outcome=PROMOTED, reason="live", error=None)
    )

    notice = the_notice(night)
    assert (notice.detail["who"], notice.detail["model_version"], notice.detail["run"]) == ("ada", 2, "approving")
    assert notice.detail["rows"] == 113_500


def test_run_that_rejected_a_late_version_is_announced_with_its_own_facts() -> None:
    night = news.waiting()
    night.notices.sent.clear()
    decision = Decision(verdict="rejected", by="next", who="the deadline", why="late", at="2026-11-24T03:00:00.000Z")
    Approvals(night.edges, MODEL).decide(present(Approvals(night.edges, MODEL).find()), decision)

    failed = RunOutcome(run="next", model=MODEL, outcome=RETRAIN_FAILED, reason="one class only", error="SingleClass")
    outcomes.record(night.edges, failed)

    assert facts(the_notice(night), "who", "model_version", "rows") == ["next", None, None]
