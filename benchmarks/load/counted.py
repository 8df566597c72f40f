"""Counts what came back, second by second, in a size that does not grow with the requests."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

DIGITS = 3
"""Of a latency that are counted: a percentile is right to half a hundredth."""
ERRORS_TOLD = 5
METRIC = re.compile(r"(?P<name>[^\s;,]+)(?:;\s*desc=(?P<desc>\w+))?(?:;\s*dur=(?P<ms>[0-9.]+))?")
"""Of the header Server-Timing: its name, a word, milliseconds. Source: https://www.w3.org/TR/server-timing/"""
COLD, TOTAL = "cold", "total"
"""The word of a function that answers for the first time; the name of what the server took in all."""


@dataclass
class Second:
    """Of the run: how many users there were, and what was answered in it. Times are milliseconds."""

    users: int = 0
    hits: int = 0
    errors: int = 0
    cold: int = 0
    """Answers for which a function was started."""
    start_ms: float = 0.0
    """Of those starts together."""
    total_ms: float = 0.0
    most_ms: float = 0.0
    server_ms: float = 0.0
    """Together, as the answers tell it."""
    server_hits: int = 0
    """Answers that tell it."""


@dataclass
class Counted:
    """A run's."""

    seconds: dict[int, Second] = field(default_factory=dict)
    latencies: dict[float, int] = field(default_factory=dict)
    """How many answers took so many milliseconds, rounded."""
    errors: dict[str, int] = field(default_factory=dict)
    """The first kinds."""
    versions: dict[str, int] = field(default_factory=dict)
    """How many answers each model version gave, where they tell it."""

    def second(self, number: int) -> Second:
        return self.seconds.setdefault(number, Second())

    def answered(
        self,
        at: float,
        ms: float,
        *,
        timing: str = "",
        version: str | None = None,
        error: str | None = None,
    ) -> None:
        """`at` seconds after the start; `timing` is the header Server-Timing. What failed counts as a hit too."""
        second = self.second(int(at))
        second.hits += 1
        start_ms, server_ms = told(timing)
        second.cold += start_ms is not None
        second.start_ms += start_ms or 0.0
        second.total_ms += ms
        second.most_ms = max(second.most_ms, ms)
        if server_ms is not None:
            second.server_ms += server_ms
            second.server_hits += 1
        rounded_ms = rounded(ms)
        self.latencies[rounded_ms] = self.latencies.get(rounded_ms, 0) + 1
        if version is not None:
            self.versions[version] = self.versions.get(version, 0) + 1
        if error is not None:
            second.errors += 1
            if error in self.errors or len(self.errors) < ERRORS_TOLD:
                self.errors[error] = self.errors.get(error, 0) + 1

    def document(self) -> dict[str, Any]:
        """JSON; `read` takes it back."""
        return asdict(self)


def read(document: Mapping[str, Any]) -> Counted:
    """As it was counted; JSON made texts of the numbers that were keys.

    >>> counted = Counted()
    >>> counted.answered(0.5, 12.34)
    >>> read({**counted.document(), "latencies": {"12.3": 1}}) == counted
    True
    """
    return Counted(
        seconds={int(number): Second(**second) for number, second in document["seconds"].items()},
        latencies={float(ms): count for ms, count in document["latencies"].items()},
        errors=dict(document["errors"]),
        versions=dict(document["versions"]),
    )


def rounded(ms: float) -> float:
    """To three digits.

    >>> rounded(0.123456), rounded(1234.5)
    (0.123, 1230.0)
    """
    return float(f"{ms:.{DIGITS}g}")


def percentile(latencies: Mapping[float, int], share: float) -> float:
    """The least latency that so many of the answers, 0 to 1, do not exceed; NaN of none.

    >>> percentile({1.0: 98, 7.0: 2}, 0.99), percentile({1.0: 98, 7.0: 2}, 0.98)
    (7.0, 1.0)
    """
    wanted, seen = share * sum(latencies.values()), 0
    for ms in sorted(latencies):
        seen += latencies[ms]
        if seen >= wanted and seen:
            return ms
    return math.nan


def told(timing: str) -> tuple[float | None, float | None]:
    """How long starts took, None where none was; and what the server took, None where it does not say.

    >>> told("serving;desc=cold;dur=79, api;desc=warm"), told("api;desc=warm, total;dur=2.5"), told("")
    ((79.0, None), (None, 2.5), (None, None))
    """
    metrics = list(METRIC.finditer(timing))
    starts = [float(each["ms"] or 0) for each in metrics if each["desc"] == COLD]
    totals = [float(each["ms"]) for each in metrics if each["name"] == TOTAL and each["ms"]]
    return sum(starts) if starts else None, sum(totals) if totals else None
