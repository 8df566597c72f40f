"""Draws what a month of requests costs here and elsewhere, and endpoints that scale under a load.

List prices, and the simulation of `workflows/cost/autoscaling.py`: of instances that answer what those of a public
load test did, and of instances that answer what `make bench-peers` measured of the contract's server.

python -m benchmarks.cost
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import click

from benchmarks.plots import Line, Panel, stacked
from benchmarks.results import FOLDER
from workflows.cli.stage import ROOT, Stage
from workflows.cost import autoscaling
from workflows.cost.alternatives import Alternative, alternatives, break_even
from workflows.cost.months import REQUESTS, Month, bills
from workflows.cost.prices import US_EAST_1
from workflows.cost.traffic import Traffic
from workflows.definitions.rendering import golden
from workflows.planning.app import app_memory_mb

GATEWAY, FUNCTION_URL, WHOLE = (
    "requests, through the gateway",
    "requests, by function URL",
    "all, through the gateway",
)
LEAST, MOST, STEPS = 2, 7, 20
"""Powers of ten of the requests a day, and points for each."""
COLD_SHARE, COLD_SECONDS = 0.01, 0.3
RATE = ("nightswap serve", "requests/s at 1,000 connections")
"""The row of benchmarks/results/peers.json."""
TIMES = 10
Months = Mapping[str, list[float]]


def month() -> Month:
    """Of the stage local as it is set, of which no request is asked yet."""
    settings = Stage("local").settings
    traffic = Traffic(
        requests_a_day=1, memory_mb=settings.serving_memory_mb, cold_share=COLD_SHARE, cold_seconds=COLD_SECONDS
    )
    size = app_memory_mb("local", root=ROOT)
    return Month(traffic=traffic, settings=settings, definition=json.loads(golden()), api_memory_mb=size)


def requests_a_day() -> list[float]:
    """From 100 to 10 million, evenly on a logarithmic scale.

    >>> requests = requests_a_day()
    >>> round(requests[0]), round(requests[-1])
    (100, 10000000)
    """
    return [10 ** (LEAST + step / STEPS) for step in range(STEPS * (MOST - LEAST) + 1)]


def months(requests: list[float]) -> Months:
    """US dollars of a month by who serves, for each number of requests a day: of what serves them alone, and of all
    that the product takes beside."""
    bare = month()
    found: dict[str, list[float]] = {}
    for count in requests:
        asked = replace(bare, traffic=replace(bare.traffic, requests_a_day=count))
        parts = bills(asked.through_the_gateway, US_EAST_1)
        direct = bills(asked.by_function_url, US_EAST_1)[REQUESTS].total_usd
        whole = sum(each.total_usd for each in parts.values())
        for name, usd in ((GATEWAY, parts[REQUESTS].total_usd), (FUNCTION_URL, direct), (WHOLE, whole)):
            found.setdefault(name, []).append(usd)
        for each in alternatives(asked.traffic, US_EAST_1):
            found.setdefault(kind(each), []).append(each.month_usd)
    return found


def break_evens() -> dict[str, float]:
    """By alternative, from how many requests a day on it costs less than the requests through the gateway.

    One that is paid by request as well stands either below them or above, and has none.
    """
    asked = month()
    one = replace(asked, traffic=replace(asked.traffic, requests_a_day=1 / asked.traffic.days))
    usd, days = bills(one.through_the_gateway, US_EAST_1)[REQUESTS].total_usd, asked.traffic.days
    every = alternatives(asked.traffic, US_EAST_1)
    return {
        kind(each): break_even(each.month_usd, request_usd=usd, days=days) for each in every if not each.by_request
    }


def kind(alternative: Alternative) -> str:
    """Without the instance type, which more requests change."""
    return alternative.name.partition(",")[0]


def draw_bills(folder: Path) -> tuple[Path, Path]:
    requests, evens = requests_a_day(), break_evens()
    for name, count in evens.items():
        click.echo(f"{name}: costs less than the gateway from {count:,.0f} requests a day on")
    ours = (GATEWAY, FUNCTION_URL, WHOLE)
    lines = [Line(name=name, x=requests, y=usd, dashed=name not in ours) for name, usd in months(requests).items()]
    panel = Panel(lines=lines, y_label="US dollars a month", is_logarithmic=True, x_is_logarithmic=True)
    title = f"A month by list prices of {US_EAST_1.region}, {US_EAST_1.as_of:%Y-%m-%d}; break-even points dotted"
    marks = [*evens.values()]
    return stacked("cost", [panel], title=title, x_label="requests a day", marks=marks, folder=folder, inches=4.4)


def measured_capacity(results: Path = FOLDER) -> float:
    """Requests of a minute that the contract's server answered over 1,000 connections, as it was measured last."""
    rows = json.loads((results / "peers.json").read_text("utf-8"))["rows"]
    return 60 * next(float(row["median"]) for row in rows if (row["name"], row["metric"]) == RATE)


def draw_scaling(folder: Path) -> tuple[Path, Path]:
    """Instances that serve, over the requests, under each load of the simulation."""
    return _draw_scaling("cost-autoscaling", folder, autoscaling.LOADS, capacity=autoscaling.CAPACITY)


def draw_measured_scaling(folder: Path) -> tuple[Path, Path]:
    """Likewise, of instances that answer what the contract's server does, also under a load so many times as high."""
    load = autoscaling.LOADS[autoscaling.RAMP]
    loads = {autoscaling.RAMP: load, f"{TIMES} times as many": [TIMES * each for each in load]}
    return _draw_scaling("cost-autoscaling-measured", folder, loads, capacity=measured_capacity())


def _draw_scaling(name: str, folder: Path, loads: Mapping[str, list[float]], *, capacity: float) -> tuple[Path, Path]:
    panels = [_scaling(load, requests, capacity=capacity) for load, requests in loads.items()]
    title = f"An endpoint that scales: an instance answers {capacity:,.0f} requests a minute"
    return stacked(name, panels, title=title, x_label="minutes", folder=folder, inches=3.0)


def _scaling(load: str, requests: list[float], *, capacity: float) -> Panel:
    minutes = range(len(requests))
    lines = [Line(name="requests", x=minutes, y=[each / 1_000 for each in requests], dashed=True)]
    for name, scaling in autoscaling.scalings(capacity, highest=max(requests)).items():
        found = autoscaling.simulate(requests, scaling, capacity=capacity)
        lost = sum(each.beyond for each in found) / sum(requests)
        served = [each.serving for each in found]
        lines.append(Line(name=f"{name}: {lost:.0%} lost", x=minutes, y=served, at_right=True, steps=True))
    return Panel(lines=lines, y_label=f"1,000 requests/min\n{load}", right_label="instances")


DRAWINGS: tuple[Callable[[Path], tuple[Path, Path]], ...] = (draw_bills, draw_scaling, draw_measured_scaling)


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where the plots go.")
def main(folder: Path) -> None:
    """Draw cost.png, cost-autoscaling.png, cost-autoscaling-measured.png, and all as SVG."""
    for draw in DRAWINGS:
        click.echo("\n".join(map(str, draw(folder))))


if __name__ == "__main__":
    main()
