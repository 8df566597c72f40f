"""Sums with twice the digits are what exact arithmetic gives, in any order of the numbers."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pytest

from lambdas.model.arrays import Floats
from lambdas.model.folding.precise import Precise, added, by_code

LONG = 2**16


def drawn(*, rows: int = LONG, seed: int = 0) -> Floats:
    """(2, rows): numbers of very different sizes that nearly add up to nothing."""
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(2, rows // 2)) * 10.0 ** rng.integers(-9, 9, (2, rows // 2))
    return np.concatenate([half, -half * (1 + 1e-14)], axis=1)


def exact(numbers: Floats) -> float:
    return float(sum(map(Fraction, numbers.tolist())))


def test_sums_are_exact_where_nearly_all_cancels() -> None:
    numbers = drawn()

    found = added(numbers.copy()).value

    assert found == pytest.approx([exact(row) for row in numbers], rel=1e-9)
    assert numbers.sum(axis=1) != pytest.approx(found, rel=1e-9)


def test_order_and_cut_of_the_numbers_change_no_digit() -> None:
    numbers = drawn()
    shuffled = numbers[:, np.random.default_rng(1).permutation(LONG)]

    whole = added(numbers.copy()).value

    for pieces in (2, 7, 300):
        found = reduce(add, (added(piece.copy()) for piece in np.array_split(shuffled, pieces, axis=1)))
        assert found.value == pytest.approx(whole, rel=1e-15)


def test_shares_of_each_code_are_added_as_exactly() -> None:
    shares = drawn(rows=1000)[0]
    codes = np.arange(1000) % 3

    found = by_code(codes, shares, size=4).value

    assert found == pytest.approx([*(exact(shares[codes == code]) for code in range(3)), 0.0], rel=1e-9)


def test_sum_of_sums_keeps_what_the_larger_hides() -> None:
    large, small = (Precise(np.array([high]), np.array([0.0])) for high in (1e20, 1.0))
    back = Precise(np.array([-1e20]), np.array([0.0]))

    assert (large + small + back).value.tolist() == [1.0]
    assert (small + large + back).value.tolist() == [1.0]


def test_nothing_adds_up_to_nothing() -> None:
    assert added(np.empty((2, 0))).value.tolist() == [0.0, 0.0]
    assert added(np.zeros((1, 5))).value.tolist() == [0.0]
    assert by_code(np.empty(0, dtype=np.int64), np.empty(0), size=2).value.tolist() == [0.0, 0.0]
