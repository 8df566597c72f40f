"""What the local CloudWatch counts of the versions behind a weighted alias, as the product asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws.metrics import CloudWatchMetrics
from chalicelib.edges.metrics import Traffic
from chalicelib.names import serving_function
from workflows.local.process import LocalAws

MODEL = "counted"
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
NOTHING = Traffic(invocations=0, errors=0, duration_ms=None)


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
    return CloudWatchMetrics(
        lambda: clients(local_aws, "cloudwatch"), stage="traffic", clock=lambda: datetime.now(UTC)
    )


def test_weighted_alias_is_counted_version_by_version(functions: Any, metrics: CloudWatchMetrics) -> None:
    since = datetime.now(UTC)
    functions.update_alias(FunctionName=FUNCTION, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.4}})

    answers = [functions.invoke(FunctionName=FUNCTION, Qualifier="live") for _ in range(CALLS)]

    ill = sum("FunctionError" in each for each in answers)
    assert 0 < ill < CALLS
    traffic = metrics.traffic(MODEL, function_versions=("1", "2", "3"), since=since)
    assert (traffic["1"].invocations, traffic["1"].errors) == (CALLS - ill, 0)
    assert (traffic["2"].invocations, traffic["2"].errors) == (ill, ill)
    sound_ms, ill_ms = traffic["1"].duration_ms, traffic["2"].duration_ms
    assert sound_ms is not None and ill_ms is not None and sound_ms > max(SLEEP_MS, ill_ms)
    assert traffic["3"] == NOTHING


def test_calls_by_number_of_others_and_of_earlier_are_not_counted(functions: Any, metrics: CloudWatchMetrics) -> None:
    functions.invoke(FunctionName=FUNCTION, Qualifier="live")
    functions.invoke(FunctionName=FUNCTION, Qualifier="3")
    functions.invoke(FunctionName=FUNCTION)
    now = datetime.now(UTC)

    assert metrics.traffic(MODEL, function_versions=("3",), since=now - timedelta(minutes=5)) == {"3": NOTHING}
    assert metrics.traffic(MODEL, function_versions=("1",), since=now + timedelta(minutes=2)) == {"1": NOTHING}
    assert metrics.traffic("another", function_versions=("1",), since=now) == {"1": NOTHING}


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

    counted = metrics.traffic(MODEL, function_versions=(version,), since=since)[version]
    assert took_seconds > START_SECONDS
    assert counted.invocations == 1
    assert counted.duration_ms is not None and counted.duration_ms < 1000 * START_SECONDS / 2
