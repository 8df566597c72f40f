"""Draws a run: users, requests and latency over time, and the processor time of server and generator below."""

from __future__ import annotations

from pathlib import Path

from benchmarks.load.telling import BASELINE, GENERATOR, SERVER, Run
from benchmarks.plots import Line, Panel, stacked
from benchmarks.results import FOLDER


def draw(run: Run, baseline: Run | None, *, folder: Path = FOLDER) -> tuple[Path, Path]:
    """load-SCENARIO-TARGET.png and .svg; the baseline is what the generator could do."""
    name = f"load-{run.scenario}-{run.target.replace(' ', '-').replace('://', '-').replace(':', '-')}"
    title = f"{run.scenario} against {run.target}, time factor {run.time_factor:g}"
    panels = [_requests(run, baseline), _latency(run), _processor(run)]
    return stacked(name, panels, title=title, x_label="seconds", marks=run.promoted_at, folder=folder)


def _requests(run: Run, baseline: Run | None) -> Panel:
    lines = [_hits(run, f"requests, {run.target}")]
    if baseline:
        lines.append(_hits(baseline, f"requests, {BASELINE}"))
    users = [each.users for each in run.whole]
    lines.append(Line(name="users", x=range(len(users)), y=users, at_right=True, steps=True))
    return Panel(lines=lines, y_label="requests/s", right_label="users")


def _hits(run: Run, name: str) -> Line:
    hits = [each.hits for each in run.whole]
    return Line(name=name, x=range(len(hits)), y=hits, dashed=run.target == BASELINE)


def _latency(run: Run) -> Panel:
    asked = [(at, each) for at, each in enumerate(run.whole) if each.hits]
    places = [at for at, _ in asked]
    lines = [
        Line(name="average", x=places, y=[each.total_ms / each.hits for _, each in asked]),
        Line(name="maximum", x=places, y=[each.most_ms for _, each in asked], dashed=True),
    ]
    told = [(at, each.server_ms / each.server_hits) for at, each in asked if each.server_hits]
    if told:
        lines.append(Line(name="average in the server", x=[at for at, _ in told], y=[ms for _, ms in told]))
    elif run.server_ms:
        ends = [places[0], places[-1]]
        lines.append(Line(name="mean in the function", x=ends, y=[run.server_ms[0]] * 2))
    return Panel(lines=lines, y_label="ms", is_logarithmic=True)


def _processor(run: Run) -> Panel:
    seen = ((name, run.watched.shares.get(name, [])) for name in (SERVER, GENERATOR))
    lines = [Line(name=name, x=range(len(shares)), y=[100 * each for each in shares]) for name, shares in seen]
    return Panel(lines=lines, y_label="% of one core")
