"""Processes are those of a made-up runtime, whose clock stands still but for where a test moves it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workflows.local.emulator.warm import STARTING_SECONDS, VERSIONS, Processes, forgotten

IDLE_SECONDS = 1200.0


class Process:
    def __init__(self, function: str = "", config: Any = None, package: bytes = b"") -> None:
        self.in_use = False
        self.last_used = 0.0
        self.starting_since: float | None = None


class Runtime:
    """The part of the emulator that makes processes and ends them."""

    def __init__(self) -> None:
        self._workers: dict[str, list[Any]] = {}
        self._lock = threading.Lock()
        self.ended: list[Any] = []

    def _worker_key(self, function: str, config: Any, qualifier: str) -> str:
        return f"0:r:{function}:{qualifier}"

    def _worker_class_for(self, config: Any) -> type[Process]:
        return Process

    def kill_workers(self, processes: list[Any]) -> None:
        self.ended += processes


class World:
    def __init__(self, *, starting: int = 2) -> None:
        self.now = 10_000.0
        self.runtime = Runtime()
        self.processes = Processes(self.runtime, idle_seconds=IDLE_SECONDS, starting=starting, clock=lambda: self.now)

    def call(self, function: str = "serve", qualifier: str = "1") -> tuple[Any, str]:
        return self.processes.acquire(function, None, b"", qualifier=qualifier)

    def answered(self, function: str = "serve", qualifier: str = "1") -> Any:
        """The process of a call that is over."""
        process, _ = self.call(function, qualifier)
        self.processes.release(process)
        return process

    @contextmanager
    def one_more(self, function: str = "serve") -> Iterator[Future[tuple[Any, str]]]:
        """A call in a thread of its own, which may have to wait."""
        with ThreadPoolExecutor(1) as pool:
            yield pool.submit(self.call, function)


def test_call_takes_a_process_that_is_free() -> None:
    world = World()
    first = world.answered()

    assert world.call() == (first, "reused")


def test_process_answers_one_call_at_a_time() -> None:
    world = World()

    (first, _), (second, how) = world.call(), world.call()

    assert first is not second
    assert how == "spawn"


def test_call_beyond_those_that_start_takes_the_first_process_that_becomes_free() -> None:
    world = World()
    first, _ = world.call()
    world.call()

    with world.one_more() as waiting:
        assert not waiting.done()
        world.processes.release(first)

    assert waiting.result() == (first, "reused")


def test_call_waits_for_no_start_of_another_version_or_function() -> None:
    world = World(starting=1)

    started = [world.call(), world.call(qualifier="2"), world.call("train")]

    assert [how for _, how in started] == ["spawn"] * 3


def test_process_that_has_answered_once_does_not_count_as_starting() -> None:
    world = World(starting=1)
    world.answered()
    world.call()

    assert world.call()[1] == "spawn"


def test_long_first_call_holds_up_no_other_for_long() -> None:
    world = World(starting=1)
    world.call()
    world.now += STARTING_SECONDS

    assert world.call()[1] == "spawn"


def test_call_starts_a_process_once_the_emulator_has_ended_one_that_did_not_start() -> None:
    world = World(starting=1)
    world.call()

    with world.one_more() as waiting:
        with world.runtime._lock:
            world.runtime._workers.clear()
        world.processes.release(None)

    assert waiting.result()[1] == "spawn"


def test_call_after_a_long_pause_is_a_cold_start() -> None:
    world = World()
    first = world.answered()
    world.now += IDLE_SECONDS + 1

    process, how = world.call()

    assert (how, world.runtime.ended) == ("spawn", [first])
    assert process is not first


def test_call_before_the_end_of_the_pause_is_not() -> None:
    world = World()
    world.answered()
    world.now += IDLE_SECONDS

    assert world.call()[1] == "reused"


def test_pause_begins_with_the_end_of_a_call() -> None:
    world = World()
    process, _ = world.call()
    world.now += 900
    world.processes.release(process)
    world.now += IDLE_SECONDS

    assert world.processes.retire() == 0


def test_only_idle_processes_are_retired_the_last_one_too() -> None:
    world = World()
    idle, (busy, _) = world.answered(), world.call("train")
    world.now += IDLE_SECONDS + 1

    assert world.processes.retire() == 1
    assert world.runtime.ended == [idle]
    assert world.runtime._workers == {"0:r:train:1": [busy]}


def test_call_of_a_new_version_ends_the_processes_of_the_oldest() -> None:
    world = World()
    first = world.answered(qualifier="1")
    for number in range(2, VERSIONS + 1):
        world.now += 1
        world.answered(qualifier=str(number))

    world.now += 1
    world.call(qualifier="9")

    assert world.runtime.ended == [first]
    assert len(world.runtime._workers) == VERSIONS


def test_function_that_changed_loses_its_processes_each_when_its_call_is_over() -> None:
    world = World()
    free, (busy, _), (other, _) = world.answered(qualifier="$LATEST"), world.call(qualifier="1"), world.call("train")
    (answering, _), (second, _) = world.call(qualifier="$LATEST"), world.call(qualifier="$LATEST")
    assert answering is free

    in_another_thread(world.processes.end, "serve", qualifier="$LATEST", account="0", region="r")
    next_one, how = world.call(qualifier="$LATEST")

    assert (how, world.runtime.ended) == ("spawn", [])
    assert next_one not in (answering, second)
    world.processes.release(answering)
    assert world.runtime.ended == [answering]
    world.processes.release(second)
    world.processes.release(busy)
    world.processes.release(other)
    assert world.runtime.ended == [answering, second]


def test_function_that_is_gone_loses_the_processes_of_all_its_versions_and_no_other_does() -> None:
    world = World()
    first, second, other = world.answered(), world.answered(qualifier="2"), world.answered("serve-2")

    in_another_thread(world.processes.end, "serve")

    assert world.runtime.ended == [first, second]
    assert world.runtime._workers == {"0:r:serve-2:1": [other]}


def test_call_that_went_wrong_ends_its_own_process_at_once_and_those_beside_it_after_their_calls() -> None:
    world = World()
    with ThreadPoolExecutor(1) as beside:
        answering, _ = beside.submit(world.call).result()
        broken, _ = world.call()

        world.processes.end("serve", qualifier="1", account="0", region="r")
        world.processes.release(None)

        assert world.runtime.ended == [broken]
        beside.submit(world.processes.release, answering).result()
    assert world.runtime.ended == [broken, answering]
    assert world.runtime._workers == {}


def test_call_that_went_wrong_after_its_function_changed_ends_its_process() -> None:
    world = World()
    broken, _ = world.call()
    in_another_thread(world.processes.end, "serve")

    world.processes.end("serve", qualifier="1", account="0", region="r")
    world.processes.release(None)

    assert world.runtime.ended == [broken]
    assert world.runtime._workers == {}


def in_another_thread(do: Callable[..., None], *given: str, **named: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(do, *given, **named).result()


@given(st.lists(st.sampled_from(["call", "end", "pause", "change"])))
def test_no_process_answers_two_calls_and_none_is_ended_in_one(steps: list[str]) -> None:
    world, going = World(starting=100), []
    for step in steps:
        if step == "call":
            process, _ = world.call()
            assert process not in going
            going.append(process)
        elif step == "end" and going:
            world.processes.release(going.pop())
        elif step == "pause":
            world.now += 700
        elif step == "change":
            in_another_thread(world.processes.end, "serve")
        assert not set(going) & set(world.runtime.ended)


def pools(*used: float, function: str = "serve") -> dict[str, list[Any]]:
    made: dict[str, list[Any]] = {f"0:r:{function}:{number}": [Process()] for number, _ in enumerate(used, 1)}
    for (process,), moment in zip(made.values(), used, strict=True):
        process.last_used = moment
    return made


def test_versions_asked_last_keep_their_processes() -> None:
    assert forgotten(pools(5, 1, 4, 2, 3, 6)) == ["0:r:serve:2", "0:r:serve:4"]


def test_function_that_is_at_work_is_not_ended_however_old() -> None:
    going = pools(*range(VERSIONS + 1))
    going["0:r:serve:1"][0].in_use = True

    assert forgotten(going) == []


def test_functions_do_not_count_for_each_other() -> None:
    assert forgotten(pools(*range(VERSIONS)) | pools(*range(VERSIONS), function="train")) == []
