"""CloudWatch Logs Insights: which labels the versions behind an alias answered, as they logged them.

A query costs what it scans, half a cent for a GB of log, and nothing in a month without a canary. A metric for each
label of each version would cost 0.30 USD a month while it is counted: three dollars for ten labels.
Source: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import names
from chalicelib.aws.calls import code, transient
from chalicelib.edges.metrics import LABELS_SPAN, Labels, begin_of_span
from chalicelib.errors import MetricsUnavailable

SPAN = timedelta(days=1)
"""A query asks for so much at most: its answer holds ROWS_MAX rows."""
ROWS_MAX = 10_000
"""Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html"""
LOOKS, WAIT_SECONDS = 40, 0.5
"""A query of a day takes seconds; after 20 seconds in all nobody waits any more."""
WORKING = ("Scheduled", "Running")
BEGUN = f"bin({LABELS_SPAN // timedelta(minutes=1)}m)"
QUERY = f'filter event = "answered" | stats count(*) as calls by {BEGUN}, function_version, kinds | limit {ROWS_MAX}'
"""`lambdas/serve/handler.py` writes the fields."""
DOING = "counting the labels"

Row = Mapping[str, str]


class LoggedLabels:
    """One stage's serving functions. `connect` makes the client at the first question."""

    def __init__(
        self, connect: Callable[[], Any], *, stage: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._connect, self._stage, self._sleep = connect, stage, sleep

    def counted(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Labels]]:
        """As `chalicelib.edges.metrics.Metrics.labels` says; raises MetricsUnavailable for whatever goes wrong."""
        group = f"/aws/lambda/{names.serving_function(self._stage, model)}"
        found: dict[str, dict[datetime, list[tuple[Sequence[str], int]]]] = {each: {} for each in function_versions}
        looks = iter(range(LOOKS))
        for begin, end in _spans(begin_of_span(since), begin_of_span(until)):
            for row in self._rows(group, begin=begin, end=end, looks=looks):
                begun, version, kinds, calls = _read(row)
                if version in found:
                    found[version].setdefault(begun, []).append((kinds, calls))
        return {
            version: {begun: _labels(counted) for begun, counted in spans.items()} for version, spans in found.items()
        }

    def _rows(self, group: str, *, begin: datetime, end: datetime, looks: Iterator[int]) -> Sequence[Row]:
        last = end - timedelta(seconds=1)  # both ends of a query count
        times = {"startTime": round(begin.timestamp()), "endTime": round(last.timestamp())}
        try:
            with transient(MetricsUnavailable, doing=DOING):
                client = self._connect()
                asked = client.start_query(logGroupName=group, queryString=QUERY, **times)["queryId"]
                for _ in looks:
                    told = client.get_query_results(queryId=asked)
                    if told["status"] not in WORKING:
                        return _complete(told)
                    self._sleep(WAIT_SECONDS)
        except ClientError as exc:
            raise MetricsUnavailable(f"{DOING}: {code(exc)}") from exc
        raise MetricsUnavailable(f"{DOING}: no answer in {LOOKS * WAIT_SECONDS:g} s")


def _complete(told: Mapping[str, Any]) -> Sequence[Row]:
    if told["status"] != "Complete":
        raise MetricsUnavailable(f"{DOING}: the query ended {told['status']}")
    if len(told["results"]) >= ROWS_MAX:
        raise MetricsUnavailable(f"{DOING}: more than {ROWS_MAX:,} kinds of answers")
    return [{cell["field"]: cell["value"] for cell in row} for row in told["results"]]


def _read(row: Row) -> tuple[datetime, str, Sequence[str], int]:
    """Begin, function version, labels, calls. Raises MetricsUnavailable for a line that another than us wrote."""
    try:
        begun = datetime.fromisoformat(row[BEGUN]).replace(tzinfo=UTC)
        return begun, row["function_version"], list(map(str, json.loads(row["kinds"]))), int(row["calls"])
    except (KeyError, ValueError, TypeError) as exc:
        raise MetricsUnavailable(f"{DOING}: the log holds a line that is none of the serving function's") from exc


def _labels(counted: Sequence[tuple[Sequence[str], int]]) -> Labels:
    by_label: dict[str, int] = {}
    for kinds, calls in counted:
        for label in kinds:
            by_label[label] = by_label.get(label, 0) + calls
    return Labels(calls=sum(calls for _, calls in counted), by_label=by_label)


def _spans(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        finish = min(start + SPAN, end)
        yield start, finish
        start = finish
