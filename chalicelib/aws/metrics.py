"""CloudWatch: what Lambda counts of the versions behind an alias."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib import names
from chalicelib.aws.calls import transient
from chalicelib.edges import Clock
from chalicelib.edges.metrics import Traffic
from chalicelib.errors import MetricsUnavailable

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient

PERIOD_SECONDS = 60
"""Lambda counts by the minute, and CloudWatch keeps minutes for 15 days.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""

INVOCATIONS, ERRORS = ("Invocations", "Sum"), ("Errors", "Sum")
MILLISECONDS, TIMED = ("Duration", "Sum"), ("Duration", "SampleCount")
"""Their ratio is the mean over all minutes; a mean of each minute's mean would not be."""
TOLD = ("Complete", "PartialData")
ASKED = (INVOCATIONS, ERRORS, MILLISECONDS, TIMED)


class CloudWatchMetrics:
    """`chalicelib.edges.Metrics` over one stage's serving functions.

    `connect` makes the client at the first question: few of those who hold the edges ever ask one.
    """

    def __init__(self, connect: Callable[[], CloudWatchClient], *, stage: str, clock: Clock) -> None:
        self._connect = connect
        self._stage = stage
        self._clock = clock

    def traffic(self, model: str, *, function_versions: Sequence[str], since: datetime) -> Mapping[str, Traffic]:
        """The traffic of every asked version, zeros where nothing was counted."""
        function = names.serving_function(self._stage, model)
        asked = {
            f"q{index}": (version, *statistic)
            for index, (version, statistic) in enumerate(
                (version, statistic) for version in function_versions for statistic in ASKED
            )
        }
        queries = [_query(key, function, *wanted) for key, wanted in asked.items()]
        sums: Counter[tuple[str, str, str]] = Counter()
        for result in self._results(queries, since=since) if queries else ():
            sums[asked[result["Id"]]] += sum(result["Values"])
        return {version: _traffic(version, sums) for version in function_versions}

    def _results(self, queries: list[Any], *, since: datetime) -> Iterator[Any]:
        more: dict[str, Any] = {}
        start = _minute(since)
        until = max(start, _minute(self._clock())) + timedelta(seconds=PERIOD_SECONDS)
        while True:
            with transient(MetricsUnavailable, doing="reading the metrics"):
                page = self._client.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=until, **more)
            for result in page["MetricDataResults"]:
                if result["StatusCode"] not in TOLD:  # silence is no sign of health
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


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


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


def _traffic(version: str, sums: Mapping[tuple[str, str, str], float]) -> Traffic:
    timed = sums[version, *TIMED]
    return Traffic(
        invocations=round(sums[version, *INVOCATIONS]),
        errors=round(sums[version, *ERRORS]),
        duration_ms=sums[version, *MILLISECONDS] / timed if timed else None,
    )
