from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.gate.comparison import (
    NO_WORSE,
    NOT_ENOUGH_ROWS,
    NOT_PROVED,
    NOT_SHOWN_WORSE,
    NOTHING_TO_COMPARE,
    UNDEFINED,
    WORSE,
    Comparison,
    Comparisons,
    compare_jointly,
)
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.thresholds import GateRule, at_least, at_most
from tests.given import worlds

RECALL = at_least("recall", of="attack", bound=0.5, margin=0.01)
PRECISION = at_least("precision", of="attack", bound=0.5, margin=0.01)
F1 = at_least("f1", of="attack", bound=0.5, margin=0.01)
RATE = at_most("false_positive_rate", of="attack", bound=0.5, margin=0.01)
ACCURACY = at_least("accuracy", bound=0.5, margin=0.01)
ALL = [RECALL, PRECISION, F1, RATE, ACCURACY]

Cells = dict[tuple[int, int, int], int]
"""Rows by true class, champion's and challenger's answer; 1 is an attack."""
ALIKE: Cells = {(0, 0, 0): 410, (0, 1, 1): 10, (1, 1, 1): 170, (1, 0, 0): 10}


def compared(cells: Cells, thresholds: list[GateRule] = ALL, *, copies: int = 1, **demands: Any) -> Comparisons:
    table = np.zeros((2, 2, 2), dtype=np.int64)
    for cell, rows in cells.items():
        table[cell] = rows
    joint = worlds.joint(copies * table, copies * copies * table)
    return compare_jointly(joint, thresholds, labels=worlds.CLASSES, demands=Demands(**demands))


def only(found: Comparisons) -> Comparison:
    (comparison,) = found.comparisons
    return comparison


def verdicts(found: Comparisons) -> list[str]:
    return [each.verdict for each in found.comparisons]


def test_numbers_of_a_comparison_are_those_of_the_rows() -> None:
    found = only(compared({**ALIKE, (1, 1, 0): 12, (1, 0, 1): 2}, [RECALL]))

    assert (found.name, found.metric, found.of, found.margin) == ("recall of attack", "recall", "attack", 0.01)
    assert (found.challenger, found.champion) == (172 / 194, 182 / 194)
    assert found.difference == pytest.approx(-10 / 194)
    assert (found.against, found.in_favour) == (12, 2)
    assert found.verdict == WORSE
    assert found.p < 0.05
    assert found.low is not None
    assert found.high is not None
    assert found.low < -10 / 194 < found.high < -0.01


def test_difference_of_a_rate_is_told_as_it_is_and_more_of_it_is_worse() -> None:
    found = only(compared({**ALIKE, (0, 0, 1): 30, (0, 1, 0): 2}, [RATE]))

    assert found.difference == pytest.approx(28 / 452)
    assert found.verdict == WORSE
    assert found.low is not None
    assert found.low > 0.01


def test_fall_that_chance_explains_is_not_shown_worse() -> None:
    found = only(compared({**ALIKE, (1, 1, 0): 6, (1, 0, 1): 3}, [PRECISION]))

    assert found.verdict == NOT_SHOWN_WORSE
    assert found.passed
    assert not found.is_proved


def test_identical_answers_are_proved_no_worse_where_the_rows_can_prove_it() -> None:
    assert verdicts(compared(ALIKE)) == [NOT_SHOWN_WORSE, NOT_SHOWN_WORSE, NOT_SHOWN_WORSE, NO_WORSE, NO_WORSE]


def test_copies_prove_no_more_than_the_rows_they_are_copies_of() -> None:
    for copies in (1, 10):
        assert verdicts(compared(ALIKE, copies=copies)) == [NOT_SHOWN_WORSE] * 3 + [NO_WORSE] * 2
    moved = {**ALIKE, (0, 0, 1): 3, (0, 1, 0): 3}
    assert (
        compared(moved, [RATE]).comparisons[0].is_proved == compared(moved, [RATE], copies=9).comparisons[0].is_proved
    )


