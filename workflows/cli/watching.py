"""Shows a run live, state by state; on a screen that cannot be redrawn, a line for each state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from chalicelib.edges.pauses import growing
from chalicelib.runs.runs import ENDED, STATES
from workflows.cli.screen import console

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.15, 2.0
"""While a state works; whatever happens to the run is the beginning of quick looks again."""

PASSED_OVER, TO_COME = "–", "·"  # noqa: RUF001 - a dash
MARKS = {"done": ("✓", "green"), "running": ("▸", "yellow"), "failed": ("✗", "red")}


def watch(
    describe: Callable[[], dict[str, Any]], *, on: Console = console, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Show the run until it has ended; `describe` asks for it, as `chalicelib.runs.runs.describe` tells it."""
    follow = _redrawn if on.is_terminal and not on.is_dumb_terminal else _line_by_line
    return follow(_looks(describe, sleep), on)


def wait(describe: Callable[[], dict[str, Any]], *, sleep: Callable[[float], None] = time.sleep) -> dict[str, Any]:
    """The run once it has ended, without a word."""
    *_, run = _looks(describe, sleep)
    return run


def _looks(describe: Callable[[], dict[str, Any]], sleep: Callable[[float], None]) -> Iterator[dict[str, Any]]:
    """The run again and again, until it has ended: ever more rarely while nothing happens to it."""
    happened = None
    while (run := describe())["status"] != ENDED:
        yield run
        if (latest := [_step(state) for state in run["states"]]) != happened:
            happened, pauses = latest, growing(FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS)
        sleep(next(pauses))
    yield run


def _step(state: dict[str, Any]) -> tuple[str, str, str]:
    """State, status and start, to see whether a step is new: a run may enter a state again."""
    return state["state"], state["status"], state.get("started_at", "")


def _redrawn(looks: Iterator[dict[str, Any]], on: Console) -> dict[str, Any]:
    run = next(looks)
    with Live(_picture(run), console=on, auto_refresh=False) as live:
        for run in looks:
            live.update(_picture(run), refresh=True)
    return run


def _line_by_line(looks: Iterator[dict[str, Any]], on: Console) -> dict[str, Any]:
    told: set[tuple[str, str, str]] = set()
    for run in looks:
        for state in run["states"]:
            if _step(state) not in told:
                told.add(_step(state))
                on.print(_line(state))
    return run


def _picture(run: dict[str, Any]) -> Table:
    drawn = Table(box=None, show_header=False, pad_edge=False)
    known = {state["state"]: state for state in run["states"]}
    furthest = max((at for at, name in enumerate(STATES) if name in known), default=-1)
    for at, name in enumerate(STATES):
        ahead = Text(f"  {PASSED_OVER if at < furthest else TO_COME} {name}", style="dim")
        drawn.add_row(_line(known[name]) if name in known else ahead)
    drawn.add_row(ProgressBar(total=100, completed=run["percent"], width=40))
    return drawn


def _line(state: dict[str, Any]) -> Text:
    mark, style = MARKS[state["status"]]
    line = Text(f"  {mark} ", style=style).append(f"{state['state']:<14}", style="default")
    if "duration_ms" in state:
        line.append(f"{state['duration_ms']:>7,} ms  ", style="dim")
    said = state.get("reason") or (state.get("result") or {}).get("reason") or ""
    return line.append(said, style="dim")
