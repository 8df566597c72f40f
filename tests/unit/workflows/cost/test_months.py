"""A month of a stage, and the price that this project promises."""

from __future__ import annotations

import json

import pytest

from chalicelib.settings.stage import StageSettings
from tests.clone import ROOT
from tests.unit.workflows.cost.other_prices import PRICES
from workflows.cost.bills import ALWAYS_FREE, bill
from workflows.cost.estimates import NIGHTS
from workflows.cost.months import REQUESTS, RETRAINS, STORAGE, WAKING, WATCHING, Month, bills
from workflows.cost.prices import US_EAST_1
from workflows.cost.traffic import Traffic
from workflows.cost.usage import Usage
from workflows.definitions.rendering import golden
from workflows.planning.app import app_memory_mb


def month(**given: float | None) -> Month:
    settings = StageSettings()
    return Month(
        traffic=Traffic(
            requests_a_day=10_000, memory_mb=settings.serving_memory_mb, cold_share=0.01, cold_seconds=0.3
        ),
        settings=settings,
        definition=json.loads(golden()),
        api_memory_mb=app_memory_mb("prod", root=ROOT),
        **given,
    )


@pytest.mark.parametrize("free", [{}, ALWAYS_FREE], ids=["no free tier", "free tier"])
def test_ten_thousand_requests_a_day_and_a_retrain_a_night_cost_what_is_promised(free: dict[str, float]) -> None:
    gateway = bills(month().through_the_gateway, US_EAST_1, free=free)
    direct = bills(month().by_function_url, US_EAST_1, free=free)

    assert gateway[REQUESTS].total_usd + gateway[RETRAINS].total_usd <= 1.50
    assert direct[REQUESTS].total_usd + direct[RETRAINS].total_usd <= 0.15
    assert gateway[WATCHING].total_usd <= 1.50


def test_parts_of_a_month_are_told_apart() -> None:
    parts = month().through_the_gateway

    assert [*parts] == [REQUESTS, RETRAINS, WATCHING, STORAGE]
    assert set(parts[WATCHING].units) == {"log_gb", "log_gb_month", "alarm_month", "metric_month"}
    assert parts[STORAGE].units == {"stored_gb_month": 1.0}
    assert parts[RETRAINS].units["state_transition"] == pytest.approx(13 * NIGHTS)
    assert "log_gb" not in parts[RETRAINS].units


def test_keeping_warm_stands_beside_the_requests() -> None:
    parts = month(wake_minutes=5).by_function_url

    assert parts[WAKING].units["lambda_request"] == pytest.approx(NIGHTS * 288)
    assert WAKING not in month().by_function_url


def test_what_is_free_is_given_once() -> None:
    parts = {"one": Usage({"alarm_month": 7}), "other": Usage({"alarm_month": 7})}

    found = bills(parts, PRICES, free={"alarm_month": 10})

    assert [each.total_usd for each in found.values()] == [0.0, 4 * 13.0]
    assert bill(Usage({"alarm_month": 14}), PRICES, free={"alarm_month": 10}).total_usd == 4 * 13.0
