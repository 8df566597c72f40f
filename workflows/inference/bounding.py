"""Bounds how long a coroutine may wait, at no cost for one that does not wait.

A body of a few rows is here with its head, and to set a timer and take it back costs as much as to score them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


async def within(seconds: float, coroutine: Coroutine[Any, Any, Result]) -> Result:
    """What it returns; raises TimeoutError where it has waited for longer."""
    try:
        waited_for = coroutine.send(None)
    except StopIteration as ended:
        result: Result = ended.value
        return result
    async with asyncio.timeout(seconds):
        return await _Rest(coroutine, waited_for)


class _Rest(Generic[Result]):
    """What is left of a coroutine that waits: the event loop is given what it waits for, as if it had just asked."""

    def __init__(self, coroutine: Coroutine[Any, Any, Result], waited_for: object) -> None:
        self._coroutine = coroutine
        self._waited_for = waited_for

    def __await__(self) -> Generator[Any, Any, Result]:
        waited_for = self._waited_for
        try:
            while True:
                try:
                    came = yield waited_for
                except BaseException as exc:  # noqa: BLE001 - as a cancellation comes, which is the coroutine's to end by
                    waited_for = self._coroutine.throw(exc)
                else:
                    waited_for = self._coroutine.send(came)
        except StopIteration as ended:
            result: Result = ended.value
            return result
