"""The emulator's state on disk, every 2 s while anything happens: it writes it at a clean stop alone.

S3's objects are on disk as soon as they are written. Each file is written aside and renamed, so that a kill at any
moment leaves the state before or after, service by service.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

INTERVAL_SECONDS = 2.0
TRIES = 20

AT_STOP_ONLY = {"cloudwatch", "cloudwatch_logs"}
"""They grow with every invocation, and no promise rests on them."""

Read = Callable[[], Any]


class Checkpoint:
    """Saves all services, or those that matter, when there is something new."""

    def __init__(self) -> None:
        self._saving = threading.Lock()
        self._requests = 0
        self._saved_requests = -1
        self._settled = False

    def counting(self, app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """`app`, with its requests taken as a sign that there is something to save."""

        async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
            self._requests += 1
            try:
                await app(scope, receive, send)
            finally:
                self._requests += 1

        return serve

    def keep(self) -> None:
        """Save every INTERVAL_SECONDS, for ever; to be run in a thread of its own."""
        pause = threading.Event()
        while not pause.wait(INTERVAL_SECONDS):
            if self._news():
                try:
                    self.save(without=AT_STOP_ONLY)
                except Exception:  # noqa: BLE001 - the next one may succeed; without this thread all would be lost
                    traceback.print_exc()

    def save(self, *, without: Collection[str] = ()) -> None:
        from ministack import app
        from ministack.core import persistence

        with self._saving, _code_kept():
            for name, read in app._build_persistence_save_dict().items():
                if name not in without and (state := steady(read)) is not None:
                    persistence.save_state(name, state)

    def _news(self) -> bool:
        """True when requests came or executions run, and once more after that."""
        active = self._requests != self._saved_requests or _executions_run()
        self._saved_requests = self._requests
        needed = active or not self._settled
        self._settled = not active
        return needed


def steady(read: Read) -> Any:
    """What `read` answers; it copies dictionaries that requests may be changing, and Python then gives up."""
    for _ in range(TRIES - 1):
        try:
            return read()
        except RuntimeError as error:
            if "during iteration" not in str(error):
                raise
    return read()


@contextmanager
def _code_kept() -> Iterator[None]:
    """Let the emulator delete the code that a new state does not need after that state is written, not before:
    until then the old one is what a restart reads."""
    from ministack.services import lambda_svc

    referenced: list[set[str]] = []
    prune, lambda_svc._prune_orphan_code_blobs = lambda_svc._prune_orphan_code_blobs, referenced.append
    try:
        yield
    finally:
        lambda_svc._prune_orphan_code_blobs = prune
    if referenced:
        prune(referenced[-1])


def _executions_run() -> bool:
    from ministack.services import stepfunctions

    return any(each.get("status") == "RUNNING" for each in stepfunctions._executions.all_values())
