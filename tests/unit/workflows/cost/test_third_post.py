"""The sums that the author of a public post made by hand, of a month of 30 days, come out again."""

from __future__ import annotations

import pytest

from workflows.cost.alternatives import server
from workflows.cost.bills import bill
from workflows.cost.prices import US_EAST_1, Prices
from workflows.cost.traffic import Traffic, function_usage, wake_usage

DAYS = 30
COLD = Traffic(requests_a_day=1_000, seconds=10.0, memory_mb=1024, days=DAYS)


def test_thousand_cold_requests_a_day_of_ten_seconds_cost_five_dollars() -> None:
    assert bill(function_usage(COLD, architecture="x86_64")).total_usd == pytest.approx(5, rel=0.005)


def test_million_warm_requests_a_day_of_one_and_a_half_seconds_cost_756_dollars() -> None:
    warm = Traffic(requests_a_day=1_000_000, seconds=1.5, memory_mb=1024, days=DAYS)

    assert bill(function_usage(warm, architecture="x86_64")).total_usd == pytest.approx(756, abs=0.5)


def test_instance_of_34_cents_an_hour_costs_245_dollars() -> None:
    assert server("c5.2xlarge", COLD, US_EAST_1).month_usd == pytest.approx(245, abs=0.5)


def test_endpoint_of_then_47_point_6_cents_an_hour_cost_343_dollars() -> None:
    then = Prices(region="us-east-1", as_of=US_EAST_1.as_of, usd={"ml.c5.2xlarge": 0.476})

    assert server("ml.c5.2xlarge", COLD, then).month_usd == pytest.approx(343, abs=0.5)


def test_wake_up_every_ten_minutes_costs_about_15_percent_more() -> None:
    asked = bill(function_usage(COLD, architecture="x86_64")).total_usd
    woken = bill(wake_usage(COLD, every_minutes=10, architecture="x86_64")).total_usd

    assert woken / asked == pytest.approx(0.15, abs=0.01)
