from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from workflows.local.emulator.version_metrics import add

SERVE = {"FunctionName": "serve"}


@given(values=some.lists(some.tuples(some.integers(0, 3), some.floats(0, 1e6)), max_size=50))
def test_a_minute_is_one_point_with_the_statistics_of_its_values(values: list[tuple[int, float]]) -> None:
    values.sort(key=lambda each: each[0])
    points: list[dict[str, Any]] = []

    for minute, value in values:
        add(points, value, unit="Count", dimensions=SERVE, minute=60 * minute)

    assert [each["Timestamp"] for each in points] == sorted({60.0 * minute for minute, _ in values})
    for point in points:
        counted = [value for minute, value in values if 60 * minute == point["Timestamp"]]
        seen = point["_stat"]
        assert (seen["SampleCount"], seen["Minimum"], seen["Maximum"]) == (len(counted), min(counted), max(counted))
        assert seen["Sum"] == sum(counted)


def test_a_value_that_somebody_put_there_stays_a_point_of_its_own() -> None:
    put = {"Timestamp": 60.0, "Value": 7.0, "Unit": "Count", "Dimensions": SERVE}
    points: list[dict[str, Any]] = [dict(put)]

    add(points, 1.0, unit="Count", dimensions=SERVE, minute=60)

    assert points[0] == put
    assert points[1]["_stat"]["SampleCount"] == 1.0


def test_a_call_that_began_in_the_minute_before_the_last_counts_with_the_last() -> None:
    points: list[dict[str, Any]] = []

    for minute in (120, 60):
        add(points, 1.0, unit="Count", dimensions=SERVE, minute=minute)

    assert [(each["Timestamp"], each["_stat"]["Sum"]) for each in points] == [(120.0, 2.0)]
