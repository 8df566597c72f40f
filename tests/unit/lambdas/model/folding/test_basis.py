"""Sums in the terms of the columns are those of the rows written out, number by number and zero by zero."""

from __future__ import annotations

import numpy as np
import pytest

from lambdas.model.arrays import Floats
from lambdas.model.folding.basis import BLOCK_CELLS, BLOCK_ROWS, Basis, Block
from lambdas.model.folding.summary import Summary
from tests.unit.lambdas.model.folding.folds import drawn

PART = drawn(rows=50, numbers=3, levels=(2, 3, 4), classes=3)
BASIS = Basis.of(Summary.of(PART), numbers=(0, 2), categories=(0, 2))
"""Of some of the columns: 1, two numbers, two categories and four."""


def block() -> Block:
    (only,) = BASIS.blocks(PART, scores=3)
    return only


def written_out() -> Floats:
    """(n, size)"""
    numbers = PART.numeric[:, [0, 2]]
    columns = [np.ones(len(PART)), *((numbers - numbers.mean(axis=0)) / numbers.std(axis=0)).T]
    columns += [PART.codes[:, 0] == level for level in range(2)]
    columns += [PART.codes[:, 2] == level for level in range(4)]
    return np.column_stack(columns).astype(np.float64)


def test_terms_are_counted() -> None:
    assert (BASIS.size, BASIS.starts) == (9, [3, 5])
    assert BASIS.classes == ("class 0", "class 1", "class 2")


def test_scores_are_those_of_the_rows_written_out() -> None:
    weights = np.random.default_rng(1).normal(size=(3, 9))

    assert BASIS.scores(block(), weights=weights) == pytest.approx(weights @ written_out().T)


def test_sums_are_those_of_the_rows_written_out() -> None:
    shares = np.random.default_rng(2).normal(size=(3, 50))

    assert BASIS.sums(block(), shares=shares) == pytest.approx(shares @ written_out())


def test_sums_with_twice_the_digits_are_the_same() -> None:
    shares = np.random.default_rng(2).normal(size=(3, 50))

    found = BASIS.precise_sums(block(), shares=shares)

    assert found.value == pytest.approx(BASIS.sums(block(), shares=shares))
    assert shares.tolist() == np.random.default_rng(2).normal(size=(3, 50)).tolist()


def test_products_are_added_to_the_upper_half() -> None:
    shares, rows = np.random.default_rng(3).uniform(size=50), written_out()
    total = np.ones((9, 9))

    BASIS.add_products(block(), shares=shares, to=total)

    wanted = 1 + (rows * shares[:, None]).T @ rows
    assert np.triu(total) == pytest.approx(np.triu(wanted))


def test_classes_and_categories_are_placed_by_their_names() -> None:
    names = np.array(PART.classes)[PART.labels]

    assert np.array(BASIS.classes)[block().labels].tolist() == names.tolist()
    assert block().places.tolist() == PART.codes[:, [0, 2]].T.tolist()


def test_number_that_never_changes_is_not_scaled() -> None:
    part = drawn(rows=10, numbers=1)
    part.numeric[:] = 7.0

    basis = Basis.of(Summary.of(part), numbers=(0,), categories=())

    assert (basis.centres.tolist(), basis.spreads.tolist()) == ([7.0], [1.0])


def test_numbers_whose_squares_are_infinite_are_scaled_by_half_their_range() -> None:
    part = drawn(rows=4, numbers=1)
    part.numeric[:, 0] = [-1e200, 0.0, 1e200, 3e200]

    basis = Basis.of(Summary.of(part), numbers=(0,), categories=())

    assert basis.spreads.tolist() == [2e200]


@pytest.mark.parametrize(
    ("scores", "most"), [(3, BLOCK_ROWS), (BLOCK_CELLS // 4 - 4, 4), (BLOCK_CELLS - 4, 1), (2 * BLOCK_CELLS, 1)]
)
def test_block_is_smaller_where_there_are_many_scores(scores: int, most: int) -> None:
    sizes = [len(each.labels) for each in BASIS.blocks(PART, scores=scores)]

    assert max(sizes) == min(most, len(PART))
    assert sum(sizes) == len(PART)
