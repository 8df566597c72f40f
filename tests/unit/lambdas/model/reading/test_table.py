"""The rows of a table, whole and in parts."""

from __future__ import annotations

import numpy as np
import pytest

from lambdas.model.reading.table import Table

ROWS = 7
TABLE = Table(
    np.arange(2.0 * ROWS).reshape(ROWS, 2),
    np.array([[f"t{place}"] for place in range(ROWS)]),
    np.array([f"l{place}" for place in range(ROWS)]),
)


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * ROWS), (3, [3, 3, 1]), (ROWS, [ROWS]), (ROWS + 1, [ROWS])])
def test_parts_are_all_rows_once_and_in_their_order(size: int, lengths: list[int]) -> None:
    parts = list(TABLE.parts(size))

    assert [len(part) for part in parts] == lengths
    for name in ("numeric", "categorical", "labels"):
        assert np.concatenate([getattr(part, name) for part in parts]).tolist() == getattr(TABLE, name).tolist()
