"""Counts an alias's metrics version by version, as CloudWatch does; the emulator counts whole functions only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

Json = dict[str, Any]

MINUTE_SECONDS = 60
"""Lambda's own resolution. A minute is one point however many calls there are, so counting stays cheap."""

_STARTS_MS: ContextVar[list[float]] = ContextVar("_STARTS_MS")
"""How long an invocation waited for a process that had to be started: Lambda's Duration leaves that out."""


def install() -> None:
    """Has to come after `aliases.install`: its routing turns an alias into a version, which is too late to count."""
    from ministack.core import lambda_runtime
    from ministack.services import cloudwatch, lambda_svc

    invoke, spawn = lambda_svc._invoke, lambda_runtime.Worker._spawn

    def timed(worker: Any) -> None:
        begun = time.perf_counter()
        spawn(worker)
        _STARTS_MS.get([]).append(_since(begun))

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

    lambda_svc._invoke = counted
    lambda_runtime.Worker._spawn = timed


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
    """
    last = points[-1] if points else None
    if last is None or last["Timestamp"] < minute or "_stat" not in last:  # the last is of whoever puts metrics
        last = {
            "Timestamp": float(minute),
            "Unit": unit,
            "Dimensions": dict(dimensions),
            "_stat": {"SampleCount": 0.0, "Sum": 0.0, "Minimum": value, "Maximum": value},
        }
        points.append(last)
    seen = last["_stat"]
    seen["SampleCount"] += 1.0
    seen["Sum"] += value
    seen["Minimum"] = min(seen["Minimum"], value)
    seen["Maximum"] = max(seen["Maximum"], value)


def _since(begun: float) -> float:
    return 1000 * (time.perf_counter() - begun)
