"""Multiplies units by prices: a bill is its lines, each an amount in US dollars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.cost.prices import US_EAST_1, Prices
from workflows.stacks.functions import STORAGE_MB

MB_IN_GB = 1024


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


@dataclass(frozen=True, kw_only=True)
class Call:
    """One invocation of a Lambda function; its seconds include the loading of its code where it starts cold."""

    memory_mb: int
    seconds: float
    storage_mb: int = STORAGE_MB


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work that one execution of the state machine needs."""

    calls: tuple[Call, ...]
    transitions: int
    put_requests: int = 0
    get_requests: int = 0
    log_gb: float = 0.0


def compute_usd(calls: Iterable[Call], *, architecture: str, prices: Prices = US_EAST_1) -> float:
    """Memory in GB times seconds times the price, the same for the room in /tmp that is not free, and the requests.

    Source: https://aws.amazon.com/lambda/pricing/

    >>> round(compute_usd([Call(memory_mb=1024, seconds=60)], architecture="x86_64"), 7)
    0.0010002
    """
    per_gb_second = prices.gb_second[architecture]

    def usd(call: Call) -> float:
        paid_mb = max(0, call.storage_mb - STORAGE_MB)
        a_second = call.memory_mb * per_gb_second + paid_mb * prices.storage_gb_second
        return a_second / MB_IN_GB * call.seconds + prices.lambda_request

    return sum(map(usd, calls))


def work_bill(work: Work, *, architecture: str, prices: Prices = US_EAST_1) -> Bill:
    """Of one execution."""
    return Bill(
        {
            "Lambda": compute_usd(work.calls, architecture=architecture, prices=prices),
            "Step Functions": work.transitions * prices.state_transition,
            "S3 requests": work.put_requests * prices.put_request + work.get_requests * prices.get_request,
            "logs": work.log_gb * prices.log_gb,
        }
    )


def standing_bill(*, stored_gb: float, log_gb: float, alarms: int, prices: Prices = US_EAST_1) -> Bill:
    """The bill of one month, used or not."""
    return Bill(
        {
            "S3 storage": stored_gb * prices.stored_gb_month,
            "log storage": log_gb * prices.log_gb_month,
            "alarms": alarms * prices.alarm_month,
        }
    )
