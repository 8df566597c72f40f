from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from lambdas.model.metrics.confusion import accuracy, confusion_matrix, counts
from lambdas.model.metrics.ratios import Counts

LABELS = ["cat", "ant", "bee"]
names = st.sampled_from(LABELS)


@given(pairs=st.lists(st.tuples(names, names), max_size=40))
def test_matrix_and_ratios_equal_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    y_true = np.array([true for true, _ in pairs], dtype=np.str_)
    y_pred = np.array([predicted for _, predicted in pairs], dtype=np.str_)

    matrix = confusion_matrix(y_true, y_pred, labels=LABELS)

    assert matrix.sum() == len(pairs)
    if not pairs:
        return
    assert matrix.tolist() == metrics.confusion_matrix(y_true, y_pred, labels=LABELS).tolist()
    for index, name in enumerate(LABELS):
        found = counts(matrix, index=index)
        tn, fp, fn, tp = metrics.confusion_matrix(y_true == name, y_pred == name, labels=[False, True]).ravel()
        assert (found.tn, found.fp, found.fn, found.tp) == (tn, fp, fn, tp)
        options = {"pos_label": True, "zero_division": np.nan}
        expected = metrics.recall_score(y_true == name, y_pred == name, **options)
        assert found.recall is None if np.isnan(expected) else found.recall == pytest.approx(expected)
        expected = metrics.precision_score(y_true == name, y_pred == name, **options)
        assert found.precision is None if np.isnan(expected) else found.precision == pytest.approx(expected)
    assert accuracy(matrix) == pytest.approx(metrics.accuracy_score(y_true, y_pred))


def test_true_negatives_of_three_classes_are_all_rows_outside_row_and_column() -> None:
    matrix = np.array([[2, 1, 0], [3, 4, 5], [0, 6, 7]])

    assert counts(matrix, index=1) == Counts(tp=4, fp=7, fn=8, tn=9)


def test_unknown_class_is_an_error() -> None:
    with pytest.raises(ValueError, match="class dog is not among cat, ant, bee"):
        confusion_matrix(np.array(["dog"]), np.array(["cat"]), labels=LABELS)


def test_nothing_over_nothing_is_undefined() -> None:
    empty = Counts(tp=0, fp=0, fn=0, tn=0)

    assert [empty.recall, empty.precision, empty.f1, empty.false_positive_rate] == [None] * 4
    assert (empty.support, empty.false_negative_count) == (0, 0)
    assert accuracy(np.zeros((2, 2), dtype=np.int64)) is None


@given(tp=st.integers(0, 50), fp=st.integers(0, 50), fn=st.integers(0, 50), tn=st.integers(0, 50))
def test_ratios_are_between_0_and_1_and_f1_lies_between_precision_and_recall(
    tp: int, fp: int, fn: int, tn: int
) -> None:
    found = Counts(tp=tp, fp=fp, fn=fn, tn=tn)

    for ratio in (found.recall, found.precision, found.f1, found.false_positive_rate):
        assert ratio is None or 0 <= ratio <= 1
    if found.recall is not None and found.precision is not None and found.f1 is not None:
        assert min(found.recall, found.precision) <= found.f1 + 1e-12
        assert found.f1 <= max(found.recall, found.precision) + 1e-12
