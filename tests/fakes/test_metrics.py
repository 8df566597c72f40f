"""The metrics in memory answer as CloudWatch does of whoever is invoked through an alias."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.edges.metrics import Traffic
from tests.fakes.clock import START
from tests.fakes.edges import FakeOutside

MODEL = "kdd99-http"
NOTHING = Traffic(invocations=0, errors=0, duration_ms=None)


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
    assert outside.metrics.traffic(MODEL, function_versions=("1", "2", "3"), since=START) == {
        "1": Traffic(invocations=40 - ill, errors=0, duration_ms=0.0),
        "2": Traffic(invocations=ill, errors=ill, duration_ms=0.0),
        "3": NOTHING,
    }


def test_counting_begins_with_the_minute() -> None:
    outside = FakeOutside(MODEL)
    outside.clock.sleep(60)
    metrics = outside.metrics
    for seconds in (-1, 0, 30):
        metrics.count(MODEL, function_version="1", at=START + timedelta(seconds=seconds), duration_ms=seconds + 1)
    metrics.count("another", function_version="1", at=START)

    counted = metrics.traffic(MODEL, function_versions=("1",), since=START + timedelta(seconds=59))

    assert counted == {"1": Traffic(invocations=2, errors=0, duration_ms=16.0)}


def test_what_happened_lately_is_not_shown_yet() -> None:
    outside = FakeOutside(MODEL)
    outside.metrics.behind = timedelta(minutes=2)
    outside.metrics.count(MODEL, function_version="1", at=START)

    seen = []
    for _ in range(3):
        seen.append(outside.metrics.traffic(MODEL, function_versions=("1",), since=START)["1"].invocations)
        outside.clock.sleep(60)

    assert seen == [0, 0, 1]
