"""A coroutine that does not wait is run as it is; one that waits is bounded, and ends as asyncio would end it."""

from __future__ import annotations

import asyncio

import pytest

from workflows.inference.bounding import within

LONG, SHORT = 60.0, 0.01


def test_what_does_not_wait_is_returned_even_where_it_has_no_time() -> None:
    async def here() -> str:
        return "here"

    assert asyncio.run(within(-1, here())) == "here"


def test_what_waits_is_returned_when_it_comes() -> None:
    async def coming() -> list[str]:
        event, told = asyncio.Event(), list[str]()
        asyncio.get_running_loop().call_soon(event.set)
        await event.wait()
        told.append("once")
        await asyncio.sleep(0)
        return [*told, "again"]

    assert asyncio.run(within(LONG, coming())) == ["once", "again"]


def test_what_waits_too_long_is_cancelled_and_may_tidy_up() -> None:
    tidied = []

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tidied.append(True)

    with pytest.raises(TimeoutError):
        asyncio.run(within(SHORT, never()))

    assert tidied == [True]


@pytest.mark.parametrize("waits", [False, True])
def test_what_it_raises_goes_on(waits: bool) -> None:
    async def failing() -> None:
        if waits:
            await asyncio.sleep(0)
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        asyncio.run(within(LONG, failing()))


def test_a_cancellation_from_outside_is_one() -> None:
    async def cancelled() -> bool:
        task = asyncio.create_task(within(LONG, asyncio.Event().wait()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(cancelled())


def test_an_error_that_it_takes_itself_does_not_end_it() -> None:
    async def patient() -> str:
        try:
            await asyncio.wait_for(asyncio.Event().wait(), SHORT)
        except TimeoutError:
            return "went on"
        return "came"

    assert asyncio.run(within(LONG, patient())) == "went on"
