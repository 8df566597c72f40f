"""The notice about an old live model, which follows a run that promoted nothing."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, NOTHING_NEW, OUTCOMES, PROMOTED, SUPERSEDED
from chalicelib.documents import documents
from chalicelib.edges.notices import Notice
from chalicelib.notices import notices
from chalicelib.promotion import promotion
from tests.fakes.edges import FakeOutside
from tests.given import news
from tests.given.news import DAY_SECONDS, FAILED, RUN, end, judged, the_notice
from tests.given.nights import MODEL, Registered, revision, swap


def facts(notice: Notice, *names: str) -> list[object]:
    return [notice.detail[name] for name in names]


def stale_after(night: FakeOutside, *, outcome: str = NOTHING_NEW, stale_days: int = 30, run: str = RUN) -> None:
    notices.stale(night.edges, run=run, model=MODEL, outcome=outcome, stale_days=stale_days)


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - {PROMOTED, SUPERSEDED}))
def test_model_that_was_not_replaced_for_long_is_stale_after_every_run_that_promotes_nothing(outcome: str) -> None:
    night = news.live_since_earlier()
    night.clock.sleep(31 * DAY_SECONDS)

    stale_after(night, outcome=outcome)

    notice = the_notice(night)
    assert facts(notice, "kind", "outcome", "live_model_version") == ["Stale", outcome, 1]
    assert facts(notice, "last_promoted_at", "at") == ["2026-11-21T03:00:00.000Z", "2026-12-22T15:00:00.000Z"]
    assert "31 days" in notice.detail["reason"]


def test_stale_model_is_told_with_the_matrix_that_it_was_promoted_by() -> None:
    night = news.live_since_earlier()
    night.store.put(layout.version(MODEL, 1, "report.json"), documents.encode(news.a_report()))
    night.clock.sleep(31 * DAY_SECONDS)

    stale_after(night)

    assert the_notice(night).detail["matrix"] == news.MATRIX
    assert "Holdout of 113,500 rows" in the_notice(night).text


@pytest.mark.parametrize("outcome", [PROMOTED, SUPERSEDED])
def test_run_that_promoted_or_gave_way_says_nothing_of_age(outcome: str) -> None:
    night = news.live_since_earlier()
    night.clock.sleep(31 * DAY_SECONDS)

    stale_after(night, outcome=outcome)

    assert night.notices.sent == []


@pytest.mark.parametrize(("seconds", "sent"), [(0, 0), (1, 1)])
def test_model_is_stale_when_it_is_older_than_allowed(seconds: int, sent: int) -> None:
    night = news.live_since_earlier()
    night.clock.sleep(6.5 * DAY_SECONDS + seconds)

    stale_after(night, stale_days=7)

    assert len(night.notices.sent) == sent


def test_last_promotion_counts_and_not_what_moved_the_alias_since() -> None:
    night = news.live_since_earlier()
    night.clock.sleep(20 * DAY_SECONDS)
    news.promote(night, run="later")
    pinned = swap(
        night.edges,
        Registered(2, "2"),
        run="pin-1",
        expected=revision(night.edges),
        kind=promotion.PINNED,
    )
    night.clock.sleep(20 * DAY_SECONDS)
    promotion.move_alias(night.edges, pinned)

    stale_after(night, stale_days=30)
    stale_after(night, stale_days=10)

    assert the_notice(night).detail["last_promoted_at"] == "2026-12-11T15:00:00.000Z"


def test_promotion_whose_author_died_is_as_old_as_its_record() -> None:
    night = news.live_since_earlier()
    key = layout.ledger_entry(MODEL, 1)
    entry = documents.find(night.store, key)
    night.store.put(key, documents.encode({**entry, "moved_at": None, "recorded_at": "2026-09-01T00:00:00.000Z"}))

    stale_after(night)

    assert the_notice(night).detail["last_promoted_at"] == "2026-09-01T00:00:00.000Z"


def test_nothing_live_is_not_stale(night: FakeOutside) -> None:
    stale_after(night)

    assert night.notices.sent == []


def test_stale_is_told_once_for_a_run_beside_its_outcome() -> None:
    night = news.live_since_earlier()
    night.clock.sleep(31 * DAY_SECONDS)
    judged(night, FAILED)
    end(night, MODEL_REJECTED)

    stale_after(night, outcome=MODEL_REJECTED)
    stale_after(night, outcome=MODEL_REJECTED)
    stale_after(night, outcome=NOTHING_NEW, run="next")

    assert [each.kind for each in night.notices.sent] == ["ModelRejected", "Stale", "Stale"]
