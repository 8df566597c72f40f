from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from lambdas.model.arrays import Floats
from lambdas.model.metrics.curves import DIGITS, POINTS_MAX, Flags, Scores, Steps, average_precision, roc_auc, sweep

# Few distinct scores, so that ties are the rule.
rows = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0])), min_size=1, max_size=40)


def steps_of(positive: Flags, scores: Floats) -> Steps:
    return Steps.of(Scores.of(positive, scores=scores))


@given(rows=rows)
def test_areas_equal_those_of_scikit_learn_with_ties(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    steps = steps_of(positive, scores)
    area, under_roc = average_precision(steps), roc_auc(steps)

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

    assert average_precision(steps_of(positive, scores)) == 1.0
    assert roc_auc(steps_of(positive, scores)) == Fraction(1)


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

    assert average_precision(steps_of(positive, scores)) == round(float(area), DIGITS)


@given(rows=rows)
def test_every_point_of_the_sweep_is_what_its_threshold_gives(rows: list[tuple[bool, float]]) -> None:
    positive, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    for point in sweep(steps_of(positive, scores)):
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

    points = sweep(steps_of(positive, scores))

    assert len(points) <= POINTS_MAX
    assert len({point["recall"] for point in points}) > 30
    assert points[-1]["recall"] == 1.0


def test_sweep_of_no_row_is_empty() -> None:
    assert sweep(steps_of(np.array([], dtype=np.bool_), np.array([]))) == []


@given(rows=rows, cut=st.integers(0, 40))
def test_scores_of_parts_merge_to_those_of_all_rows(rows: list[tuple[bool, float]], cut: int) -> None:
    positive, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    parts = [Scores.of(positive[here], scores=scores[here]) for here in (slice(cut), slice(cut, None))]

    whole, merged = Scores.of(positive, scores=scores), Scores.merged(parts)

    for name in ("values", "positives", "negatives"):
        assert getattr(merged, name).tolist() == getattr(whole, name).tolist()


def test_probability_that_is_not_a_number_makes_all_of_them_undefined() -> None:
    known, unknown = (Scores.of(np.array([True, False]), scores=np.array([score, 0.5])) for score in (0.5, np.nan))

    assert [each.undefined for each in (known, unknown, Scores.merged([known, unknown]))] == [False, True, True]
