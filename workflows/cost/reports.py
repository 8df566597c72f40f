"""Reads what Lambda reports of each call, from a log as text or as JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from chalicelib.errors import CommandFailed
from workflows.cost.memory_prices import CORE_MB, Profile

TEXT = re.compile(
    r"REPORT RequestId: \S+\s+Duration: (?P<durationMs>[0-9.]+) ms\s+Billed Duration: [0-9]+ ms\s+"
    r"Memory Size: (?P<memorySizeMB>[0-9]+) MB\s+Max Memory Used: (?P<maxMemoryUsedMB>[0-9]+) MB"
    r"(?:\s+Init Duration: (?P<initDurationMs>[0-9.]+) ms)?"
)
JSON = "platform.report"
"""The type of the same line where a function's log is JSON. The names are those of its metrics.
Source: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html"""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Calls of one function, as Lambda reported them."""

    count: int
    seconds: float
    """Of a call that found the function warm or had started it, without the start; the mean."""
    cold_share: float
    cold_seconds: float
    """Of a start; the mean, 0 where none was seen."""
    memory_mb: int
    peak_mb: int

    @property
    def profile(self) -> Profile:
        """As if a call did nothing but compute: what it waits does not get shorter with more memory."""
        return Profile(busy_seconds=self.seconds * min(1.0, self.memory_mb / CORE_MB), peak_mb=self.peak_mb)


def read(lines: Iterable[str]) -> Calls:
    """Raises CommandFailed where no line is a report, or where they are of more than one size of memory."""
    found = [each for line in lines for each in _reports(line)]
    if not found:
        raise CommandFailed(
            "no line is a report of Lambda (REPORT RequestId: ..., or platform.report as JSON); to get them: "
            "aws logs filter-log-events --log-group-name /aws/lambda/FUNCTION --filter-pattern REPORT"
        )
    sizes = sorted({each["memorySizeMB"] for each in found})
    if len(sizes) > 1:
        said = ", ".join(f"{size:,.0f}" for size in sizes[:4])
        raise CommandFailed(f"the reports are of functions of different memory ({said} MB): give those of one")
    starts = [each["initDurationMs"] for each in found if "initDurationMs" in each]
    return Calls(
        count=len(found),
        seconds=fmean(each["durationMs"] for each in found) / 1000,
        cold_share=len(starts) / len(found),
        cold_seconds=fmean(starts) / 1000 if starts else 0.0,
        memory_mb=int(sizes[0]),
        peak_mb=int(max(each["maxMemoryUsedMB"] for each in found)),
    )


def _reports(line: str) -> Iterator[dict[str, float]]:
    if found := TEXT.search(line):
        yield {name: float(value) for name, value in found.groupdict().items() if value is not None}
    elif JSON in line:
        yield from _of_json(line)


def _of_json(line: str) -> Iterator[dict[str, float]]:
    try:
        said: Any = json.loads(line[line.index("{") :])
        metrics = said["record"]["metrics"]
        wanted = {name: float(metrics[name]) for name in ("durationMs", "memorySizeMB", "maxMemoryUsedMB")}
        starts = {"initDurationMs": float(metrics["initDurationMs"])} if "initDurationMs" in metrics else {}
    except (ValueError, KeyError, TypeError):
        return
    yield wanted | starts
