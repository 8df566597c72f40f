"""CloudWatch's counts of the serving functions, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.edges import Clock
from chalicelib.edges.metrics import Traffic


@dataclass(frozen=True)
class Counted:
    """One invocation through the alias."""

    model: str
    function_version: str
    at: datetime
    failed: bool
    duration_ms: float


class InMemoryMetrics:
    """`count` is for whoever carries invocations out, `InMemoryFunctions` first of all.

    It shows what happened more than `behind` ago, by its `clock`.
    """

    def __init__(self, *, clock: Clock, behind: timedelta = timedelta()) -> None:
        self.counted: list[Counted] = []
        self.clock = clock
        self.behind = behind

    def count(
        self, model: str, *, function_version: str, at: datetime, failed: bool = False, duration_ms: float = 1.0
    ) -> None:
        self.counted.append(Counted(model, function_version, at, failed, duration_ms))

    def traffic(self, model: str, *, function_versions: Sequence[str], since: datetime) -> Mapping[str, Traffic]:
        """Of every asked version, zeros where there was nothing."""
        start = since.replace(second=0, microsecond=0)
        until = self.clock() - self.behind
        seen = [each for each in self.counted if each.model == model and start <= each.at <= until]
        return {
            number: _sum([each for each in seen if each.function_version == number]) for number in function_versions
        }


def _sum(counted: Sequence[Counted]) -> Traffic:
    mean = sum(each.duration_ms for each in counted) / len(counted) if counted else None
    return Traffic(invocations=len(counted), errors=sum(each.failed for each in counted), duration_ms=mean)
