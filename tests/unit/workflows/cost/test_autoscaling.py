"""Target tracking under a load."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cost.autoscaling import (
    CAPACITY,
    LOADS,
    OVER,
    Scaling,
    instance_hours,
    ramp,
    scalings,
    simulate,
)

SCALINGS = scalings(CAPACITY)
loads = st.lists(st.floats(0, 1e6), min_size=1, max_size=120)


@given(loads)
def test_there_are_never_fewer_or_more_instances_than_the_policy_lets(load: list[float]) -> None:
    scaling = Scaling(least=2, most=5)

    for each in simulate(load, scaling, capacity=CAPACITY):
        assert scaling.least <= each.serving
        assert each.serving + each.starting <= scaling.most
        assert each.beyond == max(0.0, each.requests - each.serving * CAPACITY)


def test_instances_come_minutes_after_three_minutes_above_the_target() -> None:
    scaling = Scaling(target=100, starts_in=4)

    found = simulate([250.0] * 20, scaling, capacity=100)

    ordered = next(each.minute for each in found if each.starting)
    serving = next(each.minute for each in found if each.serving == 3)
    assert (ordered, serving) == (OVER, OVER - 1 + scaling.starts_in)
    assert {each.beyond for each in found if each.minute < serving} == {150.0}
    assert {each.beyond for each in found if each.minute >= serving} == {0.0}


def test_instances_go_after_fifteen_minutes_below_the_target_and_not_before() -> None:
    found = simulate([285.0] * 10 + [10.0] * 20, Scaling(target=100, starts_in=1), capacity=100)

    assert [each.serving for each in found[10:25]] == [3] * 15
    assert found[25].serving == 1


def test_load_a_little_below_the_target_keeps_its_instances() -> None:
    found = simulate([250.0] * 10 + [285.0] * 40, Scaling(target=100, starts_in=1), capacity=100)

    assert found[-1].serving == 3


def test_short_spike_is_over_before_an_instance_comes() -> None:
    load = LOADS["a spike of 3 minutes"]

    found = simulate(load, SCALINGS["target 30,000"], capacity=CAPACITY)

    spike = [each for each in found if each.requests > CAPACITY]
    assert {each.serving for each in spike} == {1}
    assert all(each.beyond > 0 for each in spike)


def test_peak_that_is_known_is_met_by_instances_that_were_ordered_before() -> None:
    for load in LOADS.values():
        assert not any(each.beyond for each in simulate(load, SCALINGS["3 from minute 0"], capacity=CAPACITY))


def test_lower_target_loses_fewer_requests_and_pays_for_more_hours() -> None:
    load = LOADS["a ramp of 10 minutes, held for 10"]
    high, low = (simulate(load, SCALINGS[f"target {each}"], capacity=CAPACITY) for each in ("30,000", "15,000"))

    assert sum(each.beyond for each in low) < sum(each.beyond for each in high)
    assert instance_hours(low) > instance_hours(high)


@given(st.floats(1_000, 1e6))
def test_instances_ordered_before_lose_no_request_unless_there_may_be_no_more_of_them(capacity: float) -> None:
    _, half, known = scalings(capacity).values()

    assert half.target == capacity / 2
    for load in LOADS.values():
        for each in simulate(load, known, capacity=capacity):
            assert each.beyond == 0 or each.serving == known.most


def test_hours_of_a_quiet_endpoint_are_those_of_its_instance() -> None:
    assert instance_hours(simulate([0.0] * 120, Scaling(), capacity=1)) == pytest.approx(2.0)


def test_ramp_reaches_its_most_and_stays() -> None:
    assert ramp(most=10, up=2, held=1) == [5.0, 10.0, 10]
