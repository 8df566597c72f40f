from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lambdas.model.arrays import Integers
from lambdas.model.gate.demands import PROPORTIONS, RATIOS
from lambdas.model.gate.statistics.compared import Compared
from lambdas.model.gate.statistics.score_test import CELLS_AT_ONCE, reach, score_test
from lambdas.model.metrics.confusion import accuracy, counts
from tests.given.worlds import joint

tables = st.integers(1, 3).flatmap(lambda n: arrays(np.int64, (n, n, n), elements=st.integers(0, 40)))
margins = st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.4])


def family(n_classes: int, *, margin: float, metrics: tuple[str, ...] = RATIOS) -> list[Compared]:
    """Every ratio of every class."""
    return [
        Compared(metric, index, margin)
        for metric in metrics
        for index in ([None] if metric == "accuracy" else range(n_classes))
    ]


def exactly(matrix: Integers, ratio: Compared) -> Fraction | None:
    if ratio.index is None:
        return accuracy(matrix)
    found: Fraction | None = getattr(counts(matrix, index=ratio.index), ratio.metric)
    return found


@given(table=tables)
def test_difference_is_that_of_the_two_ratios_and_0_where_one_is_undefined(table: Integers) -> None:
    ratios = family(len(table), margin=0.01)

    found = score_test(joint(table), ratios)

    matrices = (table.sum(axis=1), table.sum(axis=2))
    for place, ratio in enumerate(ratios):
        mine, theirs = (exactly(matrix, ratio) for matrix in matrices)
        defined = mine is not None and theirs is not None
        assert bool(found.family.defined[place]) is defined
        expected = ratio.sign * (mine - theirs) if mine is not None and theirs is not None else 0
        assert found.family.difference[place] == pytest.approx(float(expected), abs=1e-12)
        assert defined or (found.z[place], found.covariance[place, place]) == (0, 0)


@given(table=tables)
def test_z_of_proportions_without_a_margin_is_mcnemars(table: Integers) -> None:
    found = score_test(joint(table), family(len(table), margin=0.0, metrics=PROPORTIONS))

    for z, lost, won in zip(found.z, found.against, found.in_favour, strict=True):
        expected = (won - lost) / math.sqrt(won + lost) if won + lost else 0.0
        assert z == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(table=tables)
def test_z_of_precision_without_a_margin_is_that_of_leisenring_alonzo_and_pepe(table: Integers) -> None:
    """They regress, over the positive answers of both tests, whether a row is of the class on which test gave it."""
    found = score_test(joint(table), family(len(table), margin=0.0, metrics=("precision",)))

    for index, z in enumerate(found.z):
        score, squares = leisenring(table, index=index)
        assert z == pytest.approx(score / math.sqrt(squares) if squares > 1e-9 else 0.0, rel=1e-9, abs=1e-9)


def leisenring(table: Integers, *, index: int) -> tuple[float, float]:
    """Their score of the hypothesis that both precisions are equal, and the sum of its squares."""
    by_champion, by_challenger = table[:, index, :].sum(), table[:, :, index].sum()
    if not by_champion or not by_challenger:
        return 0.0, 0.0
    of_challenger = by_challenger / (by_champion + by_challenger)
    of_class = (table[index, index, :].sum() + table[index, :, index].sum()) / (by_champion + by_challenger)
    score = squares = 0.0
    for (true, champion, challenger), rows in np.ndenumerate(table):
        tests = (champion == index) * (0 - of_challenger) + (challenger == index) * (1 - of_challenger)
        each = ((true == index) - of_class) * tests
        score, squares = score + rows * each, squares + rows * each * each
    return score, squares


def test_statistics_of_a_published_study_are_found_again() -> None:
    """Paired1 of the R package DTComPair: 712 rows, 451 of the class. Its `pv.gs` gives the last number."""
    table = np.array([[[155, 22], [53, 31]], [[32, 22], [78, 319]]])
    ratios = [Compared(metric, 1, 0.0) for metric in ("recall", "false_positive_rate", "precision")]

    squares = score_test(joint(table), ratios).z ** 2

    assert squares.tolist() == pytest.approx([(78 - 22) ** 2 / 100, (53 - 22) ** 2 / 75, 5.711241], rel=1e-6)


def test_copies_of_a_row_weigh_as_a_cluster_of_obuchowskis() -> None:
    """Two rows that speak against the challenger, one of them three times, and one for it that occurs twice."""
    rows, squares = (np.zeros((2, 2, 2), dtype=np.int64) for _ in range(2))
    rows[1, 1, 0], squares[1, 1, 0] = 3 + 1, 9 + 1
    rows[1, 0, 1], squares[1, 0, 1] = 2, 4

    found = score_test(joint(rows, squares), [Compared("accuracy", None, 0.0)])

    assert found.z[0] == pytest.approx((2 - 3 - 1) / math.sqrt(9 + 1 + 4))


