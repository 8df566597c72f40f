"""The live display of a run, state by state; on a screen that cannot be redrawn, a line for each state."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from chalicelib.runs import ENDED, STATES
from workflows.cli.screen import console

POLL_SECONDS = 0.15

PASSED_OVER, TO_COME = "–", "·"  # noqa: RUF001 - a dash
MARKS = {"done": ("✓", "green"), "running": ("▸", "yellow"), "failed": ("✗", "red")}


def watch(describe: Callable[[], dict[str, Any]], *, on: Console = console) -> dict[str, Any]:
    """Show the run until it has ended; `describe` asks for it, as `chalicelib.runs.describe` tells it."""
    follow = _redrawn if on.is_terminal and not on.is_dumb_terminal else _line_by_line
    return follow(describe, on)


def wait(describe: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The run once it has ended, without a word."""
    while (run := describe())["status"] != ENDED:
        time.sleep(POLL_SECONDS)
    return run


def _redrawn(describe: Callable[[], dict[str, Any]], on: Console) -> dict[str, Any]:
    run = describe()
    with Live(_picture(run), console=on, auto_refresh=False) as live:
        while run["status"] != ENDED:
            time.sleep(POLL_SECONDS)
            run = describe()
            live.update(_picture(run), refresh=True)
    return run


def _line_by_line(describe: Callable[[], dict[str, Any]], on: Console) -> dict[str, Any]:
    told: set[tuple[str, str, str]] = set()
    while True:
        run = describe()
        for state in run["states"]:
            at = state["state"], state["status"], state.get("started_at", "")  # a run may come by a state again
            if at not in told:
                told.add(at)
                on.print(_line(state))
        if run["status"] == ENDED:
            return run
        time.sleep(POLL_SECONDS)


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
