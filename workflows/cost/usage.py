"""Counts what is used of AWS, by the units that AWS bills: those of `prices.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.cost.prices import GB_SECOND
from workflows.stacks.functions import STORAGE_MB

MB_IN_GB = 1024


@dataclass(frozen=True)
class Usage:
    """How many of each unit.

    >>> Usage({"alarm_month": 2}) + Usage({"alarm_month": 1, "put_request": 5}).times(2)
    Usage(units={'alarm_month': 4, 'put_request': 10})
    """

    units: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Usage) -> Usage:
        names = [*self.units, *(name for name in other.units if name not in self.units)]
        return Usage({name: self.units.get(name, 0) + other.units.get(name, 0) for name in names})

    def times(self, count: float) -> Usage:
        return Usage({name: count * units for name, units in self.units.items()})


@dataclass(frozen=True, kw_only=True)
class Call:
    """One invocation of a Lambda function; its seconds include the loading of its code where it starts cold."""

    memory_mb: int
    seconds: float
    storage_mb: int = STORAGE_MB


def of_calls(calls: Iterable[Call], *, architecture: str) -> Usage:
    """Memory in GB times seconds, the same of the room in /tmp that is not free, and the requests.

    Source: https://aws.amazon.com/lambda/pricing/

    >>> of_calls([Call(memory_mb=1024, seconds=60)], architecture="arm64").units
    {'gb_second_arm64': 60.0, 'storage_gb_second': 0.0, 'lambda_request': 1}
    """
    made = list(calls)
    paid_mb = [(max(0, call.storage_mb - STORAGE_MB), call.seconds) for call in made]
    return Usage(
        {
            GB_SECOND[architecture]: sum(call.memory_mb * call.seconds for call in made) / MB_IN_GB,
            "storage_gb_second": sum(paid * seconds for paid, seconds in paid_mb) / MB_IN_GB,
            "lambda_request": len(made),
        }
    )


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work that one execution of the state machine needs."""

    calls: tuple[Call, ...]
    transitions: int
    put_requests: int = 0
    get_requests: int = 0
    log_gb: float = 0.0

    def usage(self, *, architecture: str) -> Usage:
        return of_calls(self.calls, architecture=architecture) + Usage(
            {
                "state_transition": self.transitions,
                "put_request": self.put_requests,
                "get_request": self.get_requests,
                "log_gb": self.log_gb,
            }
        )
