"""An announcement reaches the topic's subscribers and the targets of a rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws.notices import StageNotices
from chalicelib.edges.notices import Notice
from chalicelib.errors import NoticesUnavailable
from workflows.local.process import LocalAws

Clients = Callable[..., Any]
NOTICE = Notice(
    kind="RolledBack",
    model="kdd99-http",
    subject="kdd99-http: version 8 was taken back",
    text="Version 7 is live again.\n",
    detail={"schema": 1, "model": "kdd99-http", "model_version": 8},
)


@pytest.fixture
def queue(local_aws: LocalAws, clients: Clients) -> dict[str, str]:
    """A queue that hears of everything."""
    queues = clients(local_aws, "sqs")
    url = queues.create_queue(QueueName="heard")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {"url": url, "arn": arn}


def notices(local_aws: LocalAws, clients: Clients, *, topic_arn: str) -> StageNotices:
    return StageNotices(lambda: clients(local_aws, "sns"), lambda: clients(local_aws, "events"), topic_arn=topic_arn)


def test_people_and_programs_hear_of_it(
    local_aws: LocalAws,
    clients: Clients,
    queue: dict[str, str],
    eventually: Callable[[Callable[[], Any]], Any],
) -> None:
    sns, events = clients(local_aws, "sns"), clients(local_aws, "events")
    topic_arn = sns.create_topic(Name="nightswap-notices-alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue["arn"])
    pattern = {"source": ["nightswap"], "detail-type": ["RolledBack"]}
    events.put_rule(Name="notices", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="notices", Targets=[{"Id": "queue", "Arn": queue["arn"]}])

    notices(local_aws, clients, topic_arn=topic_arn).send(NOTICE)

    heard: list[dict[str, Any]] = []

    def both() -> list[dict[str, Any]]:
        received = clients(local_aws, "sqs").receive_message(QueueUrl=queue["url"], MaxNumberOfMessages=10)
        heard.extend(json.loads(each["Body"]) for each in received.get("Messages", []))
        return heard if len(heard) >= 2 else []

    eventually(both)
    message = next(each for each in heard if "Message" in each)
    event = next(each for each in heard if "detail" in each)
    assert (message["Subject"], message["Message"]) == (NOTICE.subject, NOTICE.text)
    assert message["MessageAttributes"]["kind"]["Value"] == "RolledBack"
    assert event["detail"] == NOTICE.detail


def test_a_stage_without_its_topic_says_so(local_aws: LocalAws, clients: Clients) -> None:
    missing = "arn:aws:sns:us-east-1:000000000000:nightswap-nowhere-alerts"

    with pytest.raises(NoticesUnavailable, match=f"{missing}: NotFound"):
        notices(local_aws, clients, topic_arn=missing).send(NOTICE)
