"""SNS and EventBridge as announcements reach them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.aws.notices import StageNotices
from chalicelib.edges.notices import Notice
from chalicelib.errors import NoticesUnavailable
from tests.contract.aws.conftest import Scripted

TOPIC = "arn:aws:sns:eu-west-1:123456789012:nightswap-prod-alerts"
NOTICE = Notice(
    kind="Promoted",
    model="kdd99-http",
    subject="kdd99-http: version 7 is live",
    text="Version 7 replaced version 6.\n",
    detail={"schema": 1, "model": "kdd99-http", "model_version": 7, "reason": "né"},
)
EVENT = {"Source": "nightswap", "DetailType": "Promoted", "Detail": json.dumps(NOTICE.detail)}
TAKEN = {"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}


@pytest.fixture
def sns(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("sns")


@pytest.fixture
def events(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("events")


@pytest.fixture
def notices(sns: Scripted, events: Scripted) -> StageNotices:
    return StageNotices(lambda: sns.client, lambda: events.client, topic_arn=TOPIC)


def test_people_read_the_text_and_programs_the_detail(notices: StageNotices, sns: Scripted, events: Scripted) -> None:
    sns.answers(
        "publish",
        {"MessageId": "m-1"},
        TopicArn=TOPIC,
        Subject=NOTICE.subject,
        Message=NOTICE.text,
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "Promoted"},
            "model": {"DataType": "String", "StringValue": "kdd99-http"},
        },
    )
    events.answers("put_events", TAKEN, Entries=[EVENT])

    notices.send(NOTICE)


def test_an_event_that_was_not_taken_is_worth_another_try(
    notices: StageNotices, sns: Scripted, events: Scripted
) -> None:
    refused = {"ErrorCode": "ThrottlingException", "ErrorMessage": "in AWS's words"}
    sns.answers("publish", {"MessageId": "m-1"})
    events.answers("put_events", {"FailedEntryCount": 1, "Entries": [refused]})

    with pytest.raises(NoticesUnavailable, match="event bus: ThrottlingException") as raised:
        notices.send(NOTICE)

    assert "in AWS's words" not in str(raised.value)


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        ("Throttling", 400, "try again"),
        ("InternalError", 500, "try again"),
        ("NotFound", 404, "deploy the stage again"),
        ("AuthorizationError", 403, "deploy the stage again"),
        ("InvalidParameter", 400, "deploy the stage again"),
    ],
)
def test_nothing_that_a_topic_says_can_fail_a_run(
    notices: StageNotices, sns: Scripted, code: str, status: int, advice: str
) -> None:
    sns.refuses("publish", code, status)

    with pytest.raises(NoticesUnavailable, match=f"{TOPIC}: {code}; {advice}"):
        notices.send(NOTICE)


def test_nothing_that_the_event_bus_says_can_fail_a_run(
    notices: StageNotices, sns: Scripted, events: Scripted
) -> None:
    sns.answers("publish", {"MessageId": "m-1"})
    events.refuses("put_events", "AccessDeniedException", 403)

    with pytest.raises(NoticesUnavailable, match="event bus: AccessDeniedException"):
        notices.send(NOTICE)


def test_silence_is_worth_another_try(broken: Callable[[str, Exception], Any], events: Scripted) -> None:
    silent = broken("sns", ReadTimeoutError(endpoint_url="https://aws"))
    notices = StageNotices(lambda: silent, lambda: events.client, topic_arn=TOPIC)

    with pytest.raises(NoticesUnavailable, match="no answer"):
        notices.send(NOTICE)
