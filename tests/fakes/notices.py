"""The stage's topic and event bus in memory: a `Notices` that keeps what was sent."""

from __future__ import annotations

from chalicelib.edges import Clock
from chalicelib.edges.notices import Notice
from tests.fakes.clock import FakeClock
from tests.fakes.history import History


class InMemoryNotices:
    """`sent` is in order. `history` gets notice (kind, detail), of the model."""

    def __init__(self, *, clock: Clock | None = None, history: History | None = None) -> None:
        self._history = history or History(clock=clock or FakeClock())
        self.sent: list[Notice] = []

    def send(self, notice: Notice) -> None:
        self.sent.append(notice)
        self._history.record("notice", notice.model, kind=notice.kind, detail=dict(notice.detail))
