"""The metrics in memory answer as CloudWatch does of whoever is invoked through an alias."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.edges.metrics import Minute
from tests.fakes.clock import START
from tests.fakes.edges import FakeOutside

MODEL = "kdd99-http"
MINUTE = timedelta(minutes=1)


def ill_after_two(package: bytes, payload: bytes) -> bytes:
    if package == b"two":
        raise ZeroDivisionError("by zero")
    return payload


def canary(outside: FakeOutside) -> None:
    """Half of the traffic goes to version 2, which raises."""
    for package in (b"one", b"two"):
        outside.functions.publish(MODEL, package)
    alias = outside.functions.create_alias(MODEL, function_version="1", description="")
    outside.functions.update_alias(
        MODEL, function_version="1", weights={"2": 0.5}, description="", revision_id=alias.revision_id
    )


def test_what_comes_through_the_alias_is_counted_by_the_version_that_answered() -> None:
    outside = FakeOutside(MODEL, handler=ill_after_two)
    canary(outside)

    answers = [outside.functions.invoke(MODEL, b"", qualifier="live") for _ in range(40)]
    outside.functions.invoke(MODEL, b"", qualifier="2")

    ill = sum(each.executed_version == "2" for each in answers)
    assert 0 < ill < 40
    assert outside.metrics.minutes(MODEL, function_versions=("1", "2", "3"), since=START, until=START + MINUTE) == {
        "1": {START: Minute(invocations=40 - ill, errors=0, timed=40 - ill, duration_ms=0.0)},
        "2": {START: Minute(invocations=ill, errors=ill, timed=ill, duration_ms=0.0)},
        "3": {},
    }


def test_counting_goes_by_whole_minutes_and_ends_before_the_last() -> None:
    outside = FakeOutside(MODEL)
    outside.clock.sleep(200)
    metrics = outside.metrics
    for seconds in (-1, 0, 30, 60, 120):
        metrics.count(MODEL, function_version="1", at=START + timedelta(seconds=seconds), duration_ms=seconds + 1)
    metrics.count("another", function_version="1", at=START)
    span = {"since": START + timedelta(seconds=59), "until": START + timedelta(seconds=179)}

    counted = metrics.minutes(MODEL, function_versions=("1",), **span)
    within = metrics.shares_within(MODEL, function_versions=("1",), bound_ms=1, **span)

    assert counted == {
        "1": {
            START: Minute(invocations=2, errors=0, timed=2, duration_ms=32.0),
            START + MINUTE: Minute(invocations=1, errors=0, timed=1, duration_ms=61.0),
        }
    }
    assert within == {"1": {START: 0.5, START + MINUTE: 0.0}}


def test_what_happened_lately_is_not_shown_yet() -> None:
    outside = FakeOutside(MODEL)
    outside.metrics.behind = timedelta(minutes=2)
    outside.metrics.count(MODEL, function_version="1", at=START)

    seen = []
    for _ in range(3):
        counted = outside.metrics.minutes(MODEL, function_versions=("1",), since=START, until=START + MINUTE)
        seen.append(len(counted["1"]))
        outside.clock.sleep(60)

    assert seen == [0, 0, 1]
