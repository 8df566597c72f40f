"""Counts the confusion matrix, for any number of classes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from chalicelib.cutting import cut, listed
from chalicelib.limits import NAME_CHARACTERS
from lambdas.model.arrays import Integers, Texts
from lambdas.model.metrics.ratios import Counts, Proportion, ratio


class ClassUnknown(ValueError):
    """A class that is not among the labels; the message names both."""


def confusion_matrix(y_true: Texts, y_pred: Texts, *, labels: Sequence[str]) -> Integers:
    """(n_classes, n_classes). Rows true, columns predicted, order = labels.

    Raises ClassUnknown for a class that is not among the labels.

    >>> y_true, y_pred = np.array(["ant", "ant", "bee"]), np.array(["ant", "bee", "bee"])
    >>> confusion_matrix(y_true, y_pred, labels=["ant", "bee"]).tolist()
    [[1, 1], [0, 1]]
    """
    n = len(labels)
    return np.bincount(cells(y_true, y_pred, labels=labels), minlength=n * n).reshape(n, n).astype(np.int64)


def cells(y_true: Texts, y_pred: Texts, *, labels: Sequence[str]) -> Integers:
    """(n,): each row's cell of the matrix, 0..n_classes^2 - 1; raises ClassUnknown."""
    return places_of(y_true, labels=labels) * len(labels) + places_of(y_pred, labels=labels)


def counts(matrix: Integers, *, index: int) -> Counts:
    """Of one class against all others: TN = N - row - column + cell, which holds for more than two classes."""
    cell, row, column = (int(n) for n in (matrix[index, index], matrix[index].sum(), matrix[:, index].sum()))
    return Counts(tp=cell, fp=column - cell, fn=row - cell, tn=int(matrix.sum()) - row - column + cell)


def right(matrix: Integers) -> Proportion:
    """The rows whose class was predicted."""
    return Proportion(int(matrix.trace()), int(matrix.sum()))


def accuracy(matrix: Integers) -> Fraction | None:
    """The share of rows whose class was predicted, None when there is no row."""
    return ratio(right(matrix).part, right(matrix).whole)


def places_of(names: Texts, *, labels: Sequence[str]) -> Integers:
    """(n,): each name's position in labels; raises ClassUnknown for a name that is not among them."""
    order = np.argsort(np.array(labels, dtype=np.str_))
    ordered = np.array(labels, dtype=np.str_)[order]
    found = np.minimum(np.searchsorted(ordered, names), len(ordered) - 1)
    strange = names[ordered[found] != names]
    if len(strange):
        raise ClassUnknown(f"class {cut(str(strange[0]), NAME_CHARACTERS)} is not among {listed(labels)}")
    return order[found].astype(np.int64)
