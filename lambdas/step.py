"""Carries out each task of the state machine: decodes its payload, runs it, encodes the result, keeps its document.

`runs/RUN/STATE.json` says what the state is doing and how it ended; the API, the command line and the page read it. A
task that fails writes its error there and raises, so that the state machine sees it too.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

import chalicelib.aws.session  # noqa: F401 - loads botocore while the function starts, as its other libraries are
from chalicelib import loaded
from chalicelib.aws import connect
from chalicelib.aws.patience import ending_within
from chalicelib.contracts.payload import from_event, to_event
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import DatasetTooLarge, NightswapError
from chalicelib.log import log
from chalicelib.names import Names, state_name
from chalicelib.registry import run_documents
from chalicelib.registry.run_documents import DONE, FAILED, RUNNING, State
from chalicelib.runs.cut_off import out_of_memory
from chalicelib.settings.reading import load
from chalicelib.settings.tasks import TaskSettings
from chalicelib.unexpected import in_our_words


class Task(Protocol):
    """Every task knows its run."""

    @property
    def run(self) -> str: ...


class Context(Protocol):
    """The used part of Lambda's context object."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int: ...


AnyTask = TypeVar("AnyTask", bound=Task)


def peak_memory_bytes() -> int | None:
    """The most memory that this process has held since `forget_peak_memory`; None where Linux does not tell.

    Source: VmHWM of proc(5). ru_maxrss would count the process that it was forked from.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else None


def forget_peak_memory() -> None:
    """Restart the measurement from the present memory: a warm process has carried out other tasks.

    Source: clear_refs of proc(5). Where Linux refuses, the earlier tasks count too.
    """
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def spare_the_libraries() -> None:
    """Whenever a task makes many objects, Python's collector goes through all that its libraries made too: on a data
    set of 365 files that was a third of Preprocess. What is there now is never garbage, and is left alone."""
    if not gc.get_freeze_count():
        loaded()


def carry_out(
    contract: type[AnyTask],
    event: dict[str, Any],
    context: Context,
    *,
    state: str,
    run: Callable[[AnyTask, Edges, TaskSettings], Any],
) -> dict[str, Any]:
    """Run one task on AWS's edges; returns its result as the state machine takes it.

    `state` is the state's name in snake case: the name of the document. Raises the task's errors, and Unexpected for
    any that this project does not define.
    """
    settings = load(TaskSettings)
    edges = connect.edges(Names.from_function_arn(context.invoked_function_arn, stage=settings.stage))
    spare_the_libraries()
    with in_our_words(state_name(state)), ending_within(context.get_remaining_time_in_millis()):
        return documented(from_event(contract, event), state=state, edges=edges, settings=settings, run=run)


def documented(
    task: AnyTask,
    *,
    state: str,
    edges: Edges,
    settings: TaskSettings,
    run: Callable[[AnyTask, Edges, TaskSettings], Any],
    peak_memory: Callable[[], int | None] = peak_memory_bytes,
) -> dict[str, Any]:
    """Run one task on any edges, with its document written at the beginning and at the end."""
    name, started_at = state_name(state), documents.timestamp(edges.clock())
    began = State(state=name, status=RUNNING, started_at=started_at, memory_mb=settings.memory_mb)
    run_documents.keep_state(edges, began, run=task.run)
    forget_peak_memory()
    begun = time.monotonic()

    def end(status: str, **facts: Any) -> None:
        measured: dict[str, Any] = {
            "finished_at": documents.timestamp(edges.clock()),
            "duration_ms": round(1000 * (time.monotonic() - begun)),
            "peak_memory_bytes": peak_memory(),
        }
        run_documents.keep_state(edges, began.but(status=status, **measured, **facts), run=task.run)
        log(f"state_{status}", run=task.run, state=name, **measured)

    try:
        with in_our_words(name), _with_the_memory_of(name, settings.memory_mb):
            result = to_event(run(task, edges, settings))
    except NightswapError as exc:
        end(FAILED, error=type(exc).__name__, reason=exc.message)
        raise
    end(DONE, result=result)
    return result


@contextmanager
def _with_the_memory_of(state: str, memory_mb: int) -> Iterator[None]:
    """Raise DatasetTooLarge where Python itself has no more memory; Lambda mostly ends the process before."""
    try:
        yield
    except MemoryError as exc:
        raise DatasetTooLarge(out_of_memory(state, memory_mb=memory_mb), memory_mb=memory_mb) from exc
