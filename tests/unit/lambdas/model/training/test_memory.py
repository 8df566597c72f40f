"""What a fit part by part takes was measured, in a process of its own, without the libraries of AWS (40 MB)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lambdas.model.folding.minimum import WIDTH_MAX
from lambdas.model.folding.precise import Precise
from lambdas.model.folding.summary import Moments, Summary
from lambdas.model.training.memory import needed_mb

OF_AWS_MB = 40
KDD = (3, 70, 11, 2, 2, 2, 2)
"""The categories of a row of 41 columns."""


def pipeline(classifier: Any = None, *, sparse: bool = True) -> Any:
    columns = make_column_transformer((StandardScaler(), [0]), (OneHotEncoder(sparse_output=sparse), [1]))
    return make_pipeline(columns, classifier or LogisticRegression())


def summary(rows: int, *, numbers: int = 3, levels: tuple[int, ...] = (), classes: int = 2) -> Summary:
    zeros, ones = np.zeros(numbers), np.ones(numbers)
    return Summary(
        Moments(rows, Precise(zeros, zeros), ones, zeros, ones),
        Counter({f"class{place:02}": rows // classes for place in range(classes)}),
        tuple(Counter({f"l{place:07}": 1 for place in range(each)}) for each in levels),
    )


def needed(
    rows: int, *, estimator: Any = None, part_rows: int | None = None, classes: int = 2, **columns: Any
) -> int:
    found = summary(rows, classes=classes, **columns)
    return needed_mb(estimator or pipeline(), summary=found, part_rows=rows // 4 if part_rows is None else part_rows)


@pytest.mark.parametrize(
    ("rows", "columns", "measured_mb"),
    [
        (500_000, {}, 190),
        (100_000, {"numbers": 41}, 252),
        (200_000, {"numbers": 34, "levels": KDD}, 321),
        (200_000, {"classes": 30}, 224),
        (200_000, {"classes": 100}, 280),
        (100_000, {"numbers": 41, "classes": 100}, 316),
        (100_000, {"levels": (500, 5)}, 213),
        (100_000, {"levels": (1_900, 5)}, 369),
        (100_000, {"levels": (150, 5), "classes": 10}, 268),
        (100_000, {"levels": (20_000, 5)}, 197),
        (100_000, {"levels": (100_000, 5)}, 292),
        (100_000, {"levels": (20_000, 5), "classes": 40}, 361),
    ],
)
def test_what_is_expected_is_at_least_what_was_measured_and_not_much_more(
    rows: int, columns: dict[str, Any], measured_mb: int
) -> None:
    assert measured_mb + OF_AWS_MB <= needed(rows, **columns) <= 1.4 * (measured_mb + OF_AWS_MB)


def test_encoder_that_makes_whole_arrays_takes_as_much_more_as_was_measured() -> None:
    found = needed(100_000, levels=(2_000, 5), estimator=pipeline(sparse=False))

    assert 1_207 + OF_AWS_MB <= found <= 1.5 * (1_207 + OF_AWS_MB)
    assert found > 3 * needed(100_000, levels=(2_000, 5))


def test_sparse_threshold_of_0_makes_whole_arrays_too() -> None:
    whole = make_pipeline(make_column_transformer((OneHotEncoder(), [0]), sparse_threshold=0), LogisticRegression())

    assert needed(100_000, levels=(2_000, 5), estimator=whole) == needed(
        100_000, levels=(2_000, 5), estimator=pipeline(sparse=False)
    )


def test_number_of_rows_is_no_matter_above_those_that_are_drawn() -> None:
    assert needed(100_000_000, part_rows=65_536, numbers=41) == needed(50_000, part_rows=65_536, numbers=41)
    assert needed(50_000, part_rows=0, numbers=400) > needed(40_000, part_rows=0, numbers=400)


def test_answers_to_a_part_are_held_for_all_its_rows_and_classes() -> None:
    few, many = (needed(10_000, classes=100, part_rows=rows) for rows in (100_000, 500_000))

    assert 3 * 8 * 100 * 400_000 / 2**20 <= many - few <= 1.1 * 3 * 8 * 100 * 400_000 / 2**20


def test_one_long_category_makes_the_cells_of_all_columns_as_wide() -> None:
    """As in an array of texts."""
    rows = 50_000
    short, one, all_long = (
        needed_mb(
            pipeline(),
            summary=replace(summary(rows), levels=tuple(Counter({name: rows}) for name in names)),
            part_rows=0,
        )
        for names in (("a", "b"), ("a" * 1_000, "b"), ("a" * 1_000, "b" * 1_000))
    )

    assert one == all_long > 4 * short


def test_hessian_is_held_up_to_its_width_and_not_above() -> None:
    at, above = (needed(10_000, numbers=1, levels=(WIDTH_MAX - 2 + more,)) for more in (0, 1))

    assert at - above == pytest.approx((5 * 8 * WIDTH_MAX**2 + 2**25) / 2**20, abs=1)


def test_each_class_against_the_rest_has_a_hessian_of_its_own_width() -> None:
    one_vs_rest = pipeline(OneVsRestClassifier(LogisticRegression()))

    together = needed(10_000, levels=(300,), classes=6)
    apart = needed(10_000, levels=(300,), classes=6, estimator=one_vs_rest)

    assert together - apart == pytest.approx(5 * 8 * (304 * 6) ** 2 * (1 - 1 / 36) / 2**20, rel=0.01)