def test_order_of_the_recipe_changes_no_number_and_is_kept() -> None:
    cells = {**ALIKE, (1, 1, 0): 9, (1, 0, 1): 2, (0, 0, 1): 5, (0, 1, 0): 1}

    forwards, backwards = compared(cells, ALL), compared(cells, ALL[::-1])

    assert backwards.comparisons == forwards.comparisons[::-1]
    assert [each.metric for each in forwards.comparisons] == [each.metric for each in ALL]
    assert compared(cells, ALL) == forwards


@given(cells=st.lists(st.integers(0, 60), min_size=8, max_size=8), chosen=st.permutations(ALL))
def test_whatever_the_counts_are_there_is_a_verdict(cells: list[int], chosen: list[GateRule]) -> None:
    given = {(at // 4, at // 2 % 2, at % 2): rows for at, rows in enumerate(cells)}

    found = compared(given, chosen[:3])

    for each in found.comparisons:
        assert 0 < each.p <= 1
        assert math.isfinite(each.z)
        assert (each.verdict == WORSE) == (each.p <= 0.05)
        assert not (each.is_proved and each.verdict == WORSE)
        assert (each.difference is None) == (each.challenger is None or each.champion is None)


def test_holdout_without_rows_is_not_enough() -> None:
    assert verdicts(compared({})) == [NOT_ENOUGH_ROWS] * 5


def test_class_that_only_the_challenger_never_answers_is_undefined_and_the_other_way_round_there_is_nothing() -> None:
    never = {(0, 0, 0): 300, (1, 1, 0): 60, (1, 0, 0): 5}

    assert only(compared(never, [PRECISION])).verdict == UNDEFINED
    turned = only(compared({(t, mine, theirs): rows for (t, theirs, mine), rows in never.items()}, [PRECISION]))
    assert (turned.verdict, turned.passed, turned.champion) == (NOTHING_TO_COMPARE, True, None)
    assert not only(compared({(0, 0, 0): 300, (1, 0, 0): 60}, [PRECISION])).passed


def test_metrics_that_joint_counts_do_not_tell_are_left_out() -> None:
    others = [
        at_least("roc_auc", bound=0.5),
        at_least("average_precision", bound=0.5),
        at_least("support", of="attack", bound=5),
        replace(RECALL, margin=None),
    ]

    assert compared(ALIKE, others).comparisons == ()
    assert compared(ALIKE, others).critical == pytest.approx(1.645, abs=0.001)


def test_more_sureness_takes_more_to_be_worse() -> None:
    cells = {**ALIKE, (1, 1, 0): 10, (1, 0, 1): 1}

    assert only(compared(cells, [RECALL], sure=0.9)).verdict == WORSE
    assert only(compared(cells, [RECALL], sure=0.999)).verdict == NOT_SHOWN_WORSE


def test_demanded_fall_that_the_rows_would_not_notice_names_the_rows_that_would() -> None:
    cells = {cell: 100 * rows for cell, rows in {**ALIKE, (1, 1, 0): 3, (1, 0, 1): 3}.items()}
    found = only(compared(cells, [RECALL], detectable=0.0125))

    assert (found.verdict, found.passed) == (NOT_ENOUGH_ROWS, False)
    assert found.rows_needed is not None
    times = 1.001 * found.rows_needed / 60_600
    more = {cell: math.ceil(rows * times) for cell, rows in cells.items()}
    enough = only(compared(more, [RECALL], detectable=0.0125))
    assert enough.passed
    assert enough.notices == pytest.approx(0.0125, rel=0.01)


def test_worse_is_worse_whatever_else_the_recipe_demands() -> None:
    assert only(compared({**ALIKE, (1, 1, 0): 60}, [RECALL], detectable=0.02, proved=True)).verdict == WORSE


def test_strict_recipe_passes_what_is_proved_and_nothing_else() -> None:
    many = {cell: 10 * rows for cell, rows in ALIKE.items()}

    assert only(compared(many, [RECALL], proved=True)).verdict == NO_WORSE
    assert only(compared({**many, (1, 1, 0): 90, (1, 0, 1): 90}, [RECALL], proved=True)).verdict == NOT_PROVED


def test_strict_recipe_tells_how_many_rows_could_prove_the_margin() -> None:
    found = only(compared(ALIKE, [RECALL], proved=True))

    assert (found.verdict, found.rows_needed) == (NOT_ENOUGH_ROWS, math.ceil(268 * 600 / 180))
