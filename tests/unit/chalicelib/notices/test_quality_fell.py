from __future__ import annotations

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, NOTHING_NEW, PROMOTED
from chalicelib.notices import notices
from chalicelib.runs import outcomes
from tests.given import news
from tests.given.news import RUN, end, judged, live_since_earlier, the_notice


def test_fall_of_the_live_version_is_told_with_its_matrix_and_what_fell() -> None:
    notice = the_notice(news.quality_fell())

    assert notice.kind == "QualityFell"
    detail = notice.detail
    assert (detail["model_version"], detail["live_model_version"], detail["rows"]) == (1, 1, 3_000)
    assert detail["matrix"] == [[1_995, 5], [100, 900]]
    assert [(each["name"], each["value"], each["bound"]) for each in detail["failing_rules"]] == [
        ("recall of attack", 0.9, 0.99)
    ]
    assert detail["failing_rules"][0]["reason"] == news.RECALL["words"]


def test_people_read_what_fell_and_what_to_do() -> None:
    notice = the_notice(news.quality_fell())

    assert notice.subject == "nightswap bucket: kdd99-http version 1 is worse on new rows"
    assert "Ratios that fell:\n  recall of attack: 0.9 on 1,000 rows of the class in 1 night" in notice.text
    assert "Its 3,000 new rows, true classes down, predicted classes across:" in notice.text
    assert "To see it night by night: nightswap history kdd99-http --quality --stage bucket" in notice.text
    assert "To go back to an earlier version: nightswap rollback --model kdd99-http --stage bucket" in notice.text


def test_it_is_told_beside_the_outcome_and_once() -> None:
    night = live_since_earlier()
    judged(night, news.FAILED, live_quality=news.new_rows())
    end(night, MODEL_REJECTED)
    found = outcomes.find(night.edges, run=RUN)
    assert found is not None

    notices.quality_fell(night.edges, found)
    end(night, MODEL_REJECTED)

    assert [each.kind for each in night.notices.sent] == ["ModelRejected", "QualityFell"]


def test_fall_of_a_version_that_was_replaced_in_the_same_night_says_what_is_live() -> None:
    night = live_since_earlier()
    number = news.promote(night, run=RUN).model_version
    judged(night, model_version=number, live_quality=news.new_rows())

    end(night, PROMOTED)

    told = night.notices.sent[-1]
    assert (told.kind, told.detail["model_version"], told.detail["live_model_version"]) == ("QualityFell", 1, 2)
    assert "Version 2 has all traffic, in place of version 1." in told.text


def test_nothing_is_told_without_a_fall_that_is_new() -> None:
    night = live_since_earlier()
    judged(night, live_quality=news.new_rows(news=[]))
    end(night, NOTHING_NEW)
    other = live_since_earlier()
    end(other, NOTHING_NEW)
    damaged = live_since_earlier()
    damaged.store.put(layout.run_document(RUN, "report"), b"{}")
    end(damaged, NOTHING_NEW)

    assert [each.notices.sent for each in (night, other, damaged)] == [[], [], []]
