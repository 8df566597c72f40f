"""SNS and EventBridge: announcements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from chalicelib.values import Value


class Notice(Value, kw_only=True):
    """An announcement, for people and for programs."""

    kind: str
    """One of chalicelib.notices.notices.KINDS: the event's DetailType."""
    model: str
    subject: str
    """At most 100 ASCII characters, SNS's limit."""
    text: str
    """What a person reads."""
    detail: Mapping[str, Any]
    """What a program reads: the event's detail, by the published schema."""


class Notices(Protocol):
    """The stage's topic and event bus. At least once: a notice may come twice.

    Raises NoticesUnavailable when one of them throttles or does not answer.
    """

    def send(self, notice: Notice) -> None: ...
