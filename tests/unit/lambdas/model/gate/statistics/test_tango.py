from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar  # type: ignore[import-untyped]

from lambdas.model.gate.statistics.tango import rows_to_prove, tango_z

Z_95, Z_975 = (NormalDist().inv_cdf(sure) for sure in (0.95, 0.975))


def by_search(*, lost: int, won: int, rows: int, margin: float) -> float:
    """The score with the likeliest share of won rows, found by a search, where lost - won shares are the margin."""

    def unlikely(share: float) -> float:
        shares = (share + margin, share, 1 - 2 * share - margin)
        return -sum(
            n * math.log(max(p, 1e-300)) for n, p in zip((lost, won, rows - lost - won), shares, strict=True) if n
        )

    bounds = (0.0, (1 - margin) / 2)
    found = minimize_scalar(unlikely, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x
    best = min([found, *bounds], key=unlikely)
    return float((won - lost + rows * margin) / math.sqrt(rows * (2 * best + margin - margin**2)))


@given(
    counts=st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 400)),
    margin=st.sampled_from([0.001, 0.01, 0.05, 0.2, 0.4]),
)
def test_score_is_that_of_the_likeliest_shares_under_the_hypothesis(
    counts: tuple[int, int, int], margin: float
) -> None:
    lost, won, others = counts
    rows = lost + won + others

    found = tango_z(lost=lost, won=won, rows=rows, margin=margin)

    assert found == pytest.approx(by_search(lost=lost, won=won, rows=rows, margin=margin), rel=1e-4, abs=1e-4)


@given(lost=st.integers(0, 1000), won=st.integers(1, 1000), others=st.integers(0, 10**6))
def test_without_a_margin_it_is_mcnemars(lost: int, won: int, others: int) -> None:
    expected = (won - lost) / math.sqrt(won + lost)

    assert tango_z(lost=lost, won=won, rows=lost + won + others, margin=0) == pytest.approx(
        expected, rel=1e-9, abs=1e-9
    )


def test_score_is_that_of_tangos_own_example() -> None:
    """Section 6.1 of the paper: 44 soft contact lenses, of which the new disinfection alone failed for one."""
    assert tango_z(lost=1, won=0, rows=44, margin=0.1) == pytest.approx(1.709, abs=0.0005)
    assert tango_z(lost=1, won=0, rows=44, margin=0.096) == pytest.approx(Z_95, abs=0.01)


@pytest.mark.parametrize(
    ("lost", "won", "rows", "z", "low"),
    [(60, 20, 1000, Z_975, -0.0584), (25, 28, 618, Z_95, -0.0148)],
)
def test_least_difference_that_is_not_refuted_is_that_of_an_independent_implementation(
    lost: int, won: int, rows: int, z: float, low: float
) -> None:
    """`scoreci.mp` of the R package PropCIs, to the four decimals that are published of its results."""
    found = brentq(
        lambda d: tango_z(lost=lost, won=won, rows=rows, margin=-d) - z, -0.5, min((won - lost) / rows, 0.0)
    )

    assert found == pytest.approx(low, abs=0.00005)


def test_no_row_that_tells_the_two_apart_proves_little() -> None:
    assert tango_z(lost=0, won=0, rows=600, margin=0.001) == pytest.approx(0.775, abs=0.001)
    assert tango_z(lost=0, won=0, rows=0, margin=0.1) == 0
    assert tango_z(lost=0, won=0, rows=600, margin=0) == 0


@given(margin=st.floats(0.0005, 0.49), sure=st.sampled_from([0.9, 0.95, 0.99]))
def test_fewest_rows_prove_the_margin_and_one_less_does_not(margin: float, sure: float) -> None:
    z = NormalDist().inv_cdf(sure)
    rows = rows_to_prove(margin, z=z)

    assert rows is not None
    assert tango_z(lost=0, won=0, rows=rows, margin=margin) >= z - 1e-9
    assert tango_z(lost=0, won=0, rows=rows - 1, margin=margin) < z


@pytest.mark.parametrize(("rows", "margin", "share"), [(600, 0.01, 0.4), (1_800, 0.01, 0.8), (180_000, 0.001, 0.8)])
def test_equally_good_models_that_differ_on_3_of_100_rows_pass_on_so_many_nights(
    rows: int, margin: float, share: float
) -> None:
    """What `docs/gate.md` says of recipes with `proved`."""
    nights = np.random.default_rng(1).multinomial(rows, [0.015, 0.015, 0.97], size=2_000)

    proved = [tango_z(lost=lost, won=won, rows=rows, margin=margin) >= Z_95 for lost, won, _ in nights.tolist()]

    assert sum(proved) / len(proved) == pytest.approx(share, abs=0.04)


def test_no_margin_is_never_proved() -> None:
    assert rows_to_prove(0.0, z=1.645) is None
