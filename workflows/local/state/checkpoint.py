"""Saves the emulator's state to disk, every 2 s while anything happens: it writes it only at a clean stop by itself.

S3's objects are on disk as soon as they are written; `generations` keeps the rest.
"""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from workflows.local.state import disk_full
from workflows.local.state.generations import Generations

INTERVAL_SECONDS = 2.0
TRIES = 20

AT_REST_ONLY = {"cloudwatch", "cloudwatch_logs"}
"""They grow with every invocation, and nothing depends on them."""

Read = Callable[[], Any]


class Checkpoint:
    """Saves all services, or those that matter, when there is something new; nothing before `begin`."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._saving = threading.Lock()
        self._loaded = threading.Event()
        self._requests = 0
        self._saved_requests = -1
        self._settled = False
        self._failing = False

    def begin(self) -> None:
        """Start saving: everything is loaded, so from now on the services hold the state."""
        self._loaded.set()

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
        self._loaded.wait()
        pause = threading.Event()
        while not pause.wait(INTERVAL_SECONDS):
            if self._news():
                self.attempt(without=() if self._settled else AT_REST_ONLY)

    def attempt(self, *, without: Collection[str] = ()) -> None:
        """Save, or report once that it fails; the next attempt comes even if nothing changes meanwhile."""
        try:
            self.save(without=without)
        except Exception as error:  # noqa: BLE001 - without the thread that this runs in all would be lost
            self._saved_requests = -1
            if not self._failing:
                print(
                    f"the state cannot be saved now, which is tried again and again: {self._why(error)}", flush=True
                )
            self._failing = True
            return
        if self._failing:
            print("the state is saved again", flush=True)
        self._failing = False

    def save(self, *, without: Collection[str] = ()) -> None:
        """Save what the services hold, once everything is loaded: before that they look empty."""
        if not self._loaded.is_set():
            return
        from ministack import app

        with self._saving, _packages_kept() as prune:
            services = app._build_persistence_save_dict()
            read = {name: _body(name, services[name]) for name in services if name not in without}
            self._generations.save({name: body for name, body in read.items() if body is not None})
            if not without:
                self._generations.save({})  # a second copy of everything, for as long as it rests
            prune(self._generations.packages())

    def _why(self, error: Exception) -> str:
        if disk_full.is_full(error):
            return disk_full.message(self._generations.folder)
        return "".join(traceback.format_exception(error))

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


def _body(name: str, read: Read) -> bytes | None:
    """A service's file as the emulator reads it; None when it has nothing to save, or cannot say it."""
    from ministack.core import persistence

    try:
        state = steady(read)
        if state is None:
            return None
        saved = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
        return json.dumps(saved, default=persistence._json_default).encode()
    except OSError:  # of the disk: it has no room for a function's package
        raise
    except Exception:  # noqa: BLE001 - the others are saved all the same, beside what was saved of this one before
        traceback.print_exc()
        return None


@contextmanager
def _packages_kept() -> Iterator[Callable[[set[str]], None]]:
    """Let the emulator delete no function's package by itself: the generation before may need it."""
    from ministack.services import lambda_svc

    prune = lambda_svc._prune_orphan_code_blobs
    lambda_svc._prune_orphan_code_blobs = lambda _referenced: None
    try:
        yield prune
    finally:
        lambda_svc._prune_orphan_code_blobs = prune


def _executions_run() -> bool:
    from ministack.services import stepfunctions

    return any(each.get("status") == "RUNNING" for each in stepfunctions._executions.all_values())
