"""Runs processes interleaved, one at a time, in an order that a seed decides.

A process is a thread that holds the baton while it runs and hands it on wherever it calls `pause`, that is at every
call to the outside world. What happens between two calls is nobody else's business, so nothing is lost by switching
there alone. The same seed gives the same order, and a switch takes a few microseconds.
"""

from __future__ import annotations

import _thread
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from tests.fakes.clock import FakeClock

STEP_LIMIT = 20_000
"""Switching points of one world: beyond it, processes wait for one another forever."""
LONGEST_CALL_SECONDS = 0.04
"""A call to the outside world takes up to so long: less than makes a version slow beside another."""
SLOW_SHARE = 0.02
"""How often (0..1) a sleeper wakes although others are ready: they are slow then."""


class Killed(BaseException):
    """The process dies here: no product code can catch it, as none can catch a SIGKILL."""


class Stuck(Exception):
    """No process can go on, or they go on forever."""


def _always() -> bool:
    return True


class Process:
    """`error` is what ended it, None when it ended well or has not ended."""

    def __init__(self, name: str, body: Callable[[], None], *, wakes_at: datetime) -> None:
        self.name = name
        self.body = body
        self.calls = 0
        """How many calls to the outside world it has begun."""
        self.done = False
        self.killed = False
        self.error: BaseException | None = None
        self.ready: Callable[[], bool] = _always
        self.wakes_at = wakes_at
        """When it goes on, if it is ready."""
        self.gives_up_at: datetime | None = None
        """When it goes on although it is not ready."""
        self.baton = _thread.allocate_lock()
        self.baton.acquire()

    def is_done(self) -> bool:
        return self.done


class Scheduler:
    """`spawn` what should happen, then `run` it all to its end."""

    def __init__(self, *, random: Random, clock: FakeClock, slow_share: float = SLOW_SHARE) -> None:
        self.clock = clock
        self._slow_share = slow_share
        self.current: Process | None = None
        self._random = random
        self._stickiness = random.choice((0.0, 0.5, 0.8, 0.95))
        self._live: list[Process] = []
        self._main = _thread.allocate_lock()
        self._main.acquire()
        self._steps = 0
        self._failure: BaseException | None = None

    @property
    def actor(self) -> str:
        """The name of the process that runs now."""
        return self.current.name if self.current else "world"

    def spawn(self, name: str, body: Callable[[], None], *, delay_seconds: float = 0) -> Process:
        """A process that begins, at the earliest, after the delay; an exception that it lets out ends `run`."""
        process = Process(name, body, wakes_at=self.clock.now + timedelta(seconds=delay_seconds))
        self._live.append(process)
        _thread.start_new_thread(self._live_through, (process,))
        return process

    def run(self) -> None:
        """Until every process is done. Raises Stuck, or what a process let out."""
        try:
            self._hand_over(self._choose())
            self._main.acquire()
        finally:
            self._bury()
        if self._failure:
            raise self._failure

    def pause(self) -> None:
        """A switching point of the process that runs; raises Killed when it is to die."""
        process = self._running()
        self.clock.sleep(self._random.random() * LONGEST_CALL_SECONDS)
        self._yield(process)

    def work(self) -> None:
        """A call without a switching point: the process is not held up by others while its time is measured."""
        self._running()
        self.clock.sleep(self._random.random() * LONGEST_CALL_SECONDS)

    def sleep(self, seconds: float) -> None:
        process = self._running()
        process.wakes_at = self.clock.now + timedelta(seconds=seconds)
        self._yield(process)

    def stall(self, longest_seconds: float) -> None:
        """Sleep up to so long, more likely briefly."""
        self.sleep(longest_seconds * self._random.random() ** 3)

    def wait_until(self, ready: Callable[[], bool], *, timeout_seconds: float | None = None) -> None:
        """Until it is so, or until the time is over."""
        process = self._running()
        process.ready = ready
        if timeout_seconds is not None:
            process.gives_up_at = self.clock.now + timedelta(seconds=timeout_seconds)
        self._yield(process)
        process.ready, process.gives_up_at = _always, None

    def die(self) -> None:
        """Kill the process that runs; whatever cleaning up it tries is in vain, because its every call dies too."""
        self._running().killed = True
        raise Killed

    def _running(self) -> Process:
        assert self.current is not None, "only a process of the scheduler can pause"
        if self.current.killed:
            raise Killed
        return self.current

    def _yield(self, process: Process) -> None:
        try:
            chosen = self._choose()
        except Stuck as stuck:
            self._failure = stuck
            chosen = None
        if chosen is not process:
            self._hand_over(chosen)
            process.baton.acquire()
        if process.killed:
            raise Killed

    def _live_through(self, process: Process) -> None:
        process.baton.acquire()
        try:
            if not process.killed:
                process.body()
        except BaseException as error:  # noqa: BLE001 - whatever ends a process, the baton has to go on
            process.error = error
            if not isinstance(error, Killed):
                self._failure = self._failure or error
        process.done = True
        self._live.remove(process)
        self._hand_over(self._next_after_end())

    def _next_after_end(self) -> Process | None:
        if self._failure or not self._live:
            return None
        try:
            return self._choose()
        except Stuck as stuck:
            self._failure = stuck
            return None

    def _hand_over(self, process: Process | None) -> None:
        self.current = process
        (process.baton if process else self._main).release()

    def _choose(self) -> Process:
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise Stuck(f"after {STEP_LIMIT} steps: {self._describe()}")
        now = self.clock.now
        current = self.current
        if current and not current.done and self._random.random() < self._stickiness and _can_run(current, now):
            return current
        ready = [each for each in self._live if _can_run(each, now)]
        if ready and self._random.random() >= self._slow_share:
            return self._random.choice(ready)
        sleepers = [(each.wakes_at, each) for each in self._live if each.wakes_at > now and each.ready()]
        if ready and not sleepers:
            return self._random.choice(ready)
        waiting = [(each.gives_up_at, each) for each in self._live if each.gives_up_at and not ready]
        if not sleepers and not waiting:
            raise Stuck(f"nobody can go on: {self._describe()}")
        self.clock.now, first = min(sleepers + waiting, key=lambda each: each[0])
        return first

    def _describe(self) -> str:
        return ", ".join(f"{each.name} ({each.calls} calls)" for each in self._live)

    def _bury(self) -> None:
        """Let the threads of a run that ended early end too."""
        while self._live:
            process = self._live[0]
            process.killed = True
            self._failure = self._failure or Stuck(f"left over: {self._describe()}")
            self._hand_over(process)
            self._main.acquire()
        self.current = None


def _can_run(process: Process, now: datetime) -> bool:
    given_up = process.gives_up_at is not None and process.gives_up_at <= now
    return process.wakes_at <= now and (given_up or process.ready())
