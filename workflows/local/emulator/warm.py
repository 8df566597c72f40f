"""Keeps the processes of functions: a call takes one that is free, and one that nobody asks for long enough is ended.

As on Lambda, a process answers one call at a time, and a call that finds none free starts one. But where Lambda has a
machine for each, all share this one: fifty that start together take so long that their callers give up. So a function
starts few at a time, and a call that would start one more takes the first that becomes free instead.

A function that gets other code, or other settings, loses its processes, each when its call is over.

The emulator itself would start them all, keep one of every version for good, and end calls with their processes.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

VERSIONS = 4
"""Of a function that keep their processes: the live one, its candidate, and the two that a rollback goes between."""
STARTING = 2 * (os.cpu_count() or 1)
"""Processes of a version that start at the same time. The first call counts too, since much may be loaded in it."""
STARTING_SECONDS = 5.0
"""Nor does a process count for longer: a long first call, or one that calls its own function, holds up no other."""

OUTDATED = "outdated"
"""The pool of those that answer their last call."""

Pools = MutableMapping[str, list[Any]]
"""Processes by ACCOUNT:REGION:FUNCTION:VERSION."""


def install(*, idle_seconds: float) -> None:
    """End a process that was not asked for `idle_seconds`: the next call is a cold start."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    processes = Processes(lambda_runtime, idle_seconds=idle_seconds)
    lambda_svc.acquire_worker = processes.acquire
    lambda_svc.release_worker = processes.release
    lambda_svc.invalidate_worker = processes.end
    lambda_svc.reap_idle_workers = processes.retire  # the emulator calls it every 30 s


class Processes:
    """Those of all functions. `runtime` is the emulator's module that starts and ends them."""

    def __init__(
        self, runtime: Any, *, idle_seconds: float, starting: int = STARTING, clock: Callable[[], float] = time.time
    ) -> None:
        self._runtime = runtime
        self._pools: Pools = runtime._workers
        self._changed = threading.Condition(runtime._lock)
        self._idle_seconds = idle_seconds
        self._starting = starting
        self._clock = clock
        self._own = threading.local()
        """`process`: that of the call which this thread makes."""

    def acquire(self, function: str, config: Any, package: bytes, qualifier: str = "$LATEST") -> tuple[Any, str]:
        """A process for one call, and how it was found; release it after the call."""
        key = self._runtime._worker_key(function, config, qualifier)
        with self._changed:
            doomed = self._idle()
            while (found := self._free(key)) is None and (seconds := self._seconds_to_wait(key)) > 0:
                self._changed.wait(seconds)
            how = "reused" if found else "spawn"
            if found is None:
                found = self._runtime._worker_class_for(config)(function, config, package)
                found.starting_since = self._clock()
                self._pools.setdefault(key, []).append(found)
            found.in_use = True
            found.last_used = self._clock()
            doomed += self._taken_out(each for key in forgotten(self._pools) for each in self._pools[key])
        self._own.process = found
        self._runtime.kill_workers(doomed)
        return found, how

    def release(self, process: Any | None) -> None:
        """After a call; None stands for a process that the emulator has ended."""
        doomed: list[Any] = []
        with self._changed:
            if process is not None:
                process.starting_since = None
                process.in_use = False
                process.last_used = self._clock()
                if process in self._pools.get(OUTDATED, ()):
                    doomed = self._taken_out([process])
            self._own.process = None
            self._changed.notify_all()
        self._runtime.kill_workers(doomed)

    def end(
        self, function: str, qualifier: str | None = None, account: str | None = None, region: str | None = None
    ) -> None:
        """End the processes of a function or version, that changed or is gone: those that answer a call, after it.

        A thread that calls this amid a call of its own says that the call went wrong, and its process ends too.
        """
        wanted = (account, region, function, qualifier)
        with self._changed:
            found = [each for key, pool in self._pools.items() if _is_of(key, wanted) for each in pool]
            own = getattr(self._own, "process", None)
            busy = [each for each in found if each.in_use and each is not own]
            if own is not None and own not in found:  # it changed before the call went wrong
                found.append(own)
            self._taken_out(found)
            if busy:
                self._pools.setdefault(OUTDATED, []).extend(busy)
        self._runtime.kill_workers([each for each in found if each not in busy])

    def retire(self) -> int:
        """End the processes that nobody asked for long enough; returns how many."""
        with self._changed:
            doomed = self._idle()
        self._runtime.kill_workers(doomed)
        return len(doomed)

    def _free(self, key: str) -> Any | None:
        return next((each for each in self._pools.get(key, ()) if not each.in_use), None)

    def _seconds_to_wait(self, key: str) -> float:
        """0 where one more may start; else until the first of those that start ceases to count."""
        since = [each.starting_since for each in self._pools.get(key, ()) if each.starting_since is not None]
        ends = sorted(end for begun in since if (end := begun + STARTING_SECONDS) > self._clock())
        return ends[0] - self._clock() if len(ends) >= self._starting else 0.0

    def _idle(self) -> list[Any]:
        before = self._clock() - self._idle_seconds
        every = [each for pool in self._pools.values() for each in pool]
        return self._taken_out(each for each in every if not each.in_use and each.last_used < before)

    def _taken_out(self, processes: Iterable[Any]) -> list[Any]:
        taken = list(processes)
        for key, pool in list(self._pools.items()):
            self._pools[key] = [each for each in pool if each not in taken]
            if not self._pools[key]:
                del self._pools[key]
        return taken


def _is_of(key: str, wanted: tuple[str | None, ...]) -> bool:
    parts = key.split(":")
    return len(parts) == len(wanted) and all(each in (None, part) for part, each in zip(parts, wanted, strict=True))


def forgotten(pools: Pools) -> list[str]:
    """The pools that are to lose their processes: of each function all but the last used, and none in use.

    >>> from types import SimpleNamespace as Worker
    >>> pools = {f"0:r:serve:{number}": [Worker(in_use=False, last_used=number)] for number in range(1, 7)}
    >>> forgotten(pools)
    ['0:r:serve:1', '0:r:serve:2']
    """
    by_function: dict[str, list[tuple[float, str]]] = {}
    for key, workers in pools.items():
        function = key.rpartition(":")[0]
        used = max((worker.last_used for worker in workers), default=0.0)
        by_function.setdefault(function, []).append((used, key))
    oldest = [key for used in by_function.values() for _, key in sorted(used)[:-VERSIONS]]
    return [key for key in oldest if not any(worker.in_use for worker in pools[key])]
