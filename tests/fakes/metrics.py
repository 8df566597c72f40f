"""CloudWatch's counts of the serving functions, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.edges import Clock
from chalicelib.edges.metrics import Labels, Minute, begin_of_span


@dataclass(frozen=True)
class Counted:
    """One invocation through the alias."""

    model: str
    function_version: str
    at: datetime
    failed: bool
    duration_ms: float
    labels: tuple[str, ...] = ()


class InMemoryMetrics:
    """`count` is for whoever carries invocations out, `InMemoryFunctions` first of all.

    It shows what happened more than `behind` ago, by its `clock`.
    """

    def __init__(self, *, clock: Clock, behind: timedelta = timedelta()) -> None:
        self.counted: list[Counted] = []
        self.clock = clock
        self.behind = behind

    def count(
        self,
        model: str,
        *,
        function_version: str,
        at: datetime,
        failed: bool = False,
        duration_ms: float = 1.0,
        labels: Sequence[str] = (),
    ) -> None:
        self.counted.append(Counted(model, function_version, at, failed, duration_ms, tuple(labels)))

    def minutes(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Minute]]:
        seen = self._seen(model, function_versions, since=since, until=until)
        return {
            version: {minute: _sum(calls) for minute, calls in minutes.items()} for version, minutes in seen.items()
        }

    def shares_within(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime, bound_ms: int
    ) -> Mapping[str, Mapping[datetime, float]]:
        seen = self._seen(model, function_versions, since=since, until=until)
        return {
            version: {
                minute: sum(each.duration_ms <= bound_ms for each in calls) / len(calls)
                for minute, calls in minutes.items()
            }
            for version, minutes in seen.items()
        }

    def labels(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Labels]]:
        start, end = begin_of_span(since), begin_of_span(until)
        spans: dict[str, dict[datetime, list[Counted]]] = {version: {} for version in function_versions}
        for version, minutes in self._seen(model, function_versions, since=start, until=end).items():
            for minute, calls in minutes.items():
                spans[version].setdefault(begin_of_span(minute), []).extend(each for each in calls if each.labels)
        return {
            version: {span: _labels(calls) for span, calls in found.items() if calls}
            for version, found in spans.items()
        }

    def _seen(
        self, model: str, function_versions: Sequence[str], *, since: datetime, until: datetime
    ) -> dict[str, dict[datetime, list[Counted]]]:
        start, end, shown = _whole(since), _whole(until), self.clock() - self.behind
        seen: dict[str, dict[datetime, list[Counted]]] = {version: {} for version in function_versions}
        for each in self.counted:
            if each.model == model and each.function_version in seen and start <= each.at < end and each.at <= shown:
                seen[each.function_version].setdefault(_whole(each.at), []).append(each)
        return seen


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _labels(calls: Sequence[Counted]) -> Labels:
    return Labels(calls=len(calls), by_label=Counter(label for each in calls for label in set(each.labels)))


def _sum(counted: Sequence[Counted]) -> Minute:
    return Minute(
        invocations=len(counted),
        errors=sum(each.failed for each in counted),
        timed=len(counted),
        duration_ms=sum(each.duration_ms for each in counted),
    )
