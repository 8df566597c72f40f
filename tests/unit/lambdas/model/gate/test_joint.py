from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.gate.joint import CELLS_MAX, JointCounts, count_jointly
from lambdas.model.metrics.confusion import confusion_matrix

LABELS = ["ant", "bee", "cat"]


def counted(rows: list[tuple[int, int, int]], copies: list[int] | None = None) -> JointCounts:
    """From rows of true class, champion's and challenger's answer."""
    true, champion, challenger = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(3))
    alike = np.array(range(len(rows)) if copies is None else copies, dtype=np.int64)
    times = np.ones(len(rows), dtype=np.uint32)
    return count_jointly(
        true, champion=champion, challenger=challenger, n_classes=len(LABELS), alike=alike, times=times
    )


places = st.integers(0, 2)
row_lists = st.lists(st.tuples(places, places, places), max_size=60)


@given(rows=row_lists)
def test_each_cell_counts_its_rows_and_matrices_are_those_of_the_answers(rows: list[tuple[int, int, int]]) -> None:
    found = counted(rows)

    cells = zip(found.true.tolist(), found.champion.tolist(), found.challenger.tolist(), strict=True)
    assert dict(zip(cells, found.rows.tolist(), strict=True)) == Counter(rows)
    assert found.squares.tolist() == found.rows.tolist()
    assert found.total == len(rows)
    for matrix, at in zip(found.matrices(), (2, 1), strict=True):
        true, predicted = (np.array([LABELS[row[place]] for row in rows], dtype=np.str_) for place in (0, at))
        assert matrix.tolist() == confusion_matrix(true, predicted, labels=LABELS).tolist()


@given(rows=st.lists(st.tuples(st.tuples(places, places, places), st.integers(1, 9)), max_size=20))
def test_copies_count_as_rows_and_their_squares_beside(rows: list[tuple[tuple[int, int, int], int]]) -> None:
    each = [cell for cell, times in rows for _ in range(times)]
    alike = [number for number, (_, times) in enumerate(rows) for _ in range(times)]

    found = counted(each, alike)

    assert found.total == len(each)
    assert found.squares.sum() == sum(times**2 for _, times in rows)


@given(rows=st.lists(st.tuples(st.tuples(places, places, places), st.integers(0, 3)), max_size=20))
def test_row_that_stands_for_several_counts_as_often(rows: list[tuple[tuple[int, int, int], int]]) -> None:
    cells, alike = [cell for cell, _ in rows], [number for _, number in rows]
    true, champion, challenger = (np.array([cell[at] for cell in cells], dtype=np.int64) for at in range(3))

    found = count_jointly(
        true,
        champion=champion,
        challenger=challenger,
        n_classes=len(LABELS),
        alike=np.array(alike, dtype=np.int64),
        times=np.full(len(rows), 3, dtype=np.uint32),
    )

    spelled_out = counted([cell for cell in cells for _ in range(3)], [each for each in alike for _ in range(3)])
    assert found.to_document() == spelled_out.to_document()


def test_square_of_many_copies_is_not_too_large() -> None:
    found = counted([(0, 0, 0)] * 70_000, [5] * 70_000)

    assert found.squares.tolist() == [4_900_000_000]


def test_document_tells_cells_and_who_is_right() -> None:
    rows = [(0, 0, 0), (0, 0, 0), (0, 0, 1), (1, 0, 1), (2, 0, 1)]

    assert counted(rows, [7, 7, 8, 9, 9]).to_document() == {
        "cells": [[0, 0, 0, 2, 4], [0, 0, 1, 1, 1], [1, 0, 1, 1, 1], [2, 0, 1, 1, 1]],
        "only_challenger_right": 1,
        "only_champion_right": 1,
        "both_right": 2,
        "both_wrong": 1,
    }


def test_document_leaves_out_more_cells_than_an_answer_of_the_api_takes() -> None:
    classes = range(math.isqrt(CELLS_MAX) + 1)
    rows = [(n, other, other) for n in classes for other in classes]

    def document(count: int) -> dict[str, Any]:
        true, theirs, _ = np.array(rows[:count]).T
        return count_jointly(
            true,
            champion=theirs,
            challenger=theirs,
            n_classes=len(classes),
            alike=np.arange(count),
            times=np.ones(count, dtype=np.uint32),
        ).to_document()

    assert len(document(CELLS_MAX)["cells"]) == CELLS_MAX
    assert document(CELLS_MAX + 1)["cells"] == []
    assert document(CELLS_MAX + 1)["both_wrong"] == CELLS_MAX + 1 - document(CELLS_MAX + 1)["both_right"]
