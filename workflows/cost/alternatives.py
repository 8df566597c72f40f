"""Prices other ways to answer the same requests, and tells from how many on they cost less."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workflows.cost.prices import EC2, ENDPOINT, Prices
from workflows.cost.traffic import Traffic
from workflows.cost.usage import MB_IN_GB

HOURS_OF_A_DAY, SECONDS_OF_A_DAY = 24, 86_400
SERVERLESS_GB = 6
"""Of a serverless endpoint at most, in steps of 1.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"""
CORES = {"medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}
"""Virtual processors by the size in an instance type's name.
Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/co.html and gp.html"""


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """What serves instead, and what a month of it costs in US dollars."""

    name: str
    month_usd: float
    by_request: bool = False
    """Whether it costs nothing while nobody asks."""


def alternatives(traffic: Traffic, prices: Prices) -> tuple[Alternative, ...]:
    """The cheapest EC2 instances and the cheapest endpoint that have the time for the mean of the requests, and a
    serverless endpoint. A peak, a second zone, a load balancer and those who keep a server alive cost more."""
    found = [_cheapest("EC2", EC2, traffic, prices), _cheapest("SageMaker endpoint", ENDPOINT, traffic, prices)]
    gb = max(1, math.ceil(traffic.memory_mb / MB_IN_GB))
    if gb <= SERVERLESS_GB:
        busy = traffic.requests * traffic.mean_seconds
        usd = busy * gb * prices.usd["serverless_gb_second"]
        found.append(Alternative(name=f"SageMaker serverless, {gb} GB", month_usd=usd, by_request=True))
    return tuple(found)


def server(name: str, traffic: Traffic, prices: Prices) -> Alternative:
    """So many of an instance type as the mean of the requests keeps busy, one at least.

    >>> from workflows.cost.prices import US_EAST_1
    >>> round(server("c5.2xlarge", Traffic(requests_a_day=1, memory_mb=512, days=30), US_EAST_1).month_usd, 2)
    244.8
    """
    busy = traffic.requests_a_day * traffic.seconds / SECONDS_OF_A_DAY
    count = max(1, math.ceil(busy / CORES[name.rpartition(".")[2]]))
    usd = count * HOURS_OF_A_DAY * traffic.days * prices.usd[name]
    return Alternative(name=name if count == 1 else f"{count} x {name}", month_usd=usd)


def break_even(month_usd: float, *, request_usd: float, days: float) -> float:
    """Requests a day from which on a price by the month is the lower one.

    >>> round(break_even(244.8, request_usd=2.52e-5, days=30))
    323810
    """
    return month_usd / request_usd / days


def _cheapest(label: str, kind: str, traffic: Traffic, prices: Prices) -> Alternative:
    found = min((server(name, traffic, prices) for name in prices.servers(kind)), key=lambda each: each.month_usd)
    return Alternative(name=f"{label}, {found.name}", month_usd=found.month_usd)
