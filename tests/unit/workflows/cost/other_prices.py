"""Prices that are nobody's, so that each amount tells what it was made of."""

from __future__ import annotations

from types import MappingProxyType

from workflows.cost.prices import Prices

PRICES = Prices(
    gb_second=MappingProxyType({"x86_64": 1.0, "arm64": 0.5}),
    storage_gb_second=0.25,
    lambda_request=100.0,
    state_transition=3.0,
    stored_gb_month=5.0,
    put_request=7.0,
    get_request=11.0,
    alarm_month=13.0,
    log_gb=17.0,
    log_gb_month=19.0,
    rest_request=23.0,
)
