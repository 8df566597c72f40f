"""Processes are interleaved as the seed says, and end as they should."""

from __future__ import annotations

from random import Random

import pytest

from tests.fakes.clock import START, FakeClock
from tests.simulation.scheduler import Killed, Scheduler, Stuck


def scheduler_of(seed: int) -> Scheduler:
    return Scheduler(random=Random(seed), clock=FakeClock())


def order(seed: int) -> str:
    """Who came when, of three processes that pause three times each."""
    scheduler = scheduler_of(seed)
    trace: list[str] = []

    def body() -> None:
        for _ in range(3):
            trace.append(scheduler.actor)
            scheduler.pause()

    for name in "abc":
        scheduler.spawn(name, body)
    scheduler.run()
    return "".join(trace)


def test_the_same_seed_gives_the_same_order_and_others_give_others() -> None:
    orders = [order(seed) for seed in range(50)]

    assert orders == [order(seed) for seed in range(50)]
    assert len(set(orders)) > 25
    assert all(sorted(each) == list("aaabbbccc") for each in orders)


def test_sleeping_takes_no_time_but_passes_it() -> None:
    scheduler = scheduler_of(1)
    woken: list[float] = []

    def body() -> None:
        scheduler.sleep(3600)
        woken.append((scheduler.clock.now - START).total_seconds())

    scheduler.spawn("sleeper", body, delay_seconds=60)
    scheduler.run()

    assert woken == [3660]


def test_a_process_waits_until_another_has_done_something_or_gives_up() -> None:
    scheduler = scheduler_of(2)
    events: list[str] = []

    def waits() -> None:
        scheduler.wait_until(lambda: "done" in events)
        events.append("seen")
        scheduler.wait_until(lambda: "never" in events, timeout_seconds=10)
        events.append("given up")

    def does() -> None:
        scheduler.sleep(5)
        events.append("done")

    scheduler.spawn("waits", waits)
    scheduler.spawn("does", does)
    scheduler.run()

    assert events == ["done", "seen", "given up"]


def test_waiting_for_what_never_comes_is_found_out() -> None:
    scheduler = scheduler_of(3)
    process = scheduler.spawn("waits", lambda: scheduler.wait_until(lambda: False))

    with pytest.raises(Stuck, match="waits"):
        scheduler.run()

    assert process.done


def test_going_on_forever_is_found_out() -> None:
    scheduler = scheduler_of(4)

    def forever() -> None:
        while True:
            scheduler.pause()

    scheduler.spawn("forever", forever)

    with pytest.raises(Stuck, match="forever"):
        scheduler.run()


def test_a_killed_process_cannot_clean_up() -> None:
    scheduler = scheduler_of(5)
    trace: list[str] = []

    def body() -> None:
        try:
            scheduler.die()
        except Exception:  # noqa: BLE001 - not even this may catch it
            trace.append("caught")
        finally:
            scheduler.pause()
            trace.append("cleaned up")

    process = scheduler.spawn("victim", body)
    scheduler.run()

    assert trace == []
    assert isinstance(process.error, Killed)


def test_an_exception_of_a_process_ends_the_run_and_all_other_processes() -> None:
    scheduler = scheduler_of(6)

    def fails() -> None:
        scheduler.sleep(1)
        raise ZeroDivisionError

    other = scheduler.spawn("other", lambda: scheduler.sleep(100))
    scheduler.spawn("fails", fails)

    with pytest.raises(ZeroDivisionError):
        scheduler.run()

    assert other.done
    assert isinstance(other.error, Killed)
