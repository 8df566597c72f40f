"""Counts an alias's metrics version by version, and the lines of a log, as CloudWatch does.

The emulator counts whole functions only, and no lines.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

MINUTE_SECONDS = 60
"""Lambda's own resolution. A minute is one point however many calls there are, so counting stays cheap."""
RANK = re.compile(r"PR\(:(\d+)\)")
"""CloudWatch's percentile rank of the values up to a whole number, as in PR(:300).

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html"""

COUNT = re.compile(r'filter (\w+) = "(\w+)" \| stats count\(\*\) as (\w+) by bin\((\d+)m\), ([\w, ]+) \| limit \d+')
"""A query of Logs Insights that counts lines.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html"""

_STARTS_MS: ContextVar[list[float]] = ContextVar("_STARTS_MS")
"""How long an invocation waited for its process, and for the start of it: Lambda's Duration leaves that out."""


def install() -> None:
    """Has to come after `aliases.install`: its routing turns an alias into a version, which is too late to count; and
    after `warm.install`, whose waiting it measures."""
    from ministack.core import lambda_runtime
    from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc

    invoke, spawn, statistic = lambda_svc._invoke, lambda_runtime.Worker._spawn, cloudwatch._stat_value
    start_query, acquire = cloudwatch_logs._start_query, lambda_svc.acquire_worker

    def count(metric: str, value: float, unit: str, dimensions: Mapping[str, str], minute: int) -> None:
        key = ("AWS/Lambda", metric, cloudwatch._dims_key(dimensions))
        add(cloudwatch._metric_bucket(key), value, unit=unit, dimensions=dimensions, minute=minute)

    async def counted(
        name: str, event: Any, headers: Json, path_qualifier: str | None = None, query_params: Json | None = None
    ) -> Any:
        begun_at, begun, starts_ms = time.time(), time.perf_counter(), list[float]()
        _STARTS_MS.set(starts_ms)
        answer = await invoke(name, event, headers, path_qualifier, query_params)
        duration_ms = _since(begun) - sum(starts_ms)
        asked = path_qualifier or lambda_svc._qp_first(query_params or {}, "Qualifier")
        status, said, _ = answer
        if status == 200 and asked in ((lambda_svc._functions.get(name) or {}).get("aliases") or {}):
            dimensions = executed(name, alias=asked, version=said["X-Amz-Executed-Version"])
            minute = int(begun_at) // MINUTE_SECONDS * MINUTE_SECONDS
            count("Invocations", 1, "Count", dimensions, minute)
            count("Errors", float("X-Amz-Function-Error" in said), "Count", dimensions, minute)
            count("Duration", duration_ms, "Milliseconds", dimensions, minute)
        return answer

    def ranked(stats: Json, name: str, points: Sequence[Json] | None = None) -> Any:
        """The emulator answers any statistic that it does not know with the mean."""
        asked = RANK.fullmatch(name)
        return rank(points or (), bound=int(asked[1])) if asked else statistic(stats, name, points)

    def queried(asked: Json) -> Any:
        """The emulator passes over `stats`, and over a filter by a field of our own."""
        answer = start_query(asked)
        if answer[0] == 200:
            query = cloudwatch_logs._queries[json.loads(answer[2])["queryId"]]
            records = cloudwatch_logs._collect_query_records(
                [asked["logGroupName"]], asked["startTime"], asked["endTime"]
            )
            counted = counts(asked["queryString"], [(each["_timestamp_ms"], each["@message"]) for each in records])
            query["results"] = query["results"] if counted is None else counted
        return answer

    cloudwatch_logs._start_query = queried
    cloudwatch._stat_value = ranked
    lambda_svc._invoke = counted
    lambda_svc.acquire_worker = _waited_for(acquire)
    lambda_runtime.Worker._spawn = _waited_for(spawn)


def _waited_for(step: Callable[..., Any]) -> Callable[..., Any]:
    """`step`, on the way to a process that can answer, measured."""

    def run(*arguments: Any, **options: Any) -> Any:
        begun = time.perf_counter()
        try:
            return step(*arguments, **options)
        finally:
            _STARTS_MS.get([]).append(_since(begun))

    return run


