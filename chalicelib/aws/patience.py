"""Limits how long a call of AWS may take in all, and decides when it is too late to begin one.

Every caller gives up at some moment: the gateway at 29 s, Lambda at a function's time-out. So every client has a
longest time for a call with all its attempts, and a call begins only while that much time is left: whatever AWS does,
the function can still report in its own words that it got no answer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from chalicelib.limits import SERVING_SECONDS_MAX
from chalicelib.values import Value

GATEWAY_SECONDS = 29
"""API Gateway waits no longer. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""
API_SECONDS = 28
"""The app's functions may take so long; `lambda_timeout` in .chalice/config.json."""
MOVE_SECONDS = 20
"""The function move-alias may take so long, and the API waits for it."""
BATCH_SECONDS = 890
"""The function predict-batch may take so long; nobody waits for its end. Lambda's own limit is 900."""
SERVING_SECONDS = 10
"""A serving function may take so long, unless its recipe says otherwise."""
ANSWER_SECONDS = 0.5
"""The time that a function needs to report how it ended."""

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


class OutOfTime(Exception):
    """The call was not begun: it could have outlasted the function."""


class Patience(Value):
    """The limits of one client: seconds to connect and seconds without a byte, for each attempt.

    A client of `chalicelib.aws.signed` has all its attempts within `longest_seconds`."""

    connect_seconds: float
    read_seconds: float
    attempts: int = 1

    @property
    def longest_seconds(self) -> float:
        """All attempts, and botocore's pauses between them: 1 s at most after the first, then twice as much each."""
        return self.attempts * (self.connect_seconds + self.read_seconds) + 2.0 ** (self.attempts - 1) - 1

    def client(self, service: Any) -> Any:
        """A client of that service which has this patience, and begins no call too late."""
        from botocore.config import Config

        from chalicelib.aws.session import session  # botocore itself, which no prediction needs

        config = Config(
            connect_timeout=self.connect_seconds,
            read_timeout=self.read_seconds,
            retries={"mode": "standard", "total_max_attempts": self.attempts},
        )
        client = session().create_client(service, config=config)
        client.meta.events.register("before-call", lambda **_: self.check())
        return client

    def check(self) -> None:
        """Raises OutOfTime where a call could take longer than what is left."""
        ends_at = _ends_at.get()
        if ends_at is not None and ends_at - time.monotonic() < self.longest_seconds:
            raise OutOfTime("too little time is left for this call")


@contextmanager
def ending_within(milliseconds: float) -> Iterator[None]:
    """Nothing in it begins a call that could take longer than what is left. Without it, calls begin at any time."""
    token = _ends_at.set(time.monotonic() + milliseconds / 1000 - ANSWER_SECONDS)
    try:
        yield
    finally:
        _ends_at.reset(token)


PATIENT = Patience(connect_seconds=2, read_seconds=25, attempts=2)
"""For tasks, whose functions have 120 s or more, and for operators."""
PROMPT = Patience(connect_seconds=2, read_seconds=20)
"""For the predict path, which cannot wait twice for an answer."""
UNHURRIED = Patience(connect_seconds=2, read_seconds=SERVING_SECONDS_MAX + 2, attempts=2)
"""For a task that asks a version, which may take as long as its recipe says."""
BRIEF = Patience(connect_seconds=2, read_seconds=5, attempts=2)
"""For all other calls of the API and of the night's start."""
MOVING = Patience(connect_seconds=1, read_seconds=8)
"""For the function move-alias, somebody waiting for it."""
ATTENTIVE = Patience(connect_seconds=1, read_seconds=MOVE_SECONDS + 1)
"""For a call that may take MOVE_SECONDS; asked once, as it moves."""
WATCHFUL = Patience(connect_seconds=1, read_seconds=4)
"""For the API while it waits for the end of a batch: it looks until shortly before its own end."""
