"""Stops the local AWS in the right order: functions first, so that a training run delays nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PARENT_CHECK_SECONDS = 1.0


async def asked(*, parent: int | None) -> str:
    """Wait for a signal to stop or for the end of the process that started this one; says which it was.

    A process gets another parent when its own dies, so this asks for no process by a number that may be reused.
    """
    reason: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def give(why: str) -> None:
        if not reason.done():
            reason.set_result(why)

    for each in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(each, give, each.name)
    while not reason.done():
        if parent is not None and os.getppid() != parent:
            give("the end of the command that started it")
        await asyncio.wait([reason], timeout=PARENT_CHECK_SECONDS)
    return reason.result()


def stop(
    *, stopping: threading.Event, kill: Callable[[], None], save: Callable[[], None], sweep: Callable[[], None]
) -> None:
    """Freeze, end the functions' processes, clean up, save. Executions that ran are saved as running.

    It cleans up first, for saving may need the room. What cannot be saved costs the latest state, and never the stop.
    """
    stopping.set()
    kill()
    sweep()
    try:
        save()
    except OSError as error:
        print(f"the latest state could not be saved: {error}", flush=True)
