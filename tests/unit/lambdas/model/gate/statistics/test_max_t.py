from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal  # type: ignore[import-untyped]

from lambdas.model.gate.demands import SURE_MAX
from lambdas.model.gate.statistics.max_t import DRAWS, family_wise


def test_one_comparison_has_the_p_of_a_normal() -> None:
    for z in (-3.0, -1.645, 0.0, 1.0):
        found = family_wise(np.array([z]), covariance=np.array([[4.0]]), sure=0.95)

        assert found.p[0] == pytest.approx(NormalDist().cdf(z), abs=0.01)
        assert found.critical == pytest.approx(1.645, abs=0.03)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_three_comparisons_have_the_p_of_their_joint_distribution(correlation: float) -> None:
    matrix = np.full((3, 3), correlation) + (1 - correlation) * np.eye(3)
    none_below = multivariate_normal(np.zeros(3), matrix).cdf(np.full(3, 2.0))

    found = family_wise(np.full(3, -2.0), covariance=matrix, sure=0.95)

    assert found.p.tolist() == [pytest.approx(1 - none_below, abs=0.005)] * 3


def test_comparisons_that_are_the_same_are_one() -> None:
    alone = family_wise(np.array([-2.0]), covariance=np.eye(1), sure=0.95)
    twice = family_wise(np.array([-2.0, -2.0]), covariance=np.ones((2, 2)), sure=0.95)

    assert twice.p[0] == pytest.approx(alone.p[0], abs=0.003)
    assert twice.critical == pytest.approx(alone.critical, abs=0.03)


def test_comparison_without_variance_tells_nothing_and_takes_nothing_from_the_others() -> None:
    covariance = np.diag([0.0, 2.0, 0.0])

    found = family_wise(np.array([0.0, -2.5, 0.0]), covariance=covariance, sure=0.95)
    alone = family_wise(np.array([-2.5]), covariance=np.eye(1), sure=0.95)

    assert found.p.tolist() == [1.0, alone.p[0], 1.0]
    assert found.critical == pytest.approx(alone.critical)


def test_nothing_but_comparisons_without_variance_is_judged_too() -> None:
    found = family_wise(np.zeros(2), covariance=np.zeros((2, 2)), sure=0.95)

    assert found.p.tolist() == [1.0, 1.0]
    assert math.isfinite(found.critical)


@given(
    z=st.lists(st.floats(-5, 1), min_size=2, max_size=2),
    correlation=st.floats(-1, 1),
    sure=st.sampled_from([0.51, 0.9, 0.95, 0.99, SURE_MAX]),
)
def test_p_is_below_the_level_exactly_where_the_statistic_is_below_the_critical_value(
    z: list[float], correlation: float, sure: float
) -> None:
    covariance = np.array([[1.0, correlation], [correlation, 1.0]])

    found = family_wise(np.array(z), covariance=covariance, sure=sure)

    assert [p * (DRAWS + 1) <= (1 - sure) * (DRAWS + 1) for p in found.p] == [each < -found.critical for each in z]
