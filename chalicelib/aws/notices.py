"""SNS and EventBridge: where a stage announces what came of its runs, to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.edges.notices import Notice
from chalicelib.errors import NoticesUnavailable
from chalicelib.names import APP

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient
    from types_boto3_sns import SNSClient


class StageNotices:
    """`chalicelib.edges.Notices` over the stage's topic and the account's default event bus.

    `topics` and `buses` make the clients at the first notice: few of those who hold the edges ever send one.
    """

    def __init__(
        self, topics: Callable[[], SNSClient], buses: Callable[[], EventBridgeClient], *, topic_arn: str
    ) -> None:
        self._topics = topics
        self._buses = buses
        self._topic_arn = topic_arn

    def send(self, notice: Notice) -> None:
        attributes = {"kind": notice.kind, "model": notice.model}
        with _telling(self._topic_arn):
            self._sns.publish(
                TopicArn=self._topic_arn,
                Subject=notice.subject,
                Message=notice.text,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
                },
            )
        with _telling("the default event bus"):
            answer = self._events.put_events(
                Entries=[{"Source": APP, "DetailType": notice.kind, "Detail": json.dumps(notice.detail)}]
            )
        if answer["FailedEntryCount"]:
            raise NoticesUnavailable(f"telling the default event bus: {answer['Entries'][0].get('ErrorCode')}")

    @cached_property
    def _sns(self) -> SNSClient:
        return self._topics()

    @cached_property
    def _events(self) -> EventBridgeClient:
        return self._buses()


@contextmanager
def _telling(whom: str) -> Iterator[None]:
    """Turns every error of AWS into NoticesUnavailable: a notice must not decide how a run ends."""
    try:
        with transient(NoticesUnavailable, doing=f"telling {whom}"):
            yield
    except ClientError as exc:
        raise NoticesUnavailable(f"telling {whom}: {code(exc)}; deploy the stage again") from exc
