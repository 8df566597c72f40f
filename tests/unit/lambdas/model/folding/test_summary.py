from __future__ import annotations

import math
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.engine import each
from lambdas.model.folding import total
from lambdas.model.folding.summary import Moments, Summary
from lambdas.model.folding.total import Rows
from tests.unit.lambdas.model.folding.folds import cut, drawn

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(NUMBERS, st.lists(st.integers(0, 50), max_size=4))
def test_moments_of_pieces_are_those_of_the_whole(numbers: list[float], places: list[int]) -> None:
    column = np.array(numbers).reshape(-1, 1)
    pieces = np.split(column, sorted(min(place, len(column)) for place in places))

    found = reduce(add, map(Moments.of, pieces))

    assert found.rows == len(column)
    assert found.mean == pytest.approx(column.mean(axis=0), rel=1e-9, abs=1e-6)
    assert found.variance == pytest.approx(column.var(axis=0), rel=1e-7, abs=1e-4)
    assert (found.minimum[0], found.maximum[0]) == (column.min(), column.max())


@pytest.mark.parametrize("away", [0.0, 300.0, 1e6])
def test_moments_keep_their_digits_however_the_rows_are_cut(away: float) -> None:
    numbers = np.random.default_rng(0).gamma(0.5, 1.0, (200_000, 2)) + away
    mean = [math.fsum(column) / len(column) for column in numbers.T.tolist()]
    variance = numbers.T.var(axis=1, dtype=np.longdouble)

    for pieces in (1, 7, 50):
        found = reduce(add, map(Moments.of, np.array_split(numbers, pieces)))

        assert found.mean.tolist() == mean
        assert found.variance == pytest.approx(variance.astype(float), rel=1e-14 + 1e-15 * away)


def test_moments_leave_the_numbers_as_they_are_and_know_one_that_does_not_vary() -> None:
    numbers = np.full((1000, 1), 0.1)

    found = Moments.of(numbers)

    assert (numbers == 0.1).all()
    assert found.mean == pytest.approx(0.1, rel=1e-15) and 0 <= found.variance[0] <= 1e-32


def test_counts_of_pieces_are_those_of_the_whole() -> None:
    part = drawn(rows=1000, levels=(5, 70), classes=3)

    found = cut(part, chunks=7).total(Summary.of)

    table = part.table()
    assert found.rows == 1000
    assert found.class_names == ("class 0", "class 1", "class 2")
    assert found.class_rows.tolist() == [int((table.labels == name).sum()) for name in found.class_names]
    assert found.known.of_columns == tuple(tuple(np.unique(column).tolist()) for column in table.categorical.T)
    assert found.level_rows[1].tolist() == np.unique(table.categorical[:, 1], return_counts=True)[1].tolist()


def test_results_are_added_in_the_order_of_the_names_however_many_wait() -> None:
    parts = dict.fromkeys("abcde", drawn(rows=2))
    rows = Rows(tuple(parts), parts.__getitem__, each)

    def found(result_bytes: int) -> str:
        names = iter(parts)
        return rows.total(lambda _: next(names), result_bytes=result_bytes)

    assert found(1) == found(total.HELD_BYTES) == found(10 * total.HELD_BYTES) == "abcde"
