"""Prices that are nobody's, so that each amount tells what it was made of."""

from __future__ import annotations

from datetime import date

from workflows.cost.prices import Prices

PRICES = Prices(
    region="nowhere-1",
    as_of=date(2026, 11, 1),
    usd={
        "gb_second_x86_64": 1.0,
        "gb_second_arm64": 0.5,
        "storage_gb_second": 0.25,
        "lambda_request": 100.0,
        "state_transition": 3.0,
        "stored_gb_month": 5.0,
        "put_request": 7.0,
        "get_request": 11.0,
        "alarm_month": 13.0,
        "log_gb": 17.0,
        "log_gb_month": 19.0,
        "rest_request": 23.0,
        "metric_month": 29.0,
        "serverless_gb_second": 2.0,
    },
)
