"""CloudWatch as the canary asks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY

from chalicelib.aws.logged_labels import LoggedLabels
from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.edges.metrics import Minute
from chalicelib.errors import MetricsUnavailable
from tests.contract.aws.conftest import Scripted

MODEL = "kdd99-http"
FUNCTION = "nightswap-prod-serve-kdd99-http"
SINCE = datetime(2026, 11, 21, 3, 0, 59, tzinfo=UTC)
UNTIL = datetime(2026, 11, 21, 3, 10, 30, tzinfo=UTC)
FIRST, SECOND = (datetime(2026, 11, 21, 3, minute, tzinfo=UTC) for minute in (0, 1))
SPAN = {"StartTime": FIRST, "EndTime": datetime(2026, 11, 21, 3, 10, tzinfo=UTC)}


@pytest.fixture
def aws(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("cloudwatch")


@pytest.fixture
def metrics(aws: Scripted) -> CloudWatchMetrics:
    return CloudWatchMetrics(lambda: aws.client, logged=LoggedLabels(lambda: aws.client, stage="prod"), stage="prod")


def query(key: str, metric: str, statistic: str, *, version: str) -> dict[str, Any]:
    dimensions = (("FunctionName", FUNCTION), ("Resource", f"{FUNCTION}:live"), ("ExecutedVersion", version))
    return {
        "Id": key,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
            },
            "Period": 60,
            "Stat": statistic,
        },
    }


def page(values: dict[str, list[float]], *, status: str = "Complete", **more: Any) -> dict[str, Any]:
    """The newest minute comes first, as it does at CloudWatch."""
    results = [
        {"Id": key, "Timestamps": [SECOND, FIRST][: len(each)], "Values": each, "StatusCode": status}
        for key, each in values.items()
    ]
    return {"MetricDataResults": results, **more}


def minutes(metrics: CloudWatchMetrics, *versions: str, since: datetime = SINCE, until: datetime = UNTIL) -> Any:
    return metrics.minutes(MODEL, function_versions=versions, since=since, until=until)


def test_one_call_asks_for_all_versions_by_whole_minutes(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    queries = [
        query(f"q{4 * index + place}", metric, statistic, version=version)
        for index, version in enumerate(("4", "5"))
        for place, (metric, statistic) in enumerate(
            (("Invocations", "Sum"), ("Errors", "Sum"), ("Duration", "Sum"), ("Duration", "SampleCount"))
        )
    ]
    counted = {"q0": [90.0, 10.0], "q1": [2.0, 0.0], "q2": [900.0, 300.0], "q3": [90.0, 10.0], "q4": [], "q5": []}
    aws.answers("get_metric_data", page(counted), MetricDataQueries=queries, **SPAN)

    assert minutes(metrics, "4", "5") == {
        "4": {
            FIRST: Minute(invocations=10, errors=0, timed=10, duration_ms=300.0),
            SECOND: Minute(invocations=90, errors=2, timed=90, duration_ms=900.0),
        },
        "5": {},
    }


def test_share_of_the_calls_within_a_bound_is_the_percentile_rank(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    queries = [query(f"q{index}", "Duration", "PR(:70)", version=version) for index, version in enumerate(("4", "5"))]
    aws.answers("get_metric_data", page({"q0": [99.0, 100.0], "q1": [0.0]}), MetricDataQueries=queries, **SPAN)

    within = metrics.shares_within(MODEL, function_versions=("4", "5"), since=SINCE, until=UNTIL, bound_ms=70)

    assert within == {"4": {SECOND: 0.99, FIRST: 1.0}, "5": {SECOND: 0.0}}


def test_a_page_may_be_the_first_of_several(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    aws.answers("get_metric_data", page({"q0": [1.0]}, status="PartialData", NextToken="there"))
    aws.answers(
        "get_metric_data", page({"q0": [1.0, 2.0], "q1": [1.0]}), MetricDataQueries=ANY, NextToken="there", **SPAN
    )

    assert minutes(metrics, "4") == {
        "4": {
            FIRST: Minute(invocations=2, errors=0, timed=0, duration_ms=0.0),
            SECOND: Minute(invocations=1, errors=1, timed=0, duration_ms=0.0),
        }
    }


def test_nothing_is_asked_about_no_version_and_no_minute(metrics: CloudWatchMetrics) -> None:
    """A span of nothing, or one that ends before it begins, is no call: CloudWatch would refuse it."""
    assert minutes(metrics) == {}
    assert minutes(metrics, "4", until=SINCE) == {"4": {}}
    assert minutes(metrics, "4", until=SINCE - timedelta(minutes=5)) == {"4": {}}


def test_long_canary_is_asked_for_day_by_day_and_no_minute_twice(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    """CloudWatch throttles a call for all of it, however often it is repeated."""
    days = [FIRST + timedelta(days=number) for number in range(3)]
    end = days[2] + timedelta(minutes=1)
    for begin, finish in zip(days, [*days[1:], end], strict=True):
        answered = {"Id": "q0", "Timestamps": [begin], "Values": [7.0], "StatusCode": "Complete"}
        aws.answers(
            "get_metric_data",
            {"MetricDataResults": [answered]},
            MetricDataQueries=ANY,
            StartTime=begin,
            EndTime=finish,
        )

    counted = minutes(metrics, "4", until=end)["4"]

    assert {minute: each.invocations for minute, each in counted.items()} == dict.fromkeys(days, 7)


def test_answer_that_ends_before_it_is_complete_is_no_sign_of_health(
    metrics: CloudWatchMetrics, aws: Scripted
) -> None:
    aws.answers("get_metric_data", page({"q0": [1.0]}, status="PartialData"))

    with pytest.raises(MetricsUnavailable, match="CloudWatch answered PartialData; try again"):
        minutes(metrics, "4")


@pytest.mark.parametrize("status", ["InternalError", "Forbidden"])
def test_an_error_within_an_answer_is_no_sign_of_health(
    metrics: CloudWatchMetrics, aws: Scripted, status: str
) -> None:
    aws.answers("get_metric_data", page({"q0": []}, status=status))

    with pytest.raises(MetricsUnavailable, match=f"CloudWatch answered {status}; try again"):
        minutes(metrics, "4")


@pytest.mark.parametrize(("code", "status"), [("Throttling", 400), ("InternalServiceFault", 500)])
def test_trouble_of_cloudwatch_is_worth_another_try(
    metrics: CloudWatchMetrics, aws: Scripted, code: str, status: int
) -> None:
    aws.refuses("get_metric_data", code, status)

    with pytest.raises(MetricsUnavailable, match=f"{code}; try again"):
        minutes(metrics, "4")


def test_refusal_that_is_ours_to_mend_is_not_hidden(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    aws.refuses("get_metric_data", "AccessDenied", 403)

    with pytest.raises(ClientError, match="AccessDenied"):
        minutes(metrics, "4")