def executed(function: str, *, alias: str, version: str) -> dict[str, str]:
    """The dimensions of a version's share in an alias.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html

    >>> executed("serve", alias="live", version="7")
    {'FunctionName': 'serve', 'Resource': 'serve:live', 'ExecutedVersion': '7'}
    """
    return {"FunctionName": function, "Resource": f"{function}:{alias}", "ExecutedVersion": version}


def add(points: list[Json], value: float, *, unit: str, dimensions: Mapping[str, str], minute: int) -> None:
    """Count the value in the statistics of its minute, the last of a metric's points or a new one.

    >>> points = []
    >>> for took in (4.0, 2.0):
    ...     add(points, took, unit="Milliseconds", dimensions={}, minute=60)
    >>> points[0]["_stat"]
    {'SampleCount': 2.0, 'Sum': 6.0, 'Minimum': 2.0, 'Maximum': 4.0}
    >>> rank(points, bound=2), rank(points, bound=4)
    (50.0, 100.0)
    """
    last = points[-1] if points else None
    if last is None or last["Timestamp"] < minute or "_up_to" not in last:  # the last is of whoever puts metrics
        last = {
            "Timestamp": float(minute),
            "Unit": unit,
            "Dimensions": dict(dimensions),
            "_stat": {"SampleCount": 0.0, "Sum": 0.0, "Minimum": value, "Maximum": value},
            "_up_to": {},
        }
        points.append(last)
    seen = last["_stat"]
    seen["SampleCount"] += 1.0
    seen["Sum"] += value
    seen["Minimum"] = min(seen["Minimum"], value)
    seen["Maximum"] = max(seen["Maximum"], value)
    up_to = str(math.ceil(value))  # whole numbers, as the bounds of a rank are: a point stays small
    last["_up_to"][up_to] = last["_up_to"].get(up_to, 0) + 1


def rank(points: Sequence[Json], *, bound: int) -> float | None:
    """The percentage of the values that are `bound` at most; None where only sums are known of them.

    >>> rank([{"_stat": {"SampleCount": 2.0, "Sum": 6.0}}], bound=3)
    """
    if not points or not all("_up_to" in point for point in points):
        return None
    counted: list[tuple[int, int]] = [
        (int(up_to), count) for point in points for up_to, count in point["_up_to"].items()
    ]
    within = sum(count for up_to, count in counted if up_to <= bound)
    return 100 * within / sum(count for _, count in counted)


def counts(query: str, lines: Iterable[tuple[int, str]]) -> list[list[dict[str, str]]] | None:
    """The results of a query that counts the lines that are JSON by their fields and by minutes; None for another.

    `lines` are a time in milliseconds and a text each.

    >>> query = 'filter event = "a" | stats count(*) as n by bin(5m), who | limit 9'
    >>> found = counts(query, [(301_000, '{"event": "a", "who": "b"}'), (302_000, "no JSON")])
    >>> [[cell["value"] for cell in row] for row in found]
    [['1970-01-01 00:05:00.000', 'b', '1']]
    """
    asked = COUNT.fullmatch(query)
    if asked is None:
        return None
    field, value, name, minutes, others = asked.groups()
    by = str(others).split(", ")
    seen: Counter[tuple[str, ...]] = Counter()
    for at_ms, text in lines:
        line = json.loads(text) if text.startswith("{") else {}
        if line.get(field) == value:
            span = int(minutes) * MINUTE_SECONDS
            begun = datetime.fromtimestamp(at_ms // 1000 // span * span, tz=UTC)
            seen[f"{begun:%Y-%m-%d %H:%M:%S}.000", *(str(line[each]) for each in by)] += 1
    fields = (f"bin({minutes}m)", *by, name)
    return [
        [{"field": each, "value": cell} for each, cell in zip(fields, (*cells, str(count)), strict=True)]
        for cells, count in seen.items()
    ]


def _since(begun: float) -> float:
    return 1000 * (time.perf_counter() - begun)
