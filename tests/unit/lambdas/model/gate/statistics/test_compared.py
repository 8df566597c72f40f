"""A ratio is A / B, as the confusion matrix has it, for every metric and class."""

from __future__ import annotations

import numpy as np
import pytest

from lambdas.model.gate.statistics.compared import Compared
from lambdas.model.metrics.ratios import CLASS_RATIOS, Counts

MATRIX = np.array([[11, 2, 3], [5, 17, 7], [13, 19, 23]])
"""Rows true, columns predicted; every count is another one."""


@pytest.mark.parametrize("metric", CLASS_RATIOS)
@pytest.mark.parametrize("index", [0, 1, 2])
def test_ratio_of_a_class_is_that_of_its_counts(metric: str, index: int) -> None:
    a, b = Compared(metric, index, 0.0).parts(3)

    tp = int(MATRIX[index, index])
    fn, fp = int(MATRIX[index].sum()) - tp, int(MATRIX[:, index].sum()) - tp
    counts = Counts(tp=tp, fp=fp, fn=fn, tn=int(MATRIX.sum()) - tp - fn - fp)
    assert (a * MATRIX).sum() / (b * MATRIX).sum() == pytest.approx(float(getattr(counts, metric)))
    assert a.dtype.name == b.dtype.name == "int64"


def test_accuracy_is_the_share_of_the_diagonal() -> None:
    a, b = Compared("accuracy", None, 0.0).parts(3)

    assert (a.tolist(), b.tolist()) == ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1] * 3] * 3)
    assert a.dtype.name == b.dtype.name == "int64"


def test_less_is_better_of_false_positives_alone() -> None:
    signs = {metric: Compared(metric, 0, 0.0).sign for metric in (*CLASS_RATIOS, "accuracy")}

    assert signs == {"recall": 1, "precision": 1, "f1": 1, "false_positive_rate": -1, "accuracy": 1}
