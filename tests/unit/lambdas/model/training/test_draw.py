from __future__ import annotations

import numpy as np

from lambdas.model.folding.summary import Summary
from lambdas.model.training.draw import drawn, first_of_each_class
from tests.unit.lambdas.model.folding.folds import cut
from tests.unit.lambdas.model.folding.folds import drawn as made


def test_all_rows_are_drawn_in_their_order_where_so_many_are_wanted() -> None:
    part = made(rows=100, levels=(5,))
    rows = cut(part, chunks=3)

    for at_most in (100, 101, 1000):
        found = drawn(rows, summary=rows.total(Summary.of), at_most=at_most, seed=1)

        assert found.numeric.tolist() == part.numeric.tolist()
        assert found.labels.tolist() == part.table().labels.tolist()
    assert len(drawn(rows, summary=rows.total(Summary.of), at_most=99, seed=1)) == 99


def test_of_more_rows_each_class_gives_its_share_without_repeating_one() -> None:
    part = made(rows=5000, levels=(5,), classes=3)
    rows = cut(part, chunks=3)
    summary = rows.total(Summary.of)

    found = drawn(rows, summary=summary, at_most=500, seed=1)

    assert len(found) == 500 == len(np.unique(found.numeric, axis=0))
    counts = [int((found.labels == name).sum()) for name in summary.class_names]
    assert np.abs(np.array(counts) - summary.class_rows / 10).max() <= 1


def test_class_of_few_rows_is_drawn_too() -> None:
    part = made(rows=5000)
    part.labels[:] = 0
    part.labels[4321] = 1
    rows = cut(part, chunks=3)

    found = drawn(rows, summary=rows.total(Summary.of), at_most=50, seed=1)

    assert int((found.labels == part.classes[1]).sum()) == 1


def test_how_the_rows_are_cut_does_not_matter_to_the_draw() -> None:
    part = made(rows=5000, levels=(5,))

    one, seven = (
        drawn(rows, summary=rows.total(Summary.of), at_most=500, seed=1)
        for rows in (cut(part, chunks=1), cut(part, chunks=7))
    )

    assert np.unique(one.numeric, axis=0).tolist() == np.unique(seven.numeric, axis=0).tolist()


def test_first_rows_of_each_class_are_found_in_any_part() -> None:
    part = made(rows=1000, classes=3)
    labels = part.table().labels
    expected = np.sort(np.concatenate([np.flatnonzero(labels == name)[:10] for name in part.classes]))

    found = first_of_each_class(cut(part, chunks=40), at_most=10)

    assert found.numeric.tolist() == part.numeric[expected].tolist()
