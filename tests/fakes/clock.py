"""A clock that moves only when a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class FakeClock:
    """A `Clock`; its `sleep` stands in for time.sleep and takes no time.

    >>> clock = FakeClock()
    >>> clock.sleep(90)
    >>> clock().isoformat()
    '2026-11-21T03:01:30+00:00'
    """

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
