"""CloudWatch: what Lambda counts of the versions behind an alias."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from chalicelib import names
from chalicelib.aws.calls import transient
from chalicelib.aws.logged_labels import LoggedLabels
from chalicelib.edges.metrics import Labels, Minute
from chalicelib.errors import MetricsUnavailable

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient

PERIOD_SECONDS = 60
"""Lambda counts by the minute, and CloudWatch keeps minutes for 15 days.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""

SPAN = timedelta(days=1)
"""A call asks for so much at most. CloudWatch throttles by the points that a call could have, found or not: 90,000 a
second where it begins more than three hours ago. A canary of ten days has 115,200.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"""

INVOCATIONS, ERRORS = ("Invocations", "Sum"), ("Errors", "Sum")
MILLISECONDS, TIMED = ("Duration", "Sum"), ("Duration", "SampleCount")
COMPLETE, PARTIAL = "Complete", "PartialData"
COUNTED = (INVOCATIONS, ERRORS, MILLISECONDS, TIMED)

Statistic = tuple[str, str]
"""A metric's name, and what is asked of it."""
Found = Mapping[str, Mapping[datetime, Mapping[Statistic, float]]]
"""By function version and minute."""


class CloudWatchMetrics:
    """`chalicelib.edges.Metrics` over one stage's serving functions.

    `connect` makes the client at the first question: few of those who hold the edges ever ask one.
    """

    def __init__(self, connect: Callable[[], CloudWatchClient], *, logged: LoggedLabels, stage: str) -> None:
        self._connect = connect
        self._logged = logged
        self._stage = stage

    def minutes(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Minute]]:
        found = self._ask(model, COUNTED, function_versions, since=since, until=until)
        return {
            version: {minute: _minute(values) for minute, values in minutes.items()}
            for version, minutes in found.items()
        }

    def shares_within(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime, bound_ms: int
    ) -> Mapping[str, Mapping[datetime, float]]:
        """By the percentile rank: of the durations of a minute, the percentage of those up to the bound.

        Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
        """
        rank = ("Duration", f"PR(:{bound_ms})")
        found = self._ask(model, [rank], function_versions, since=since, until=until)
        return {
            version: {minute: values[rank] / 100 for minute, values in minutes.items()}
            for version, minutes in found.items()
        }

    def labels(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Labels]]:
        return self._logged.counted(model, function_versions=function_versions, since=since, until=until)

    def _ask(
        self,
        model: str,
        statistics: Sequence[Statistic],
        versions: Sequence[str],
        *,
        since: datetime,
        until: datetime,
    ) -> Found:
        function = names.serving_function(self._stage, model)
        start, end = _whole(since), _whole(until)
        asked = {f"q{index}": each for index, each in enumerate(product(versions, statistics))}
        found: dict[str, dict[datetime, dict[Statistic, float]]] = {version: {} for version in versions}
        queries = [_query(key, function, version, *statistic) for key, (version, statistic) in asked.items()]
        for begin, finish in _spans(start, end) if queries else ():
            for result in self._results(queries, start=begin, end=finish):
                version, statistic = asked[result["Id"]]
                for minute, value in zip(result["Timestamps"], result["Values"], strict=True):
                    found[version].setdefault(minute.astimezone(UTC), {})[statistic] = value
        return found

    def _results(self, queries: list[Any], *, start: datetime, end: datetime) -> Iterator[Any]:
        more: dict[str, Any] = {}
        while True:
            with transient(MetricsUnavailable, doing="reading the metrics"):
                page = self._client.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, **more)
            for result in page["MetricDataResults"]:
                told = (COMPLETE, PARTIAL) if page.get("NextToken") else (COMPLETE,)
                if result["StatusCode"] not in told:  # silence is no sign of health
                    raise MetricsUnavailable(
                        f"reading the metrics: CloudWatch answered {result['StatusCode']}; try again in a moment"
                    )
                yield result
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    @cached_property
    def _client(self) -> CloudWatchClient:
        return self._connect()


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _spans(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """One after the other, each minute in one of them."""
    while start < end:
        finish = min(start + SPAN, end)
        yield start, finish
        start = finish


def _query(key: str, function: str, version: str, metric: str, statistic: str) -> Any:
    """ExecutedVersion tells the versions of a weighted alias apart, beside the alias as the Resource.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
    """
    dimensions = {"FunctionName": function, "Resource": f"{function}:{names.LIVE}", "ExecutedVersion": version}
    return {
        "Id": key,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            },
            "Period": PERIOD_SECONDS,
            "Stat": statistic,
        },
    }


def _minute(values: Mapping[Statistic, float]) -> Minute:
    """A statistic that has no value in this minute is zero."""
    invocations, errors, timed = (round(values.get(each, 0.0)) for each in (INVOCATIONS, ERRORS, TIMED))
    return Minute(invocations=invocations, errors=errors, timed=timed, duration_ms=values.get(MILLISECONDS, 0.0))
