from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.evaluation.tally.copies import Copies

Row = tuple[int, int, int, int]
"""Hash, true class, and the answers of two versions."""

places = st.integers(0, 2)
rows_of_three_classes = st.lists(st.tuples(st.integers(0, 5), places, places, places), max_size=40)


def copies(rows: list[Row], *, n_classes: int = 3) -> Copies:
    hashes, true, mine, theirs = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Copies.of(hashes.astype(np.uint64), true, mine, theirs, n_classes=n_classes)


@given(rows=rows_of_three_classes, cut=st.integers(0, 40))
def test_what_is_merged_is_as_of_all_rows(rows: list[Row], cut: int) -> None:
    whole, merged = copies(rows), Copies.merged([copies(rows[:cut]), copies(rows[cut:])])

    for name in ("hashes", "cells", "times"):
        assert getattr(merged, name).tolist() == getattr(whole, name).tolist()


@given(rows=rows_of_three_classes)
def test_every_count_is_that_of_the_rows_one_by_one(rows: list[Row]) -> None:
    found, times = copies(rows), Counter(row[0] for row in rows)

    for version in (0, 1):
        pairs = [(row[0], (row[1], row[2 + version])) for row in rows]
        matrix, squares = found.matrix(version), found.squares(version)
        for cell in np.ndindex(3, 3):
            assert matrix[cell] == sum(pair == cell for _, pair in pairs)
            assert squares[cell] == sum(times[number] for number, pair in pairs if pair == cell)
    joint = found.joint(champion=1)
    counted = Counter((true, theirs, mine) for _, true, mine, theirs in rows)
    cells = zip(joint.true.tolist(), joint.champion.tolist(), joint.challenger.tolist(), strict=True)
    assert dict(zip(cells, joint.rows.tolist(), strict=True)) == counted
    alike = Counter((number, (true, theirs, mine)) for number, true, mine, theirs in rows)
    assert joint.squares.sum() == sum(count**2 for count in alike.values())
    assert [found.copies_of(number) for number in range(6)] == [times[number] for number in range(6)]


def test_many_classes_and_versions_are_told_apart() -> None:
    last = 999

    found = Copies.of(
        np.array([2**64 - 1], dtype=np.uint64), *(np.array([last - n]) for n in range(4)), n_classes=last + 1
    )

    joint = found.joint(champion=2)
    assert (joint.true.tolist(), joint.challenger.tolist(), joint.champion.tolist()) == ([999], [998], [996])
    assert (found.matrix(1)[999, 997], found.copies_of(2**64 - 1)) == (1, 1)
