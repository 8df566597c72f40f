"""Shows a run live, state by state; on a screen that cannot be redrawn, a line for each state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from chalicelib.edges.pauses import growing
from chalicelib.registry.run_documents import RUNNING
from chalicelib.runs.runs import ENDED, STATES
from workflows.cli.screen import console

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.15, 2.0
"""While a state works; whatever happens to the run is the beginning of quick looks again."""

PASSED_OVER, TO_COME = "–", "·"  # noqa: RUF001 - a dash
MARKS = {"done": ("✓", "green"), "running": ("▸", "yellow"), "failed": ("✗", "red")}


@dataclass(frozen=True)
class Expected:
    """What tells of a state that is running how long it has been, and how long it took the last time."""

    now: Callable[[], datetime] | None = None
    took_ms: Mapping[str, int] = field(default_factory=dict)
    """By state, as `chalicelib.runs.durations.last_time` tells it."""

    def of(self, state: Mapping[str, Any], *, is_redrawn: bool) -> str:
        """The time so far is for a line that is drawn again: on one that stays it would be that of the first look."""
        name, started = state["state"], state.get("started_at")
        said = []
        if is_redrawn and self.now is not None and started is not None:
            said.append(in_words(max(0, _milliseconds(self.now() - datetime.fromisoformat(started)))))
        if name in self.took_ms:
            said.append(f"last time {in_words(self.took_ms[name])}")
        return ", ".join(said)


NOTHING_EXPECTED = Expected()


def in_words(duration_ms: int) -> str:
    """
    >>> in_words(1_042), in_words(9_950), in_words(59_500), in_words(125_400)
    ('1.0 s', '10 s', '60 s', '2 min 05 s')
    """
    if duration_ms < 9_950:
        return f"{duration_ms / 1000:.1f} s"
    if duration_ms < 60_000:
        return f"{duration_ms / 1000:.0f} s"
    minutes, seconds = divmod(duration_ms // 1000, 60)
    return f"{minutes:,} min {seconds:02} s"


def watch(
    describe: Callable[[], dict[str, Any]],
    *,
    expected: Expected = NOTHING_EXPECTED,
    on: Console = console,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Show the run until it has ended; `describe` asks for it, as `chalicelib.runs.runs.describe` tells it."""
    follow = _redrawn if on.is_terminal and not on.is_dumb_terminal else _line_by_line
    return follow(_looks(describe, sleep), on, expected)


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


def _redrawn(looks: Iterator[dict[str, Any]], on: Console, expected: Expected) -> dict[str, Any]:
    run = next(looks)
    with Live(_picture(run, expected), console=on, auto_refresh=False) as live:
        for run in looks:
            live.update(_picture(run, expected), refresh=True)
    return run


def _line_by_line(looks: Iterator[dict[str, Any]], on: Console, expected: Expected) -> dict[str, Any]:
    told: set[tuple[str, str, str]] = set()
    for run in looks:
        for state in run["states"]:
            if _step(state) not in told:
                told.add(_step(state))
                on.print(_line(state, expected.of(state, is_redrawn=False)))
    return run


def _picture(run: dict[str, Any], expected: Expected) -> Group:
    known = {state["state"]: state for state in run["states"]}
    furthest = max((at for at, name in enumerate(STATES) if name in known), default=-1)
    lines = [
        _line(known[name], expected.of(known[name], is_redrawn=True))
        if name in known
        else Text(f"  {PASSED_OVER if at < furthest else TO_COME} {name}", style="dim")
        for at, name in enumerate(STATES)
    ]
    return Group(*lines, ProgressBar(total=100, completed=run["percent"], width=40))


def _line(state: dict[str, Any], expected: str) -> Table:
    """What the state says stands beside it, in as many lines as that takes."""
    mark, style = MARKS[state["status"]]
    name = Text(f"  {mark} ", style=style).append(f"{state['state']:<14}", style="default")
    said = state.get("reason") or (state.get("result") or {}).get("reason") or ""
    if state["status"] == RUNNING:
        said = expected
    elif "duration_ms" in state:
        name.append(f"{state['duration_ms']:>7,} ms  ", style="dim")
    drawn = Table.grid()
    drawn.add_column(no_wrap=True)
    drawn.add_column(style="dim", overflow="fold")
    drawn.add_row(name, Text(said))
    return drawn


def _milliseconds(duration: timedelta) -> int:
    return round(1000 * duration.total_seconds())
