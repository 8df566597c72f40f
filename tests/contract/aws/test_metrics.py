"""CloudWatch as the canary asks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY

from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.edges.metrics import Traffic
from chalicelib.errors import MetricsUnavailable
from tests.contract.aws.conftest import Scripted

MODEL = "kdd99-http"
FUNCTION = "nightswap-prod-serve-kdd99-http"
SINCE = datetime(2026, 11, 21, 3, 0, 59, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 3, 10, 30, tzinfo=UTC)
FROM_THEN = {
    "StartTime": datetime(2026, 11, 21, 3, 0, tzinfo=UTC),
    "EndTime": datetime(2026, 11, 21, 3, 11, tzinfo=UTC),
}
NOTHING = Traffic(invocations=0, errors=0, duration_ms=None)


@pytest.fixture
def aws(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("cloudwatch")


@pytest.fixture
def metrics(aws: Scripted) -> CloudWatchMetrics:
    return CloudWatchMetrics(lambda: aws.client, stage="prod", clock=lambda: NOW)


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
    results = [{"Id": key, "Values": each, "StatusCode": status} for key, each in values.items()]
    return {"MetricDataResults": results, **more}


def traffic(metrics: CloudWatchMetrics, *versions: str, since: datetime = SINCE) -> Any:
    return metrics.traffic(MODEL, function_versions=versions, since=since)


def test_one_call_asks_for_all_versions_by_whole_minutes(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    queries = [
        query(f"q{4 * index + place}", metric, statistic, version=version)
        for index, version in enumerate(("4", "5"))
        for place, (metric, statistic) in enumerate(
            (("Invocations", "Sum"), ("Errors", "Sum"), ("Duration", "Sum"), ("Duration", "SampleCount"))
        )
    ]
    counted = {"q0": [90.0, 10.0], "q1": [0.0, 0.0], "q2": [900.0, 300.0], "q3": [90.0, 10.0], "q4": [], "q5": []}
    aws.answers("get_metric_data", page(counted), MetricDataQueries=queries, **FROM_THEN)

    assert traffic(metrics, "4", "5") == {"4": Traffic(invocations=100, errors=0, duration_ms=12.0), "5": NOTHING}


def test_a_page_may_be_the_first_of_several(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    aws.answers("get_metric_data", page({"q0": [1.0]}, status="PartialData", NextToken="there"))
    aws.answers(
        "get_metric_data", page({"q0": [2.0], "q1": [1.0]}), MetricDataQueries=ANY, NextToken="there", **FROM_THEN
    )

    assert traffic(metrics, "4") == {"4": Traffic(invocations=3, errors=1, duration_ms=None)}


def test_nothing_is_asked_about_no_version(metrics: CloudWatchMetrics) -> None:
    assert traffic(metrics) == {}


def test_a_beginning_ahead_of_this_clock_still_makes_a_span(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    ahead = datetime(2026, 11, 21, 3, 11, tzinfo=UTC)
    span = {"StartTime": ahead, "EndTime": datetime(2026, 11, 21, 3, 12, tzinfo=UTC)}
    aws.answers("get_metric_data", page({}), MetricDataQueries=ANY, **span)

    assert traffic(metrics, "4", since=ahead) == {"4": NOTHING}


@pytest.mark.parametrize("status", ["InternalError", "Forbidden"])
def test_an_error_within_an_answer_is_no_sign_of_health(
    metrics: CloudWatchMetrics, aws: Scripted, status: str
) -> None:
    aws.answers("get_metric_data", page({"q0": []}, status=status))

    with pytest.raises(MetricsUnavailable, match=f"CloudWatch answered {status}; try again"):
        traffic(metrics, "4")


@pytest.mark.parametrize(("code", "status"), [("Throttling", 400), ("InternalServiceFault", 500)])
def test_trouble_of_cloudwatch_is_worth_another_try(
    metrics: CloudWatchMetrics, aws: Scripted, code: str, status: int
) -> None:
    aws.refuses("get_metric_data", code, status)

    with pytest.raises(MetricsUnavailable, match=f"{code}; try again"):
        traffic(metrics, "4")


def test_refusal_that_is_ours_to_mend_is_not_hidden(metrics: CloudWatchMetrics, aws: Scripted) -> None:
    aws.refuses("get_metric_data", "AccessDenied", 403)

    with pytest.raises(ClientError, match="AccessDenied"):
        traffic(metrics, "4")
