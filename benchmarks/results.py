"""What a part of `make bench` found: rows with a ratio to a baseline, written to benchmarks/results/PART.json.

The ratio is the result, because absolute values belong to the machine. The spread says how far it can be trusted: two
runs agree when their ratios differ by no more than the spreads of the row and of its baseline together.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "benchmarks" / "results"
MEASURED_WITH = ("numpy", "scikit-learn")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One candidate by one metric."""

    name: str
    metric: str
    unit: str
    median: float
    spread: float
    """The interquartile range of the measurements over their median: half of them lie within it."""
    n: int
    ratio_to_baseline: float
    """Of the medians."""
    baseline: str
    """The name of the row that the ratio is to."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A row of two runs."""

    name: str
    metric: str
    before: float
    now: float
    """The ratios to the baseline."""
    allowed: float
    """By so much of the earlier ratio the two may differ."""

    @property
    def difference(self) -> float:
        return abs(self.now / self.before - 1)

    @property
    def agree(self) -> bool:
        return self.difference <= self.allowed


def spread(values: Sequence[float]) -> float:
    """The interquartile range over the median; 0 of fewer than two values, which have no range.

    >>> spread([9.0, 10.0, 11.0])
    0.1
    """
    if len(values) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / middle if middle else 0.0


def rows_of(metric: str, unit: str, measured: Mapping[str, Sequence[float]], baseline: str) -> list[Row]:
    """One row for each candidate; raises ValueError where the baseline is none of them, or has a median of 0."""
    if baseline not in measured:
        raise ValueError(f"the baseline {baseline} was not measured: {[*measured]}")
    bare = statistics.median(measured[baseline])
    if not bare:
        raise ValueError(f"the baseline {baseline} has a median of 0 {unit}: no ratio can be taken to it")
    return [
        Row(
            name=name,
            metric=metric,
            unit=unit,
            median=(median := statistics.median(values)),
            spread=spread(values),
            n=len(values),
            ratio_to_baseline=median / bare,
            baseline=baseline,
        )
        for name, values in measured.items()
    ]


def write(part: str, rows: Sequence[Row], *, more: Mapping[str, Any] | None = None, folder: Path = FOLDER) -> Path:
    """PART.json; `more` is what belongs to this part alone, beside the rows."""
    told = {
        "part": part,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": machine(),
        "versions": versions(),
        **(more or {}),
        "rows": [{name: _rounded(value) for name, value in asdict(row).items()} for row in rows],
    }
    path = folder / f"{part}.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return path


def read(part: str, *, folder: Path = FOLDER) -> list[Row]:
    """The rows of the last run that was written; none where there is no run."""
    path = folder / f"{part}.json"
    return [Row(**row) for row in json.loads(path.read_text("utf-8"))["rows"]] if path.exists() else []


def compared(before: Sequence[Row], now: Sequence[Row]) -> list[Comparison]:
    """The rows that both runs have, but for the baselines themselves."""
    earlier = {(row.name, row.metric): row for row in before}
    spreads = {(row.name, row.metric): row.spread for row in now}
    found = []
    for row in now:
        was = earlier.get((row.name, row.metric))
        if was is None or row.name == row.baseline or not was.ratio_to_baseline:
            continue
        found.append(
            Comparison(
                name=row.name,
                metric=row.metric,
                before=was.ratio_to_baseline,
                now=row.ratio_to_baseline,
                allowed=row.spread + spreads.get((row.baseline, row.metric), 0.0),
            )
        )
    return found


def table(title: str, rows: Sequence[Row]) -> None:
    """Prints the rows."""
    drawn = Table("", "metric", "median", "spread", "n", "ratio", "to", title=title)
    for row in rows:
        median, ratio = f"{shown(row.median)} {row.unit}", f"{row.ratio_to_baseline:.3g}"
        drawn.add_row(row.name, row.metric, median, f"{row.spread:.0%}", f"{row.n}", ratio, row.baseline)
    Console(width=140).print(drawn)


def shown(value: float) -> str:
    """To four figures, without an exponent.

    >>> shown(12345.6), shown(0.82345)
    ('12,346', '0.8235')
    """
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def tell_agreement(before: Sequence[Row], now: Sequence[Row]) -> None:
    """Prints how the ratios of this run stand to those of the run before it."""
    both = compared(before, now)
    apart = [each for each in both if not each.agree]
    if both:
        print(f"{len(both) - len(apart)} of {len(both)} ratios agree with the run before, within the spreads")
    for each in apart:
        ratios = f"{each.before:.3g} before, {each.now:.3g} now"
        print(f"  {each.name}, {each.metric}: {ratios}: {each.difference:.0%} apart, {each.allowed:.0%} allowed")


def machine() -> dict[str, Any]:
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Of this clone, as its commit, and of the libraries that every part measures with."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {"nightswap": commit or "unknown", **{name: version(name) for name in MEASURED_WITH}}


def _cpu() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _rounded(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
