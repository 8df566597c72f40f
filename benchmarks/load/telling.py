"""Tells what a run took: rows, a table, a plot, and what the same requests would cost on AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.load.counted import Counted, Second, percentile
from benchmarks.load.watching import Watched
from benchmarks.results import Row, rows_of
from workflows.cost.bills import bill
from workflows.cost.estimates import SERVING_SECONDS
from workflows.cost.traffic import Traffic, function_usage, gateway_usage

BASELINE = "fixed bytes"
SERVER, GENERATOR = "server", "generator"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scenario against one target."""

    scenario: str
    target: str
    time_factor: float
    counted: Counted
    watched: Watched
    server_ms: tuple[float, float] | None = None
    """Mean and maximum of the serving function, where the answers do not tell the time of the server."""
    promotions: Sequence[str] = ()
    promoted_at: Sequence[float] = field(default=())
    """Seconds after the start."""

    @property
    def name(self) -> str:
        return f"{self.scenario}, {self.target}"

    @property
    def whole(self) -> Sequence[Second]:
        """Its seconds but the last one, which ends before it is over, where there are more."""
        found = [self.counted.seconds[number] for number in sorted(self.counted.seconds)]
        asked = [each for each in found if each.users]
        return asked[:-1] if len(asked) > 1 else asked

    @property
    def hits(self) -> int:
        return sum(each.hits for each in self.counted.seconds.values())

    def total(self, name: str) -> float:
        """Of a field of `Second`, over the run."""
        return float(sum(getattr(each, name) for each in self.counted.seconds.values()))

    @property
    def server_mean_ms(self) -> float | None:
        if told := self.total("server_hits"):
            return self.total("server_ms") / told
        return self.server_ms[0] if self.server_ms else None


def document(run: Run, *, memory_mb: int, api_memory_mb: int) -> dict[str, Any]:
    """What the posts told of theirs, and more. Times are milliseconds, processor shares those of one core."""
    hits, latencies = run.hits, run.counted.latencies
    seconds = len(run.whole)
    return {
        "scenario": run.scenario,
        "target": run.target,
        "time_factor": run.time_factor,
        "seconds": seconds,
        "most_users": max((each.users for each in run.whole), default=0),
        "hits": hits,
        "rate": sum(each.hits for each in run.whole) / seconds if seconds else 0.0,
        "errors": int(run.total("errors")),
        "kinds_of_errors": run.counted.errors,
        "average_ms": run.total("total_ms") / hits if hits else None,
        "max_ms": max((each.most_ms for each in run.counted.seconds.values()), default=None),
        **{
            f"p{round(100 * share)}_ms": percentile(latencies, share) if hits else None for share in (0.5, 0.95, 0.99)
        },
        "server_average_ms": run.server_mean_ms,
        "cold": int(run.total("cold")),
        "start_ms": run.total("start_ms") / run.total("cold") if run.total("cold") else None,
        "server_cpu": run.watched.mean(SERVER),
        "generator_cpu": run.watched.mean(GENERATOR),
        "versions": run.counted.versions,
        "promotions": list(run.promotions),
        "on_aws_usd": on_aws(run, memory_mb=memory_mb, api_memory_mb=api_memory_mb),
    }


def on_aws(run: Run, *, memory_mb: int, api_memory_mb: int) -> Mapping[str, float]:
    """US dollars for these requests, by list prices: a call takes what is usual, its starts what they took."""
    cold, hits = run.total("cold"), run.hits
    traffic = Traffic(
        requests_a_day=hits,
        days=1,
        seconds=SERVING_SECONDS,
        memory_mb=memory_mb,
        cold_share=cold / hits if hits else 0.0,
        cold_seconds=run.total("start_ms") / 1000 / cold if cold else 0.0,
    )
    gateway = gateway_usage(traffic, api_memory_mb=api_memory_mb, architecture="x86_64")
    return {
        "through the gateway": bill(gateway).total_usd,
        "by function URL": bill(function_usage(traffic, architecture="x86_64")).total_usd,
    }


def rows(runs: Sequence[Run], baseline: Run) -> list[Row]:
    """Of a scenario: the rate and the mean latency of each second, beside those of the baseline."""
    every = {run.target: run for run in (*runs, baseline)}
    rate = {name: [float(each.hits) for each in run.whole] for name, run in every.items()}
    mean = {name: [each.total_ms / each.hits for each in run.whole if each.hits] for name, run in every.items()}
    found = [*rows_of("rate", "requests/s", rate, BASELINE)] if any(rate[BASELINE]) else []
    found += rows_of("mean latency", "ms", mean, BASELINE)
    return [_named(row, runs[0].scenario) for row in found]


def _named(row: Row, scenario: str) -> Row:
    return replace(row, name=f"{scenario}, {row.name}", baseline=f"{scenario}, {row.baseline}")


def table(documents: Sequence[Mapping[str, Any]]) -> None:
    """A line for each run."""
    names = (
        "scenario",
        "target",
        "users",
        "hits",
        "per s",
        "average",
        "p50",
        "p95",
        "p99",
        "max",
        "server",
        "errors",
    )
    drawn = Table(*names, "cold", "server CPU", "generator CPU", "USD on AWS", title="load, in ms")
    for each in documents:
        times = [each[name] for name in ("average_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms", "server_average_ms")]
        drawn.add_row(
            each["scenario"],
            each["target"],
            f"{each['most_users']:,}",
            f"{each['hits']:,}",
            f"{each['rate']:,.0f}",
            *("" if ms is None else f"{ms:,.1f}" for ms in times),
            f"{each['errors']:,}",
            f"{each['cold']:,}",
            f"{each['server_cpu']:.0%}",
            f"{each['generator_cpu']:.0%}",
            f"{each['on_aws_usd']['through the gateway']:.4f}",
        )
    Console(width=170).print(drawn)
    for each in documents:
        for line in (
            *each["promotions"],
            *(f"{count} x {error}" for error, count in each["kinds_of_errors"].items()),
        ):
            print(f"{each['scenario']}, {each['target']}: {line}")
