from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom  # type: ignore[import-untyped]

from lambdas.model.gate.bounds import ROWS_NAMED_MAX, interval, proves_less, proves_more, rows_to_prove, tail

counts = st.integers(0, 120_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
few = st.integers(0, 40).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
shares = st.floats(0, 1)
sures = st.floats(0.5, 0.9999)


@given(rows=st.one_of(few, counts), share=shares)
def test_tail_is_that_of_scipy(rows: tuple[int, int], share: float) -> None:
    part, whole = rows

    assert tail(part, whole, share=share) == pytest.approx(binom.sf(part - 1, whole, share), abs=1e-9)


@given(rows=st.one_of(few, counts), sure=sures)
def test_interval_is_that_of_scipy(rows: tuple[int, int], sure: float) -> None:
    part, whole = rows
    low = beta.ppf(1 - sure, part, whole - part + 1) if part else 0
    high = beta.ppf(sure, part + 1, whole - part) if part < whole else 1

    assert interval(part, whole, sure=sure) == pytest.approx((low, high), abs=1e-9)


@given(rows=few, share=shares)
def test_tail_is_the_sum_of_its_terms(rows: tuple[int, int], share: float) -> None:
    part, whole = rows
    terms = [math.comb(whole, n) * share**n * (1 - share) ** (whole - n) for n in range(part, whole + 1)]

    assert tail(part, whole, share=share) == pytest.approx(math.fsum(terms), abs=1e-12)


def test_no_row_more_than_there_are_has_the_property() -> None:
    assert tail(4, 3, share=1) == 0


@given(rows=few, than=st.integers(1, 99).map(lambda n: n / 100), sure=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_what_is_proved_is_what_the_interval_leaves_out(rows: tuple[int, int], than: float, sure: float) -> None:
    low, high = interval(*rows, sure=sure)

    # At the end itself, rounding decides: none of 1 row rules out 0.95 with a chance of 0.05.
    assert math.isclose(low, than) or proves_more(*rows, than=than, sure=sure) == (low > than)
    assert math.isclose(high, than) or proves_less(*rows, than=than, sure=sure) == (high < than)


PROVED, DISPROVED, OPEN = "more", "less", "neither"


@pytest.mark.parametrize(
    ("part", "whole", "found", "rows"),
    [
        (149, 149, PROVED, 149),
        (148, 148, OPEN, 149),
        (60, 60, OPEN, 149),
        (0, 0, OPEN, 149),
        (235, 236, PROVED, 236),
        (437, 442, OPEN, 845),
        (594, 600, PROVED, 600),
        (598, 600, PROVED, 600),
        (590, 600, OPEN, 5082),
        (570, 600, DISPROVED, None),
    ],
)
def test_rows_decide_about_a_share_of_98_percent(part: int, whole: int, found: str, rows: int | None) -> None:
    more = proves_more(part, whole, than=0.98, sure=0.95)
    less = proves_less(part, whole, than=0.98, sure=0.95)

    assert {(True, False): PROVED, (False, True): DISPROVED, (False, False): OPEN}[more, less] == found
    assert rows_to_prove(part, whole, more_than=0.98, sure=0.95) == rows


@pytest.mark.parametrize(
    ("bound", "rows"),
    [(0.98, (80, 114, 149, 228)), (0.999, (1609, 2302, 2995, 4603))],
)
def test_number_of_rows_without_an_error_that_prove_a_share(bound: float, rows: tuple[int, ...]) -> None:
    found = [rows_to_prove(1, 1, more_than=bound, sure=sure) for sure in (0.8, 0.9, 0.95, 0.99)]

    assert tuple(found) == rows


@pytest.mark.parametrize(
    ("part", "whole", "bound", "sure"),
    [(199, 200, 0.98, 0.95), (197, 200, 0.98, 0.95), (97, 100, 0.95, 0.9), (437, 442, 0.98, 0.99), (5, 7, 0.5, 0.8)],
)
def test_number_of_rows_that_is_named_proves_it_at_the_rate_of_today(
    part: int, whole: int, bound: float, sure: float
) -> None:
    rows = rows_to_prove(part, whole, more_than=bound, sure=sure)

    assert rows is not None and rows > whole
    for number, enough in ((rows, True), (rows - 1, False)):
        errors = math.ceil(number * (whole - part) / whole - 1e-9)
        assert proves_more(number - errors, number, than=bound, sure=sure) is enough


@pytest.mark.parametrize(
    ("part", "whole", "bound"),
    [(98, 100, 0.98), (97, 100, 0.98), (0, 10, 0.5), (10, 10, 1), (0, 0, 1), (980_001, 1_000_000, 0.98)],
)
def test_no_number_of_rows_proves_what_today_denies_or_hardly_says(part: int, whole: int, bound: float) -> None:
    """The last would take more than ROWS_NAMED_MAX."""
    assert rows_to_prove(part, whole, more_than=bound, sure=0.95) is None
    assert ROWS_NAMED_MAX > 1_000_000


def test_true_share_is_beyond_each_end_as_rarely_as_promised() -> None:
    """Exactly, by the probability of every count: no draw."""
    for whole, share in ((30, 0.96), (180, 0.97), (454, 0.99), (600, 0.3), (1500, 0.985)):
        chances = binom.pmf(np.arange(whole + 1), whole, share)
        ends = np.array([interval(part, whole, sure=0.95) for part in range(whole + 1)])
        below, above = chances[ends[:, 1] < share].sum(), chances[ends[:, 0] > share].sum()
        said = f"{whole} rows, share {share}: the interval lies below it {below:.2%} of times, above it {above:.2%}"
        sys.stdout.write(f"{said}\n")
        assert below <= 0.05
        assert above <= 0.05
