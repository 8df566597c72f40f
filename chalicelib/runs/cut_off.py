"""Says in words that a task was cut off for want of memory or time, and what to set: AWS tells an error's name alone.

Such a task could write nothing of its end, so its document still says that it is running.
"""

from __future__ import annotations

from functools import partial

from chalicelib.cutting import cut
from chalicelib.documents import documents
from chalicelib.edges import Edges, failed_calls
from chalicelib.edges.failed_calls import DIED, KILLED, OUT_OF_MEMORY, TIMED_OUT
from chalicelib.names import TASKS, document_name, state_name
from chalicelib.registry import run_documents
from chalicelib.registry.run_documents import RUNNING, State
from chalicelib.settings.stage import StageSettings
from chalicelib.settings.texts import TASK_MB, TASK_SECONDS

OUT_OF_TIME = (failed_calls.OUT_OF_TIME, "States.Timeout")
CLEANING_UP = ("restore-alias", "record-outcome")


def in_words(edges: Edges, *, run: str, model: str, error: str, said: str) -> str:
    """What happened and the way out, where the error is one of those names; else what was said."""
    if error not in (*OUT_OF_MEMORY, *DIED, *OUT_OF_TIME):
        return said
    state = _going(edges, run=run)
    name, memory_mb = (state.state, state.memory_mb) if state else ("a task", None)
    timed_out = TIMED_OUT.search(said)
    if timed_out or error in OUT_OF_TIME:
        happened = out_of_time(name, memory_mb=memory_mb, seconds=int(timed_out[1]) if timed_out else None)
    else:
        is_sure = error in OUT_OF_MEMORY or KILLED in said
        happened = out_of_memory(name, memory_mb=memory_mb, is_sure=is_sure)
    fewer = f"; or take files out: nightswap data remove FILE --model {model}" if _is_of_data(name) else ""
    return cut(f"{happened}{fewer}. Its last words: {said}")


def out_of_memory(state: str, *, memory_mb: int | None, is_sure: bool = True) -> str:
    """What happened, and the setting that helps.

    >>> print(out_of_memory("Train", memory_mb=1769))
    Train ran out of memory; it had 1,769 MB. Set NIGHTSWAP_TRAIN_MEMORY_MB to more, 10,240 at most, in\
 .chalice/config.json, then nightswap deploy, and retrain
    """
    happened = f"{state} ran out of memory" if is_sure else f"the process of {state} died, mostly for want of memory"
    had = "" if memory_mb is None else f"; it had {memory_mb:,} MB"
    return f"{happened}{had}. {way_to_more_memory(state)}"


def out_of_time(state: str, *, memory_mb: int | None, seconds: int | None) -> str:
    """What happened, and the settings that help.

    >>> print(out_of_time("Train", memory_mb=None, seconds=600))
    Train ran out of time after 600 s. Set NIGHTSWAP_TRAIN_SECONDS to more, 890 at most, or NIGHTSWAP_TRAIN_MEMORY_MB\
 to more, 10,240 at most, in .chalice/config.json, then nightswap deploy, and retrain
    """
    after = "" if seconds is None else f" after {seconds:,} s"
    had = "" if memory_mb is None else f"; it had {memory_mb:,} MB, and more memory is more processor time"
    more_time = f"{_setting(state, 'SECONDS')} to more, {TASK_SECONDS.stop - 1} at most"
    return f"{state} ran out of time{after}{had}. {_set_to_more(state, f'{more_time}, or {_more_memory(state)}')}"


def way_to_more_memory(state: str) -> str:
    """The setting that gives it, and what to do then."""
    return _set_to_more(state, _more_memory(state))


def _more_memory(state: str) -> str:
    return f"{_setting(state, 'MEMORY_MB')} to more, {TASK_MB.stop - 1:,} at most"


def _set_to_more(state: str, settings: str) -> str:
    if state in map(state_name, TASKS):
        return f"Set {settings}, in .chalice/config.json, then nightswap deploy, and retrain"
    return "Retrain; if that ends so too, read its log"


def _is_of_data(state: str) -> bool:
    """Whether the task has settings of its own: what it needs grows with the data."""
    return f"{document_name(state)}_memory_mb" in StageSettings.settings


def _setting(state: str, what: str) -> str:
    """The task's own, or the one of all tasks that have none."""
    return f"NIGHTSWAP_{document_name(state).upper() if _is_of_data(state) else 'TASK'}_{what}"


def _going(edges: Edges, *, run: str) -> State | None:
    """The state whose task began and never said how it ended; None where no document tells."""
    told: list[str] = []
    for task in TASKS:
        if task in CLEANING_UP:
            continue
        found = documents.readable(partial(run_documents.find_state, edges, run=run, state=task), told=told)
        if found is not None and found.status == RUNNING:
            return found
    return None