@given(table=tables, margin=margins)
def test_contributions_of_the_rows_add_up_to_the_difference_and_the_margin(table: Integers, margin: float) -> None:
    """By the definition, cell by cell."""
    for ratio in family(len(table), margin=margin):
        a, b = ratio.parts(len(table))
        mine, theirs = table.sum(axis=1), table.sum(axis=2)
        b1, b2 = float((b * mine).sum()), float((b * theirs).sum())
        if not b1 or not b2:
            continue
        d = ratio.sign * margin
        m2 = ((a * mine).sum() + (a * theirs).sum() + d * b1) / (b1 + b2)
        m2 = min(max(m2, 0.0, d), 1.0, 1.0 + d)
        g = ratio.sign * ((a - (m2 - d) * b)[:, None, :] / b1 - (a - m2 * b)[:, :, None] / b2)

        found = score_test(joint(table), [ratio])

        assert (table * g).sum() == pytest.approx(found.family.difference[0] + margin, abs=1e-12)
        assert (table * g * g).sum() == pytest.approx(found.covariance[0, 0], rel=1e-9, abs=1e-15)
        assert found.variance(np.array([-margin]))[0] == pytest.approx(found.covariance[0, 0], rel=1e-6, abs=1e-12)


def test_covariance_of_two_ratios_counts_the_rows_that_move_both() -> None:
    table = np.array([[[90, 4], [2, 3]], [[1, 5], [6, 60]]])
    one, other, both = (
        score_test(joint(table), [Compared(name, 1, 0.0) for name in names]).covariance
        for names in (["recall"], ["f1"], ["recall", "f1"])
    )

    assert both.diagonal().tolist() == pytest.approx([one[0, 0], other[0, 0]])
    assert 0.5 < both[0, 1] / math.sqrt(both[0, 0] * both[1, 1]) < 1
    assert both[0, 1] == both[1, 0]


def test_ten_copies_of_every_row_are_no_more_evidence() -> None:
    table = np.array([[[90, 4], [2, 3]], [[1, 5], [6, 60]]])
    ratios = family(2, margin=0.01)

    once, copied = score_test(joint(table), ratios), score_test(joint(10 * table, 100 * table), ratios)

    assert (once.copies.tolist(), copied.copies.tolist()) == ([1.0] * len(ratios), [10.0] * len(ratios))
    assert copied.z.tolist() == pytest.approx(once.z.tolist(), rel=1e-12)
    for mine, theirs in zip(copied.interval(2.0), once.interval(2.0), strict=True):
        assert mine.tolist() == pytest.approx(theirs.tolist(), abs=1e-9)


@given(table=tables, margin=margins, critical=st.floats(0.5, 4))
def test_interval_is_worse_than_the_margin_exactly_where_the_test_is(
    table: Integers, margin: float, critical: float
) -> None:
    found = score_test(joint(table), family(len(table), margin=margin))

    low, high = found.interval(critical)

    assert (low <= found.family.difference + 1e-12).all()
    assert (high >= found.family.difference - 1e-12).all()
    clear = np.abs(found.z + critical) > 1e-6
    assert ((high < -margin) == (found.z < -critical))[clear].all()


@given(table=tables, critical=st.floats(0.5, 4))
def test_interval_of_the_models_in_each_others_place_is_the_same_with_the_other_sign(
    table: Integers, critical: float
) -> None:
    ratios = family(len(table), margin=0.0)

    low, high = score_test(joint(table), ratios).interval(critical)
    other_low, other_high = score_test(joint(table.transpose(0, 2, 1)), ratios).interval(critical)

    assert low.tolist() == pytest.approx((-other_high).tolist(), abs=1e-9)
    assert high.tolist() == pytest.approx((-other_low).tolist(), abs=1e-9)


def test_models_that_are_right_on_the_same_rows_are_not_proved_equal() -> None:
    """Tango's interval, where no row tells the two apart: z * z / (n + z * z) on either side."""
    table = np.zeros((2, 2, 2), dtype=np.int64)
    table[0, 0, 0], table[1, 1, 1] = 420, 180

    low, high = score_test(joint(table), [Compared("recall", 1, 0.01)]).interval(1.645)

    assert (-low[0], high[0]) == pytest.approx((1.645**2 / 180, 1.645**2 / 180), rel=0.02)


def test_more_cells_than_are_counted_at_once_are_all_counted() -> None:
    rng = np.random.default_rng(1)
    table = rng.integers(0, 3, size=(20, 20, 20))
    ratios = [Compared("recall", 3, 0.01), Compared("accuracy", None, 0.01)]
    assert np.count_nonzero(table) > CELLS_AT_ONCE

    found = score_test(joint(table), ratios)

    assert found.against[1] == sum(table[t, t, p] for t in range(20) for p in range(20) if p != t)


@given(variance=st.floats(0, 1), of_rows=st.floats(0, 1), critical=st.floats(0.5, 4))
def test_reach_is_so_many_deviations_of_the_variance_that_it_brings(
    variance: float, of_rows: float, critical: float
) -> None:
    x = float(reach(critical, variance=np.array([variance]), of_rows=np.array([of_rows]))[0])

    assert x**2 == pytest.approx(critical**2 * (variance + of_rows * x), rel=1e-9, abs=1e-12)
