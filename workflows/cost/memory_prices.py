"""Tells how long a request takes and what it costs at each memory of a Lambda function, and which memory is best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.cost.bills import bill
from workflows.cost.prices import Prices
from workflows.cost.usage import Call, of_calls

CORE_MB = 1769
"""Memory that comes with one whole processor; less comes with a share, more with a second one that a request does not
use.
Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
MEMORIES = (128, 192, 256, 384, 512, 768, 1024, 1280, 1536, CORE_MB, 2048, 3008, 4096, 5120, 6144, 8192, 10_240)
ROOM = 1.25
"""A function gets so much more than it was seen to use: without room it ends as soon as a request is larger."""
AS_CHEAP = 1.01
"""Prices so near the lowest are one."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A request as it was measured: seconds of one whole processor, seconds of waiting, MB at the peak."""

    busy_seconds: float
    waiting_seconds: float = 0.0
    peak_mb: float

    def seconds_at(self, memory_mb: int) -> float:
        """
        >>> Profile(busy_seconds=0.1, waiting_seconds=0.02, peak_mb=90).seconds_at(1769)
        0.12000000000000001
        """
        return self.waiting_seconds + self.busy_seconds * max(1.0, CORE_MB / memory_mb)


@dataclass(frozen=True, kw_only=True)
class Choice:
    memory_mb: int
    seconds: float
    million_usd: float
    """Of a million requests to the function alone."""


def choices(profile: Profile, *, architecture: str, prices: Prices) -> tuple[Choice, ...]:
    """At each memory that holds the peak with room, the smallest first; empty where none does."""
    return tuple(
        Choice(memory_mb=each, seconds=seconds, million_usd=1_000_000 * bill(used, prices).total_usd)
        for each in MEMORIES
        if each >= ROOM * profile.peak_mb
        for seconds in [profile.seconds_at(each)]
        for used in [of_calls([Call(memory_mb=each, seconds=seconds)], architecture=architecture)]
    )


def best(found: Sequence[Choice]) -> Choice:
    """The fastest of the cheapest. Below one processor more memory shortens the work by as much as it costs, so it is
    paid for by waiting alone."""
    lowest = min(each.million_usd for each in found)
    return min((each for each in found if each.million_usd <= AS_CHEAP * lowest), key=lambda each: each.seconds)
