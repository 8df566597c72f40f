"""What the local CloudWatch counts of the versions behind a weighted alias, as the product asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws.logged_labels import LoggedLabels
from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.edges.metrics import Minute
from chalicelib.names import serving_function
from workflows.local.process import LocalAws

MODEL = "counted"
HOUR = timedelta(hours=1)
NOTHING = Minute(invocations=0, errors=0, timed=0, duration_ms=0.0)
FUNCTION = serving_function("traffic", MODEL)
CALLS = 40
SLEEP_MS = 20
SOUND = f"""
import time

def handler(event, context):
    time.sleep({SLEEP_MS / 1000})
    return "sound"
"""
OTHER = "def handler(event, context): return 'other'"
ILL = "def handler(event, context): return 1 / 0"
START_SECONDS = 1
SLOW_START = f"import time\ntime.sleep({START_SECONDS})\ndef handler(event, context): return 'at once'"


@pytest.fixture(scope="module")
def functions(
    local_aws: LocalAws,
    clients: Callable[..., Any],
    create_function: Callable[..., str],
    package: Callable[[str], bytes],
) -> Any:
    """Lambda, with version 1 sound, 2 raising, and 3 that no alias points to."""
    create_function(local_aws, FUNCTION, SOUND, Publish=True)
    functions = clients(local_aws, "lambda")
    for source in (ILL, OTHER):
        functions.update_function_code(FunctionName=FUNCTION, ZipFile=package(source), Publish=True)
    functions.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="1")
    return functions


@pytest.fixture
def metrics(local_aws: LocalAws, clients: Callable[..., Any]) -> CloudWatchMetrics:
    logged = LoggedLabels(lambda: clients(local_aws, "logs"), stage="traffic", sleep=lambda _: None)
    return CloudWatchMetrics(lambda: clients(local_aws, "cloudwatch"), logged=logged, stage="traffic")


def counted(metrics: CloudWatchMetrics, version: str, *, since: datetime, model: str = MODEL) -> Minute:
    """All minutes since then together."""
    minutes = metrics.minutes(model, function_versions=(version,), since=since, until=since + HOUR)[version]
    return Minute(
        invocations=sum(each.invocations for each in minutes.values()),
        errors=sum(each.errors for each in minutes.values()),
        timed=sum(each.timed for each in minutes.values()),
        duration_ms=sum(each.duration_ms for each in minutes.values()),
    )


def slow(metrics: CloudWatchMetrics, version: str, *, since: datetime, bound_ms: int) -> int:
    """How many calls took longer."""
    span = {"since": since, "until": since + HOUR}
    minutes = metrics.minutes(MODEL, function_versions=(version,), **span)[version]
    within = metrics.shares_within(MODEL, function_versions=(version,), bound_ms=bound_ms, **span)[version]
    assert within.keys() == minutes.keys()
    return sum(round(each.timed * (1 - within[minute])) for minute, each in minutes.items())


def test_weighted_alias_is_counted_version_by_version(functions: Any, metrics: CloudWatchMetrics) -> None:
    since = datetime.now(UTC)
    functions.update_alias(FunctionName=FUNCTION, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.4}})

    answers = [functions.invoke(FunctionName=FUNCTION, Qualifier="live") for _ in range(CALLS)]

    ill = sum("FunctionError" in each for each in answers)
    assert 0 < ill < CALLS
    first, second = (counted(metrics, version, since=since) for version in ("1", "2"))
    assert (first.invocations, first.timed, first.errors) == (CALLS - ill, CALLS - ill, 0)
    assert (second.invocations, second.timed, second.errors) == (ill, ill, ill)
    assert first.duration_ms / first.timed > max(SLEEP_MS, second.duration_ms / second.timed)
    assert counted(metrics, "3", since=since) == NOTHING
    assert slow(metrics, "1", since=since, bound_ms=SLEEP_MS) == CALLS - ill
    assert slow(metrics, "1", since=since, bound_ms=60_000) == 0


def test_calls_by_number_of_others_and_of_earlier_are_not_counted(functions: Any, metrics: CloudWatchMetrics) -> None:
    functions.invoke(FunctionName=FUNCTION, Qualifier="live")
    functions.invoke(FunctionName=FUNCTION, Qualifier="3")
    functions.invoke(FunctionName=FUNCTION)
    now = datetime.now(UTC)

    assert counted(metrics, "3", since=now - timedelta(minutes=5)) == NOTHING
    assert counted(metrics, "1", since=now + timedelta(minutes=2)) == NOTHING
    assert counted(metrics, "1", since=now, model="another") == NOTHING


def test_starting_a_process_is_no_part_of_the_duration(
    functions: Any, metrics: CloudWatchMetrics, package: Callable[[str], bytes]
) -> None:
    since = datetime.now(UTC)
    published = functions.update_function_code(FunctionName=FUNCTION, ZipFile=package(SLOW_START), Publish=True)
    version = published["Version"]
    functions.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version, RoutingConfig={})

    begun = time.monotonic()
    functions.invoke(FunctionName=FUNCTION, Qualifier="live")
    took_seconds = time.monotonic() - begun

    seen = counted(metrics, version, since=since)
    assert took_seconds > START_SECONDS
    assert seen.invocations == 1
    assert 0 < seen.duration_ms < 1000 * START_SECONDS / 2


ANSWERED = """
import json, sys

def handler(event, context):
    told = {"event": "answered", "function_version": context.function_version, "kinds": json.dumps(sorted(event))}
    sys.stderr.write(json.dumps(told) + "\\n")
    return context.invoked_function_arn
"""


def test_labels_that_a_version_logs_are_counted(
    functions: Any, metrics: CloudWatchMetrics, package: Callable[[str], bytes]
) -> None:
    published = functions.update_function_code(FunctionName=FUNCTION, ZipFile=package(ANSWERED), Publish=True)
    version = published["Version"]
    functions.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version, RoutingConfig={})
    span = {"since": datetime.now(UTC) - HOUR, "until": datetime.now(UTC) + HOUR}

    for event in (b'{"attack": 1}', b'{"attack": 1, "normal": 3}', b'{"normal": 1}'):
        called = functions.invoke(FunctionName=FUNCTION, Qualifier="live", Payload=event)
        assert called["Payload"].read().endswith(b':live"')

    found = metrics.labels(MODEL, function_versions=(version, "1"), **span)
    assert sum(each.calls for each in found[version].values()) == 3
    assert [sum(each.by_label.get(name, 0) for each in found[version].values()) for name in ("attack", "normal")] == [
        2,
        2,
    ]
    assert found["1"] == {}
