"""The logs of the serving functions as the canary asks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws.logged_labels import LOOKS, QUERY, ROWS_MAX, LoggedLabels
from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.edges.metrics import Labels
from chalicelib.errors import MetricsUnavailable
from lambdas.serve import labels
from tests.contract.aws.conftest import Scripted
from tests.unit.lambdas.serve.test_handler import GOOD, SERVICE
from tests.unit.lambdas.serve.test_handler import QUERY as QUERY_OF_GOOD
from workflows.local.emulator.version_metrics import counts

GROUP = "/aws/lambda/nightswap-prod-serve-kdd99-http"
SINCE = datetime(2026, 11, 21, 3, 2, 59, tzinfo=UTC)
UNTIL = datetime(2026, 11, 21, 3, 11, 30, tzinfo=UTC)
FIRST, SECOND = (datetime(2026, 11, 21, 3, minute, tzinfo=UTC) for minute in (0, 5))
ASKED: dict[str, Any] = {
    "logGroupName": GROUP,
    "queryString": QUERY,
    "startTime": round(FIRST.timestamp()),
    "endTime": round(FIRST.timestamp()) + 599,
}


@pytest.fixture
def aws(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("logs")


def counted(aws: Scripted, *versions: str, since: datetime = SINCE, until: datetime = UNTIL) -> Any:
    logged = LoggedLabels(lambda: aws.client, stage="prod", sleep=lambda _: None)
    metrics = CloudWatchMetrics(lambda: aws.client, logged=logged, stage="prod")
    return metrics.labels("kdd99-http", function_versions=versions, since=since, until=until)


def row(begun: datetime, version: str, calls: int, *kinds: str, **changes: str) -> list[dict[str, str]]:
    cells = {
        "bin(5m)": f"{begun:%Y-%m-%d %H:%M:%S}.000",
        "function_version": version,
        "kinds": json.dumps(kinds),
        "calls": str(calls),
    }
    return [{"field": name, "value": value} for name, value in {**cells, **changes}.items()]


def answered(aws: Scripted, *rows: list[dict[str, str]], status: str = "Complete") -> None:
    aws.answers("get_query_results", {"status": status, "results": rows}, queryId="q-1")


def test_calls_are_counted_by_version_span_and_label(aws: Scripted) -> None:
    aws.answers("start_query", {"queryId": "q-1"}, **ASKED)
    answered(aws, status="Running")
    answered(
        aws,
        row(FIRST, "4", 90, "normal"),
        row(FIRST, "4", 3, "attack"),
        row(FIRST, "4", 2, "attack", "normal"),
        row(SECOND, "5", 7, "attack"),
        row(SECOND, "3", 1, "attack"),
    )

    assert counted(aws, "4", "5") == {
        "4": {FIRST: Labels(calls=95, by_label={"normal": 92, "attack": 5})},
        "5": {SECOND: Labels(calls=7, by_label={"attack": 7})},
    }


def test_nothing_is_asked_before_a_whole_span_is_over(aws: Scripted) -> None:
    assert counted(aws, "4", until=SINCE + timedelta(minutes=1)) == {"4": {}}


def test_long_canary_is_asked_for_day_by_day_and_no_second_twice(aws: Scripted) -> None:
    begin, day = round(FIRST.timestamp()), 86_400
    end = begin + day + 600
    aws.answers("start_query", {"queryId": "q-1"}, **{**ASKED, "endTime": begin + day - 1})
    answered(aws, row(FIRST, "4", 1, "attack"))
    aws.answers("start_query", {"queryId": "q-1"}, **{**ASKED, "startTime": end - 600, "endTime": end - 1})
    answered(aws, row(FIRST + timedelta(days=1), "4", 2, "attack"))

    found = counted(aws, "4", until=UNTIL + timedelta(days=1))

    assert [each.calls for each in found["4"].values()] == [1, 2]


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException", "LimitExceededException"])
def test_refusal_is_a_count_that_cannot_be_had(aws: Scripted, code: str) -> None:
    aws.refuses("start_query", code)

    with pytest.raises(MetricsUnavailable, match=f"counting the labels: {code}"):
        counted(aws, "4")


def test_throttled_query_is_a_count_that_cannot_be_had(aws: Scripted) -> None:
    aws.refuses("start_query", "ThrottlingException")

    with pytest.raises(MetricsUnavailable, match="ThrottlingException"):
        counted(aws, "4")


def test_query_that_fails_or_takes_too_long_is_given_up(aws: Scripted) -> None:
    aws.answers("start_query", {"queryId": "q-1"}, **ASKED)
    answered(aws, status="Failed")
    with pytest.raises(MetricsUnavailable, match="the query ended Failed"):
        counted(aws, "4")
    aws.answers("start_query", {"queryId": "q-1"}, **ASKED)
    for _ in range(LOOKS):
        answered(aws, status="Running")

    with pytest.raises(MetricsUnavailable, match="no answer in 20 s"):
        counted(aws, "4")


def test_answer_that_may_be_cut_off_is_not_counted(aws: Scripted) -> None:
    aws.answers("start_query", {"queryId": "q-1"}, **ASKED)
    answered(aws, *[row(FIRST, "4", 1, "attack")] * ROWS_MAX)

    with pytest.raises(MetricsUnavailable, match="more than 10,000 kinds of answers"):
        counted(aws, "4")


@pytest.mark.parametrize("changes", [{"kinds": "attack"}, {"bin(5m)": "soon"}, {"kinds": "1"}])
def test_line_of_another_than_the_serving_function_is_not_counted(aws: Scripted, changes: dict[str, str]) -> None:
    aws.answers("start_query", {"queryId": "q-1"}, **ASKED)
    answered(aws, row(FIRST, "4", 1, "attack", **changes))

    with pytest.raises(MetricsUnavailable, match="none of the serving function's"):
        counted(aws, "4")


class Client:
    """The context of a client's call."""

    function_version, invoked_function_arn = "4", "arn:aws:lambda:eu-west-1:123456789012:function:serve:live"


def test_line_that_a_serving_function_writes_is_counted(aws: Scripted) -> None:
    answers: list[Any] = [SERVICE.answer({"instances": [GOOD, GOOD]}), SERVICE.answer({"query": QUERY_OF_GOOD})]
    lines = [line for answer in answers for line in labels.lines(answer, Client(), named=SERVICE.named)]
    results = counts(QUERY, [(1_000 * ASKED["startTime"], line) for line in lines])
    aws.answers("start_query", {"queryId": "q-1"}, **ASKED)
    answered(aws, *(results or []))

    assert counted(aws, "4") == {"4": {FIRST: Labels(calls=2, by_label={"normal": 2})}}
