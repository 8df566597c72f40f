"""Loads the saved state into the emulator, all or nothing: by itself it would only log a failure, and go on empty."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from workflows.local.state.checkpoint import Checkpoint
from workflows.local.state.generations import Generations

REJECTED = 5
"""The exit code of a server that has put aside a file that it cannot load: start it again, without the file."""

TOLD = "state: "
"""The beginning of each line of the log that the user has to see."""

STOPPED = "the local AWS was stopped while it was going on"
ENDED_AS = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
}
"""What becomes of a stack that was being changed when the server ended: nothing else would ever end its change."""


def install(generations: Generations, checkpoint: Checkpoint) -> None:
    """Let the emulator load by `load`, when it starts; nothing is saved before it is done."""
    from ministack import app

    app._load_persisted_state = lambda: load(generations, checkpoint)
    app.save_all = lambda _services: checkpoint.save()


def tell(line: str) -> None:
    print(f"{TOLD}{line}", flush=True)


def load(generations: Generations, checkpoint: Checkpoint) -> None:
    """Give every service what was saved of it. Ends the process when one refuses that: half of it may be loaded."""
    from ministack import app

    for name, module in app._state_map.items():
        if not (generations.folder / f"{name}.json").exists():
            continue
        try:
            load_one(name, app._get_module(module).load_persisted_state)
        except Exception as error:  # noqa: BLE001 - whatever a service makes of a file
            traceback.print_exc()
            _reject(generations, name, error)
    end_unfinished_stacks()
    checkpoint.begin()


def load_one(name: str, restore: Callable[[Any], None]) -> None:
    """Load one service; raises whatever it raises, and UnknownFormat for a file of a newer emulator."""
    from ministack.core import persistence

    state = persistence.load_state(name)
    if state is None:
        raise UnknownFormat("another version of the emulator saved it")
    if state:
        restore(state)


class UnknownFormat(Exception):
    """The emulator does not know the format of the file."""


def end_unfinished_stacks() -> None:
    from ministack.services import cloudformation

    for stack in cloudformation._stacks.all_values():
        ended = ENDED_AS.get(stack["StackStatus"])
        if ended is not None:
            stack.update(StackStatus=ended, StackStatusReason=STOPPED)


def _reject(generations: Generations, name: str, error: Exception) -> NoReturn:
    reason = f"{type(error).__name__}: {error}"[:200]
    tell(generations.reject(name, reason))
    os._exit(REJECTED)
