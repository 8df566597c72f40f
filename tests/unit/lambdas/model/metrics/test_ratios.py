"""Ratios of four different counts, so that none can stand for another."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lambdas.model.metrics.ratios import (
    CLASS_COUNTS,
    CLASS_RATIOS,
    COST,
    ERRORS,
    FLIPS,
    OVERALL_RATIOS,
    ROWS_OF,
    WHY_UNDEFINED,
    Counts,
    Proportion,
)

COUNTS = Counts(tp=2, fp=3, fn=5, tn=7)
NOTHING = Counts(tp=0, fp=0, fn=0, tn=0)


def test_each_ratio_is_of_its_own_counts() -> None:
    assert COUNTS.support == 7
    assert {name: getattr(COUNTS, name) for name in (*CLASS_RATIOS, *CLASS_COUNTS)} == {
        "recall": Fraction(2, 7),
        "precision": Fraction(2, 5),
        "f1": Fraction(4, 12),
        "false_positive_rate": Fraction(3, 10),
        "false_negative_count": 5,
        "support": 7,
    }


@pytest.mark.parametrize(
    ("metric", "part", "whole"),
    [("recall", 2, 7), ("precision", 2, 5), ("f1", 2, 10), ("false_positive_rate", 3, 10)],
)
def test_proportion_is_of_the_rows_that_the_ratio_is_a_share_of(metric: str, part: int, whole: int) -> None:
    assert COUNTS.proportion(metric) == Proportion(part, whole, copies=Fraction(1))
    assert COUNTS.proportion("support") is None


@pytest.mark.parametrize(
    ("counts", "undefined"),
    [
        (NOTHING, CLASS_RATIOS),
        (Counts(tp=0, fp=0, fn=0, tn=1), ("recall", "precision", "f1")),
        (Counts(tp=0, fp=0, fn=1, tn=0), ("precision", "false_positive_rate")),
        (Counts(tp=0, fp=1, fn=0, tn=0), ("recall",)),
    ],
)
def test_ratio_of_no_rows_is_undefined(counts: Counts, undefined: tuple[str, ...]) -> None:
    assert tuple(name for name in CLASS_RATIOS if getattr(counts, name) is None) == undefined


def test_cost_is_of_all_rows() -> None:
    assert COUNTS.cost_per_row({"fn": 50, "fp": 0.1}) == Fraction(50 * 5 * 10 + 3, 17 * 10)
    assert COUNTS.cost_per_row({"fn": 1}) == Fraction(5, 17)
    assert NOTHING.cost_per_row({"fn": 1}) is None
    assert set(ERRORS) <= set(vars(COUNTS))


def test_every_ratio_says_why_it_is_undefined_and_every_share_of_rows_which_rows() -> None:
    assert set(WHY_UNDEFINED) == {*CLASS_RATIOS, *OVERALL_RATIOS, COST, FLIPS}
    assert set(ROWS_OF) == {*CLASS_RATIOS, "accuracy", FLIPS}
