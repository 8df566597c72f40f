"""Multiplies units by prices: a bill is its lines, each an amount in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from workflows.cost.prices import US_EAST_1, Prices
from workflows.cost.usage import Usage

LINES = {
    "gb_second_x86_64": "Lambda",
    "gb_second_arm64": "Lambda",
    "storage_gb_second": "Lambda",
    "lambda_request": "Lambda",
    "state_transition": "Step Functions",
    "put_request": "S3 requests",
    "get_request": "S3 requests",
    "stored_gb_month": "S3 storage",
    "log_gb": "logs",
    "log_gb_month": "log storage",
    "alarm_month": "alarms",
    "metric_month": "metrics",
    "rest_request": "API Gateway",
}
"""The line of a bill on which a unit stands."""
NOTHING_FREE: Mapping[str, float] = MappingProxyType({})
ALWAYS_FREE = MappingProxyType(
    {
        "gb_second_x86_64": 400_000,
        "gb_second_arm64": 400_000,
        "lambda_request": 1_000_000,
        "state_transition": 4_000,
        "alarm_month": 10,
        "metric_month": 10,
        "log_gb": 5,
        "log_gb_month": 5,
    }
)
"""Units that cost nothing in each month of each account, however old. A bill has one architecture, so its GB-seconds
are one allowance. What is free in an account's first months alone is left out: API Gateway, S3.

Source: https://aws.amazon.com/free/ and the pages of the prices. CloudWatch has one allowance of 5 GB for logs taken
in and kept together; counted for each, it leaves out at most 15 cents."""


@dataclass(frozen=True)
class Bill:
    """Amounts in US dollars by what they are for.

    >>> (Bill({"alarms": 0.3}) + Bill({"alarms": 0.1, "storage": 0.5})).total_usd
    0.9
    """

    lines: Mapping[str, float] = field(default_factory=dict)

    @property
    def total_usd(self) -> float:
        return sum(self.lines.values())

    def times(self, count: float) -> Bill:
        return Bill({name: count * usd for name, usd in self.lines.items()})

    def __add__(self, other: Bill) -> Bill:
        names = [*self.lines, *(name for name in other.lines if name not in self.lines)]
        return Bill({name: self.lines.get(name, 0.0) + other.lines.get(name, 0.0) for name in names})


def bill(usage: Usage, prices: Prices = US_EAST_1, *, free: Mapping[str, float] = NOTHING_FREE) -> Bill:
    """What so much costs where `free` of each unit is not paid.

    >>> bill(Usage({"alarm_month": 12, "rest_request": 1_000_000}), free=ALWAYS_FREE).lines
    {'alarms': 0.2, 'API Gateway': 3.5}
    """
    lines: dict[str, float] = {}
    for name, units in usage.units.items():
        line = LINES[name]
        lines[line] = lines.get(line, 0.0) + max(0, units - free.get(name, 0)) * prices.usd[name]
    return Bill(lines)
