"""Equal rows have equal hashes, whatever table they are in, and others have others."""

from __future__ import annotations

import numpy as np
import pytest

from lambdas.model.reading.table import Table
from lambdas.model.splitting.row_hashes import mixed, row_hashes

ROW = ((1.0, 2.0), ("SF", "n"), "good")


def table(*rows: tuple[tuple[float, ...], tuple[str, ...], str]) -> Table:
    numbers, texts, labels = zip(*rows, strict=True)
    return Table(np.array(numbers), np.array(texts), np.array(labels))


@pytest.mark.parametrize(
    "other",
    [
        ((2.0, 1.0), ("SF", "n"), "good"),
        ((1.0, 2.5), ("SF", "n"), "good"),
        ((1.0, 2.0), ("n", "SF"), "good"),
        ((1.0, 2.0), ("S", "Fn"), "good"),
        ((1.0, 2.0), ("FS", "n"), "good"),
        ((1.0, 2.0), ("SF", "n"), "bad"),
        ((1.0, 2.0), ("SFn", ""), "good"),
    ],
)
def test_row_that_differs_anywhere_has_another_hash(other: tuple[tuple[float, ...], tuple[str, ...], str]) -> None:
    one, two, again = row_hashes(table(ROW, other, ROW)).tolist()

    assert one == again != two


def test_hash_does_not_depend_on_the_other_rows_of_the_table() -> None:
    wide = ((1.0, 2.0), ("a far longer category", "n"), "a far longer class")

    assert row_hashes(table(ROW))[0] == row_hashes(table(wide, ROW))[1]


def test_zeros_are_the_same_with_either_sign() -> None:
    one, two = row_hashes(table(((0.0,), ("a",), "b"), ((-0.0,), ("a",), "b"))).tolist()

    assert one == two


def test_hashes_of_kept_reports_stay_what_they_are() -> None:
    assert row_hashes(table(ROW)).tolist() == [8963818794009372937]
    assert mixed(np.array([1, 2], dtype=np.uint64)).tolist() == [6238072747940578789, 15839785061582574730]
