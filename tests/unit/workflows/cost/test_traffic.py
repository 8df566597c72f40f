"""What requests use, alone and through the gateway."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cost.bills import bill
from workflows.cost.estimates import API_SECONDS, LOG_GB_PER_PREDICTION, NIGHTS, predictions_usage
from workflows.cost.traffic import Traffic, function_usage, gateway_usage, log_usage, wake_usage

traffics = st.builds(
    Traffic,
    requests_a_day=st.floats(1, 1e7),
    seconds=st.floats(0.001, 10),
    memory_mb=st.integers(128, 10_240),
    cold_share=st.floats(0, 1),
    cold_seconds=st.floats(0, 10),
)


def test_function_is_busy_for_each_request_and_for_each_start() -> None:
    traffic = Traffic(requests_a_day=10, seconds=2.0, memory_mb=512, cold_share=0.25, cold_seconds=4.0, days=2)

    assert function_usage(traffic, architecture="arm64").units == {
        "gb_second_arm64": 20 * 0.5 * 3.0,
        "storage_gb_second": 0,
        "lambda_request": 20,
    }


def test_warm_requests_through_the_gateway_are_those_of_a_plan() -> None:
    traffic = Traffic(requests_a_day=100, memory_mb=512, days=10)
    planned = predictions_usage(1000, serving_memory_mb=512, api_memory_mb=1024, architecture="x86_64")

    found = gateway_usage(traffic, api_memory_mb=1024, architecture="x86_64") + log_usage(traffic)

    assert found.units == pytest.approx(planned.units)


def test_app_waits_for_a_slow_model_and_starts_where_that_does() -> None:
    traffic = Traffic(requests_a_day=1, seconds=2.010, memory_mb=1024, cold_share=0.5, cold_seconds=4.0, days=1)

    found = gateway_usage(traffic, api_memory_mb=1024, architecture="x86_64").units["gb_second_x86_64"]

    serving, app = 2.010 + 2.0, API_SECONDS + 2.0 + 2.0 + 2.0
    assert found == pytest.approx(serving + app)


@given(traffics)
def test_function_url_never_costs_more_than_the_gateway(traffic: Traffic) -> None:
    direct = bill(function_usage(traffic, architecture="x86_64")).total_usd

    assert direct < bill(gateway_usage(traffic, api_memory_mb=512, architecture="x86_64")).total_usd


def test_keeping_warm_costs_the_same_however_many_ask() -> None:
    few, many = (Traffic(requests_a_day=each, memory_mb=512) for each in (1, 1e6))

    found = wake_usage(few, every_minutes=5, architecture="x86_64")

    assert found == wake_usage(many, every_minutes=5, architecture="x86_64")
    assert found.units["lambda_request"] == pytest.approx(NIGHTS * 288)


def test_each_request_writes_its_lines() -> None:
    assert log_usage(Traffic(requests_a_day=3, memory_mb=512, days=1)).units == {"log_gb": 3 * LOG_GB_PER_PREDICTION}
