"""Other ways to serve, and where they begin to cost less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cost.alternatives import CORES, alternatives, break_even, server
from workflows.cost.prices import EC2, ENDPOINT, US_EAST_1
from workflows.cost.traffic import Traffic


def test_idle_server_costs_its_hours() -> None:
    found = server("c5.large", Traffic(requests_a_day=0, memory_mb=512, days=30), US_EAST_1)

    assert found.name == "c5.large"
    assert found.month_usd == pytest.approx(720 * 0.085)


def test_server_that_is_too_busy_gets_others_beside_it() -> None:
    busy = Traffic(requests_a_day=86_400, seconds=5.0, memory_mb=512, days=30)

    found = server("c5.large", busy, US_EAST_1)

    assert found.name == "3 x c5.large"
    assert found.month_usd == pytest.approx(3 * 720 * 0.085)


def test_cheapest_of_each_kind_is_offered_and_a_serverless_endpoint_by_its_gigabytes() -> None:
    found = alternatives(Traffic(requests_a_day=1000, seconds=0.1, memory_mb=1025, days=30), US_EAST_1)

    assert [each.name for each in found] == [
        "EC2, t3.medium",
        "SageMaker endpoint, ml.t2.medium",
        "SageMaker serverless, 2 GB",
    ]
    assert found[2].month_usd == pytest.approx(30_000 * 0.1 * 2 * 0.00002)
    assert [each.by_request for each in found] == [False, False, True]


def test_model_that_is_too_large_for_a_serverless_endpoint_is_not_offered_one() -> None:
    found = alternatives(Traffic(requests_a_day=1, memory_mb=6 * 1024 + 1), US_EAST_1)

    assert not any(each.by_request for each in found)


@given(st.floats(1, 1e4), st.floats(1e-9, 1e-2))
def test_at_the_break_even_both_cost_the_same(month_usd: float, request_usd: float) -> None:
    requests = break_even(month_usd, request_usd=request_usd, days=30)

    assert 30 * requests * request_usd == pytest.approx(month_usd)


def test_every_instance_type_has_its_processors() -> None:
    names = [*US_EAST_1.servers(EC2), *US_EAST_1.servers(ENDPOINT)]

    assert {name.rpartition(".")[2] for name in names} <= set(CORES)
