"""Rows that occur more than once are counted on as files come, and the count is that of all rows at once."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.data.repeats import Repeats

ROWS = st.lists(st.integers(0, 12), max_size=15)
"""Hashes of so few values that most rows are copies."""


def of(train: list[int], holdout: list[int]) -> Repeats:
    return Repeats.of(np.array(train, dtype=np.uint64), np.array(holdout, dtype=np.uint64))


@given(st.lists(st.tuples(ROWS, ROWS), min_size=1, max_size=6))
def test_repeats_of_files_add_up_to_those_of_all_rows(files: list[tuple[list[int], list[int]]]) -> None:
    train, holdout = ([row for each in side for row in each] for side in zip(*files, strict=True))

    added = reduce(add, (of(*each) for each in files))

    assert added.to_files() == of(train, holdout).to_files()
    assert added.counts() == (len({*train, *holdout}), sum(row not in train for row in holdout))


@given(ROWS, ROWS, ROWS, ROWS)
def test_counts_with_others_are_those_of_the_sum(
    train: list[int], holdout: list[int], more: list[int], more_holdout: list[int]
) -> None:
    one, other = of(train, holdout), of(more, more_holdout)

    assert one.counts(other) == (one + other).counts()


def test_repeats_come_back_from_their_files() -> None:
    found = of([3, 1, 1], [4, 4, 3])

    again = Repeats.from_files(found.to_files())

    assert (again.train.tolist(), again.others.tolist()) == ([1, 3], [4, 4])
    with pytest.raises(KeyError):
        Repeats.from_files({})
