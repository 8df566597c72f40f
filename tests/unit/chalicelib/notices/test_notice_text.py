from __future__ import annotations

from typing import Any

import pytest

from chalicelib.notices import notice_text
from chalicelib.notices.notice_evaluation import CLASSES_MAX, RULES_MAX
from chalicelib.notices.notice_text import CLASSES_SHOWN
from tests.given import news
from tests.given.news import FAILED, RUN, the_notice


def told(night: str) -> str:
    return the_notice(news.ALL[night]()).text


def detail_of(night: str, **changes: Any) -> dict[str, Any]:
    return {**the_notice(news.ALL[night]()).detail, **changes}


def test_promotion_reads_as_one_short_message() -> None:
    assert told("promoted") == (
        "Stage bucket, 2026-11-21T15:00:00.000Z: kdd99-http version 2 is live.\n"
        "Version 2 has all traffic, in place of version 1.\n"
        f"By: {RUN}\n"
        "Reason: all 9 rules hold\n"
        "\n"
        "Holdout of 113,500 rows, true classes down, predicted classes across:\n"
        "         normal  attack\n"
        "normal  113,058       0\n"
        "attack        5     437\n"
        "\n"
        f"To see why: nightswap explain {RUN} --stage bucket\n"
        'To take it back: nightswap rollback --model kdd99-http --stage bucket --reason "..."\n'
    )


def test_rejection_reads_as_the_rules_that_failed() -> None:
    assert told("rejected") == (
        "Stage bucket, 2026-11-21T15:00:00.000Z: a new model of kdd99-http was rejected.\n"
        "Version 1 stays live.\n"
        f"By: {RUN}\n"
        "\n"
        "Rules that failed:\n"
        "  precision of attack: 0.9 < 0.98\n"
        "  recall of worm: undefined: no row is one\n"
        "\n"
        "Holdout of 113,500 rows, true classes down, predicted classes across:\n"
        "         normal  attack\n"
        "normal  113,058       0\n"
        "attack        5     437\n"
        "\n"
        f"To see why: nightswap explain {RUN} --stage bucket\n"
        "It is tried again by itself when data, recipe or code change.\n"
    )


def test_failure_reads_without_a_matrix() -> None:
    assert told("failed") == (
        "Stage bucket, 2026-11-21T15:00:00.000Z: a retrain of kdd99-http failed.\n"
        "Version 1 stays live.\n"
        f"By: {RUN}\n"
        "Reason: night-1.csv has one class only\n"
        "Error: SingleClass\n"
        "\n"
        f"To see why: nightswap explain {RUN} --stage bucket\n"
        "To try again, once it is put right: nightswap retrain --model kdd99-http --stage bucket\n"
    )


@pytest.mark.parametrize(
    ("night", "lines"),
    [
        ("rolled_back", ["Version 1 stays live.", "Reason: 3 of 50 calls failed", f"explain {RUN}"]),
        ("rolled_back", ["promote 2 --model kdd99-http --stage bucket --lift-quarantine --reason"]),
        ("rolled_back_by_hand", ["Version 1 has all traffic, in place of version 2.", "By: token ops"]),
        ("rolled_back_by_hand", ["Reason: it flags every proxy", "To see why: nightswap history kdd99-http --stage"]),
        (
            "promoted_by_hand",
            ["Version 2 has all traffic, in place of version 1.", "nightswap rollback --model kdd99-http"],
        ),
        ("stale", ["no promotion for 31 days, the stage allows 30", "nightswap runs --model kdd99-http --stage"]),
    ],
)
def test_message_says_what_happened_and_what_to_do(night: str, lines: list[str]) -> None:
    text = told(night)

    assert [line for line in lines if line not in text] == []


@pytest.mark.parametrize(
    ("night", "subject"),
    [
        ("promoted", "nightswap bucket: kdd99-http version 2 is live"),
        ("rejected", "nightswap bucket: a new model of kdd99-http was rejected"),
        ("rolled_back", "nightswap bucket: kdd99-http version 2 was rolled back"),
        ("failed", "nightswap bucket: a retrain of kdd99-http failed"),
        ("stale", "nightswap bucket: kdd99-http is stale"),
    ],
)
def test_subject_names_stage_model_and_what_happened(night: str, subject: str) -> None:
    assert the_notice(news.ALL[night]()).subject == subject


def test_matrix_is_shown_as_wide_as_the_limit_and_a_wider_one_left_to_the_report() -> None:
    names = [f"class-{n}" for n in range(CLASSES_SHOWN + 1)]

    shown, left = (
        notice_text.text(detail_of("promoted", classes=each, matrix=[[0] * len(each)] * len(each)))
        for each in (names[:-1], names)
    )

    assert "in the run's report." not in shown
    assert f"The confusion matrix of {len(names)} classes is in the run's report." in left
    assert len(names) < CLASSES_MAX


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    text = notice_text.text(detail_of("promoted", classes=["a", "the other"], matrix=[[1_000_000, 2], [3, 4]]))

    assert "           1,000,000" not in text
    assert (
        "                   a  the other\na          1,000,000          2\nthe other          3          4\n" in text
    )


def test_failing_rules_that_are_left_out_are_counted() -> None:
    night = news.live_since_earlier()
    news.judged(night, *[FAILED] * (RULES_MAX + 3))
    news.end(night, "ModelRejected")

    assert the_notice(night).text.count("precision of attack") == RULES_MAX
    assert "  and 3 more\n" in the_notice(night).text


def test_version_that_the_registry_does_not_know_is_told_without_a_number() -> None:
    unknown = detail_of("rolled_back_by_hand", model_version=None, previous_model_version=None)

    assert "a version of kdd99-http was rolled back" in notice_text.subject(unknown)
    assert "Version 1 has all traffic; none is known that had it before." in notice_text.text(unknown)
    assert "None" not in notice_text.text(unknown)
