from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from lambdas.model.metrics.curves import DIGITS, POINTS_MAX, average_precision, roc_auc, sweep

# Few distinct scores, so that ties are the rule.
rows = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0])), min_size=1, max_size=40)


@given(rows=rows)
def test_areas_equal_those_of_scikit_learn_with_ties(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    area, under_roc = average_precision(positive, scores=scores), roc_auc(positive, scores=scores)

    if not positive.any():
        assert (area, under_roc) == (None, None)
    else:
        assert area == pytest.approx(metrics.average_precision_score(positive, scores))
    if positive.any() and not positive.all():
        assert under_roc == pytest.approx(metrics.roc_auc_score(positive, scores))


@pytest.mark.parametrize("positives", range(1, 60))
def test_perfect_order_has_areas_of_exactly_one(positives: int) -> None:
    """A bound of 1 can be reached: a sum of tenths would be less."""
    positive = np.arange(100) < positives
    scores = np.linspace(1, 0, 100)

    assert average_precision(positive, scores=scores) == 1.0
    assert roc_auc(positive, scores=scores) == Fraction(1)


@given(rows=rows)
def test_areas_at_their_bound_pass(rows: list[tuple[bool, float]]) -> None:
    """Against the sum in fractions."""
    positive, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    if not positive.any():
        return
    area, before = Fraction(0), 0
    for threshold in sorted(set(scores.tolist()), reverse=True):
        tp, taken = int((positive & (scores >= threshold)).sum()), int((scores >= threshold).sum())
        area += Fraction(tp - before, int(positive.sum())) * Fraction(tp, taken)
        before = tp

    assert average_precision(positive, scores=scores) == round(float(area), DIGITS)


@given(rows=rows)
def test_every_point_of_the_sweep_is_what_its_threshold_gives(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    for point in sweep(positive, scores=scores):
        taken = scores >= point["threshold"]
        assert point["precision"] == pytest.approx(positive[taken].mean())
        assert point["recall"] == (pytest.approx(taken[positive].mean()) if positive.any() else None)
        assert point["false_positive_rate"] == (
            pytest.approx(taken[~positive].mean()) if not positive.all() else None
        )


def test_sweep_of_many_rows_keeps_the_rare_class() -> None:
    rng = np.random.default_rng(0)
    positive = np.arange(20_000) < 40
    scores = rng.random(20_000) + positive * 0.5

    points = sweep(positive, scores=scores)

    assert len(points) <= POINTS_MAX
    assert len({point["recall"] for point in points}) > 30
    assert points[-1]["recall"] == 1.0


def test_sweep_of_no_row_is_empty() -> None:
    assert sweep(np.array([], dtype=np.bool_), scores=np.array([])) == []
