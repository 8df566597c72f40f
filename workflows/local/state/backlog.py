"""Bounds what the local AWS remembers: the emulator forgets no ended execution, event, log line or metric.

AWS keeps executions for 90 days, and logs for as long as their group says. Here numbers bound them, not days.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

Json = dict[str, Any]

EXECUTIONS = 20
"""Ended executions that are kept. A run also has its documents in the bucket; no history is ever read."""
EVENTS = 100
LOG_STREAMS = 100
"""Log streams kept in a group. The emulator opens one for every invocation."""

POINTS = 1_500
"""Of a metric: a day of minutes. The emulator itself puts one for every invocation."""


def install() -> None:
    from ministack.services import cloudwatch, eventbridge, lambda_svc, stepfunctions

    emit, start = lambda_svc._emit_lambda_logs, stepfunctions._start_execution

    def bounded_logs(*arguments: Any, **options: Any) -> None:
        from ministack.services import cloudwatch_logs

        emit(*arguments, **options)
        for group in list(cloudwatch_logs._log_groups.values()):
            drop_oldest(group["streams"], keep=LOG_STREAMS)

    def bounded_executions(data: Json) -> Any:
        answer = start(data)
        drop_oldest(stepfunctions._executions, keep=EXECUTIONS, when=is_over)
        return answer

    eventbridge._events_log_list = bounded(eventbridge._events_log_list, keep=EVENTS)
    cloudwatch._metric_bucket = bounded(cloudwatch._metric_bucket, keep=POINTS)
    lambda_svc._emit_lambda_logs = bounded_logs
    stepfunctions._start_execution = bounded_executions


def bounded(find: Callable[..., list[Json]], *, keep: int) -> Callable[..., list[Json]]:
    """`find`, which answers the list that the next entry goes into, with its last entries alone.

    >>> entries = [{"number": 1}, {"number": 2}, {"number": 3}]
    >>> bounded(lambda: entries, keep=2)()
    [{'number': 2}, {'number': 3}]
    """

    def run(*arguments: Any) -> list[Json]:
        entries = find(*arguments)
        del entries[:-keep]
        return entries

    return run


def is_over(execution: Json) -> bool:
    return bool(execution["status"] != "RUNNING")


def drop_oldest(entries: MutableMapping[str, Json], *, keep: int, when: Callable[[Json], bool] = bool) -> None:
    """Remove the oldest of the entries for which `when` is true, until `keep` of them are left.

    >>> runs = {"a": {"status": "FAILED"}, "b": {"status": "RUNNING"}, "c": {"status": "SUCCEEDED"}}
    >>> drop_oldest(runs, keep=1, when=is_over)
    >>> list(runs)
    ['b', 'c']
    """
    found = [name for name, entry in list(entries.items()) if when(entry)]
    for name in found[:-keep]:
        entries.pop(name, None)
